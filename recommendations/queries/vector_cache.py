"""The few passages that pass a filter, held in memory for as long as nothing of them changes.

Comparing a thousand vectors takes NumPy a tenth of the time that PostgreSQL takes to hand their rows to the comparison.
What a passage says is read for those found alone, by one statement that also reads the marks which every committed
change of passages and of the catalog makes others. Where they are not those under which the vectors were read, what
was found counts for nothing, and they are read anew.
"""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from microcred.ai.base import Vectors
from microcred.pipelining import fetch_rows
from recommendations.models.embeddings import VECTOR_DIMENSION
from recommendations.passage_index import FlatIndex
from recommendations.retrieval import Passage

# In a process, 1.5 KB each; the filters used longest ago go first.
MOST_VECTORS: Final = 8192
# Changes that keep coming while a search is under way do not hold it up for ever: the database searches then.
TRIES: Final = 3
BYTES_BEFORE: Final = 4  # say how many numbers follow
_ROWS: Final = """
SELECT p.credential_id, p.id, p.chunk_id, vector_send(p.vector) FROM {passing} ORDER BY p.id LIMIT {most:d}"""
COLUMNS: Final = "a.credential_id, a.id, a.chunk_id, a.vector"
# Marks are read with no passages too; a table without any has no mark yet.
_READ: Final = """
SELECT m.marks, n.* FROM (SELECT concat(
  (SELECT string_agg(version::text, ',' ORDER BY version) FROM passage_changes), ' ',
  (SELECT string_agg(version::text, ',' ORDER BY version) FROM catalog_changes)) AS marks) AS m
  LEFT JOIN (
    SELECT k.id, d.uri, k.heading, k.text, k.start, k."end" FROM document_chunks k
      JOIN credential_documents d ON d.id = k.document_id WHERE k.id = ANY(%(chunk_ids)s::uuid[])
  ) AS n ON true
"""


@dataclass(frozen=True, slots=True)
class _Held:
    """What passes a filter, by row in the order of ids, while ``marks`` hold."""

    marks: str
    rows: Sequence[tuple[uuid.UUID, uuid.UUID, uuid.UUID]]
    few: FlatIndex


_held: Final[OrderedDict[Hashable, _Held]] = OrderedDict()
_turn: Final = threading.Lock()


def nearest_cached(
    vectors: Vectors, *, passing: str, given: dict[str, Any], name: Hashable, limit: int
) -> list[list[Passage]] | None:
    """Return the ``limit`` nearest of the rows of ``passing`` (SQL with `COLUMNS`) for each vector; None where they are
    too many to be held, or keep changing. ``name`` tells the filter, with its values, from others."""
    for _ in range(TRIES):
        held = _of(name, passing, given)
        if held is None:
            return None
        near = [held.few.nearest(vector, limit) for vector in vectors]
        chunk_ids = list({held.rows[row][2] for own in near for row, _ in own})
        read = fetch_rows(_READ, {"chunk_ids": chunk_ids})
        if read[0][0] == held.marks:
            told = {chunk_id: texts for _, chunk_id, *texts in read}
            return [[_passage(held, row, cosine, told) for row, cosine in own] for own in near]
        with _turn:
            _held.pop(name, None)
    return None


def _passage(held: _Held, row: int, cosine: float, told: dict[uuid.UUID, Any]) -> Passage:
    credential_id, artifact_id, chunk_id = held.rows[row]
    uri, heading, text, start, end = told[chunk_id]
    return Passage(credential_id, artifact_id, uri, heading, text, start, end, similarity=cosine)


def _of(name: Hashable, passing: str, given: dict[str, Any]) -> _Held | None:
    """What passes the filter, read where it is not held."""
    with _turn:
        held = _held.get(name)
        if held is not None:
            _held.move_to_end(name)
            return held
    marks = fetch_rows(_READ, {"chunk_ids": []})[0][0]
    rows = fetch_rows(_ROWS.format(passing=passing, most=MOST_VECTORS + 1), given)
    if len(rows) > MOST_VECTORS:
        return None
    numbers = np.frombuffer(b"".join(row[3][BYTES_BEFORE:] for row in rows), ">f4")
    few = FlatIndex.of(numbers.astype(np.float32).reshape(len(rows), VECTOR_DIMENSION))
    held = _Held(marks, [(row[0], row[1], row[2]) for row in rows], few)
    with _turn:
        _held[name] = held
        while sum(len(one.rows) for one in _held.values()) > MOST_VECTORS:
            _held.popitem(last=False)
    return held
