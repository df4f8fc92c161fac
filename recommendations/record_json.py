"""What a decision record says most often, written as canonical JSON by hand: passages found and candidates.

They are hundreds in a record, and what the catalog says of each is the same for every student. Each text is the one
that `recommendations.chain.canonical` makes of the same values.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np

from microcred.ids import uuid_text
from recommendations.chain import Written, canonical, digest
from recommendations.fits import Shape, shape_of
from recommendations.fusion import Candidate
from recommendations.retrieval import SearchQuery
from recommendations.search_hits import PassageRows, Ranks, Rows, SearchHits


def hits(
    asked: Sequence[SearchQuery], hits: SearchHits, described: Callable[[Sequence[int]], Sequence[str]]
) -> dict[str, Any]:
    """Return what a search was for and what it found, as JSON: by query, similarity, rank by vector and rank by words
    of every credential's most relevant passage, by the id of its vector; and whose passage that is, with its hashes.

    ``described`` gives what is said of the passages of some rows, as `description` writes it.
    """
    passages = hits.passages
    lists, shown = [], np.zeros(len(passages.keys), np.bool_)
    for number, one in enumerate(hits.lists):
        kept = np.array(hits.best_of_each(number), np.intp)
        lists.append(_list(one, kept[np.argsort(passages.in_order[one.rows[kept]])], passages))
        shown[one.rows[kept]] = True
    rows = np.flatnonzero(shown)
    rows = rows[np.argsort(passages.in_order[rows])].tolist()
    members = map(_member, [passages.keys[row] for row in rows], described(rows))
    return {
        "queries": digest([query.text for query in asked]),
        "words": [query.words for query in asked],
        "hits": lists,
        "passages": Written(f"{{{','.join(members)}}}"),
    }


def description(credential_id: uuid.UUID, hashes: Mapping[str, str]) -> str:
    """Return what a record says of a passage found, as canonical JSON: whose it is, and its ``hashes`` by name."""
    return canonical({"credential": uuid_text(credential_id), **hashes})


def all_of(candidates: Sequence[Candidate]) -> Written:
    """Return candidates as a record says them."""
    return Written(f"[{','.join(map(_candidate, candidates))}]")


def _list(found: Ranks, kept: Rows, passages: PassageRows) -> Written:
    rows, cosines = found.rows[kept].tolist(), found.cosines[kept].tolist()
    places = zip(found.by_meaning[kept].tolist(), found.by_words[kept].tolist(), strict=True)
    members = (
        _member(passages.keys[row], f"[{_number(cosine)},{by_meaning or 'null'},{by_words or 'null'}]")
        for row, cosine, (by_meaning, by_words) in zip(rows, cosines, places, strict=True)
    )
    return Written(f"{{{','.join(members)}}}")


def _member(key: str, written: str) -> str:
    return f'"{key}":{written}'


def _candidate(candidate: Candidate) -> str:
    before = sorted(map(str, candidate.prerequisites)) if candidate.prerequisites else []
    return (
        f'{{"credential":"{uuid_text(candidate.credential_id)}","feedback":{_number(candidate.feedback)}'
        f',"for_role":{"true" if candidate.for_role else "false"},"key":{_text(candidate.key)}'
        f',"levels":{_levels(shape_of(candidate.levels))},"neighbours":{_number(candidate.neighbours)}'
        f',"prerequisites":{canonical(before) if before else "[]"},"retrieval":{_number(candidate.retrieval)}}}'
    )


def _number(value: float) -> str:
    """A number as canonical JSON; of those that are none, `canonical` says that JSON cannot say them."""
    return repr(value) if type(value) is float and isfinite(value) else canonical(value)


@lru_cache(maxsize=8192)
def _text(value: str) -> str:
    return canonical(value)


@lru_cache(maxsize=8192)
def _levels(shape: Shape) -> str:
    return canonical(dict(shape))
