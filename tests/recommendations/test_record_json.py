"""What is written by hand is to the letter what the encoder would write."""

import json
import uuid

import numpy as np
import pytest

from recommendations.chain import canonical
from recommendations.fusion import Candidate
from recommendations.record_json import all_of, description, hits
from recommendations.retrieval import Hit, SearchQuery
from recommendations.search_hits import SearchHits

SQL, CARE = uuid.UUID(int=7), uuid.UUID(int=3)


def a_candidate(**given: float) -> Candidate:
    return Candidate(
        credential_id=SQL,
        key="sql “joins”",
        levels={"sql": 3.0, "charts": 1e-7},
        prerequisites=frozenset({uuid.UUID(int=9), CARE}),
        retrieval=given.get("retrieval", 0.1),
        neighbours=1 / 3,
        feedback=np.float64(0.25),
        for_role=False,
    )


def test_candidates() -> None:
    candidates = [a_candidate(), Candidate(CARE, "care", {"care": 2.0})]

    assert all_of(candidates).text == canonical(
        [
            {
                "credential": str(one.credential_id),
                "feedback": one.feedback,
                "for_role": one.for_role,
                "key": one.key,
                "levels": one.levels,
                "neighbours": one.neighbours,
                "prerequisites": sorted(map(str, one.prerequisites)),
                "retrieval": one.retrieval,
            }
            for one in candidates
        ]
    )


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        all_of([a_candidate(retrieval=number)])


def test_finds() -> None:
    first, other, better = uuid.UUID(int=20), uuid.UUID(int=10), uuid.UUID(int=15)
    lists = [
        [Hit(SQL, first, 0.5, 1, None), Hit(CARE, other, 0.25, None, 1), Hit(SQL, better, 0.125, 2, None)],
        [Hit(SQL, better, 1e-9, 1, 1)],
    ]
    found = SearchHits.of(lists)
    asked = [SearchQuery("sql", "SQL: topics", 1.0, "sql"), SearchQuery("care", "Care: topics", 0.5, "care")]

    written = hits(
        asked,
        found,
        lambda rows: [description(found.passages.owner(row), {"content": f"hash {row}"}) for row in rows],
    )

    assert [json.loads(one.text) for one in written["hits"]] == [
        {str(other): [0.25, None, 1], str(first): [0.5, 1, None]},
        {str(better): [1e-9, 1, 1]},
    ]
    of_rows = {found.passages.keys[row]: row for row in range(3)}
    passages = {
        str(key): {"content": f"hash {of_rows[str(key)]}", "credential": str(owner)}
        for key, owner in ((other, CARE), (better, SQL), (first, SQL))
    }
    assert written["passages"].text == canonical(passages)
    assert [one.text for one in written["hits"]] == [
        canonical(json.loads(one.text)) for one in written["hits"]
    ]
    assert written["words"] == ["sql", "care"]


def test_nothing_was_asked() -> None:
    written = hits((), SearchHits.of(()), lambda rows: [])

    assert written["hits"] == []
    assert written["passages"].text == "{}"
