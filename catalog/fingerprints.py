"""Short texts that change when what recommendations rest on changes, worked out in the database."""

import uuid
from functools import lru_cache
from typing import Final

from django.db import connection

from microcred.db import in_this_database

# Everything of the catalog that a ranking reads: what credentials bring, cost, ask for and are meant for, what their
# documents say, and what the role asks for.
_CATALOG: Final = """
SELECT md5(concat_ws('|',
    (SELECT string_agg(concat_ws(',', id, title, provider, hours, active), ';' ORDER BY id)
        FROM credential_catalog WHERE active),
    (SELECT string_agg(concat_ws(',', s.credential_id, s.skill_id, s.level), ';' ORDER BY s.credential_id, s.skill_id)
        FROM credential_skills s JOIN credential_catalog c ON c.id = s.credential_id WHERE c.active),
    (SELECT string_agg(concat_ws(',', from_credential_id, to_credential_id), ';'
        ORDER BY from_credential_id, to_credential_id) FROM credential_prerequisites),
    (SELECT string_agg(concat_ws(',', credential_id, jobrole_id), ';' ORDER BY credential_id, jobrole_id)
        FROM credential_roles),
    (SELECT string_agg(concat_ws(',', d.id, d.content_hash), ';' ORDER BY d.id)
        FROM credential_documents d JOIN credential_catalog c ON c.id = d.credential_id WHERE c.active),
    (SELECT string_agg(concat_ws(',', r.skill_id, s.name, s.description, r.target_level, r.importance), ';'
        ORDER BY r.skill_id) FROM role_skills r JOIN skills s ON s.id = r.skill_id WHERE r.role_id = %s)
))
"""
# For whoever reads it together with something else; `in_this_database` makes a version of it.
CATALOG_MARK: Final = "SELECT string_agg(version::text, ',' ORDER BY version) FROM catalog_changes"


def catalog_version() -> str:
    """Return what is another text after every committed change of credentials, their documents, skills and roles, of
    what roles ask for, and of questions; it is never the same twice, and cheap to read. Another database has versions
    of its own."""
    with connection.cursor() as cursor:
        cursor.execute(CATALOG_MARK)
        (mark,) = cursor.fetchone()
    return in_this_database(mark)


def catalog_fingerprint(role_id: uuid.UUID, version: str | None = None) -> str:
    """Return what stands for the active credentials and for what a role asks of them; ``version`` is that of
    `catalog_version`, where it has just been read."""
    return _fingerprint(role_id, version or catalog_version())


@lru_cache(maxsize=256)
def _fingerprint(role_id: uuid.UUID, version: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_CATALOG, [role_id])
        (fingerprint,) = cursor.fetchone()
    return str(fingerprint)
