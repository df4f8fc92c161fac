"""Writes credentials as a table that the import reads back as unchanged."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.db.models import QuerySet

from catalog.importing.credentials.columns import COLUMNS
from catalog.importing.credentials.comparing import level_shown
from catalog.models import Credential
from microcred.csv_export import csv_lines

FILE_NAME: Final = "credentials.csv"
_LINKS: Final = ("credential_skills__skill", "roles", "prerequisites", "documents")
_AT_ONCE: Final = 500


def csv_of(credentials: QuerySet[Credential]) -> Iterable[str]:
    """Yield the lines of a table of credentials; of several documents it holds the one that an import writes."""
    rows = credentials.prefetch_related(*_LINKS).iterator(chunk_size=_AT_ONCE)
    return csv_lines(COLUMNS, map(_cells, rows))


def _cells(row: Credential) -> list[str]:
    cells = {
        "key": row.key,
        "title": row.title,
        "provider": row.provider,
        "uri": row.uri,
        "level": str(row.level),
        "hours": str(row.hours),
        "language": row.language,
        "skills": "; ".join(_skills(row)),
        "roles": "; ".join(sorted(role.key for role in row.roles.all())),
        "prerequisites": "; ".join(sorted(one.key for one in row.prerequisites.all())),
        "description": row.description,
        "document": _document(row),
        "active": "yes" if row.active else "no",
    }
    return [cells[name] for name in COLUMNS]


def _skills(row: Credential) -> Iterator[str]:
    brought = sorted(row.credential_skills.all(), key=lambda one: one.skill.key)
    yield from (f"{one.skill.key}:{level_shown(one.level)}" for one in brought)


def _document(row: Credential) -> str:
    rows = sorted(row.documents.all(), key=lambda one: one.pk)
    own = next((one for one in rows if one.uri == row.uri), rows[0] if rows else None)
    return own.text if own else ""
