"""Whether passages stand in their documents as they were found."""

import uuid
from collections.abc import Collection
from typing import Final

from microcred.pipelining import fetch_rows
from recommendations.retrieval import Passage

_THERE: Final = """
SELECT a.id, d.uri, c.start, c."end", substr(d.text, c.start + 1, c."end" - c.start) FROM embedding_artifacts a
  JOIN document_chunks c ON c.id = a.chunk_id JOIN credential_documents d ON d.id = c.document_id
 WHERE a.id = ANY(%(ids)s::uuid[])
"""


def standing_verbatim(passages: Collection[Passage]) -> frozenset[uuid.UUID]:
    """Return the ids of those passages whose words stand in the document, at their place, letter by letter."""
    if not passages:
        return frozenset()
    rows = fetch_rows(_THERE, {"ids": [one.artifact_id for one in passages]})
    found = {pk: (uri, start, end, text) for pk, uri, start, end, text in rows}
    return frozenset(
        one.artifact_id
        for one in passages
        if found.get(one.artifact_id) == (one.source_uri, one.start, one.end, one.snippet)
    )
