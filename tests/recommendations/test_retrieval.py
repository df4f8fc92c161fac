"""What is searched for, and what the passages found say about a credential."""

import uuid

import pytest

from recommendations.gaps import Need
from recommendations.retrieval import Passage, SearchQuery, gather, search_queries

JOINS, CHARTS = uuid.UUID(int=1), uuid.UUID(int=2)


def passage(credential_id: uuid.UUID, number: int, similarity: float) -> Passage:
    artifact_id = uuid.UUID(int=100 + number)
    return Passage(
        credential_id,
        artifact_id,
        "https://example.org",
        "",
        f"Text {number}",
        number,
        number + 6,
        similarity,
    )


def test_each_need_is_searched_for_on_its_own_and_weighed_beside_the_heaviest() -> None:
    needs = [Need("sql", "SQL", 1.2, 4.0, 5, "measured"), Need("charts", "Charts", 2.6, 4.0, 5, "measured")]

    asked = search_queries(needs)

    assert [query.text for query in asked] == [
        "SQL: topics, techniques and practical tasks",
        "Charts: topics, techniques and practical tasks",
    ]
    assert [query.share for query in asked] == [1.0, pytest.approx(0.5)]


def test_only_the_five_heaviest_needs_are_searched_for() -> None:
    needs = [Need(f"s{number}", f"S{number}", 0.0, 5.0 - number / 2, 5, "measured") for number in range(8)]

    assert [query.skill_key for query in search_queries(needs)] == [
        "s0",
        "s1",
        "s2",
        "s3",
        "s4",
    ]


def test_without_needs_nothing_is_searched_for() -> None:
    assert search_queries([]) == []


def test_a_credential_scores_by_its_best_passage_for_the_need_that_matters_most() -> None:
    heavy, light = SearchQuery("sql", "SQL", 1.0), SearchQuery("charts", "Charts", 0.5)

    found = gather(
        [
            (heavy, [passage(JOINS, 1, 0.6), passage(CHARTS, 2, 0.2)]),
            (light, [passage(CHARTS, 3, 0.8), passage(JOINS, 1, 0.7)]),
        ]
    )

    assert found[JOINS].score == 0.6
    assert found[CHARTS].score == 0.4


def test_a_passage_found_twice_counts_once_at_its_best_and_the_nearest_comes_first() -> None:
    query = SearchQuery("sql", "SQL", 1.0)

    found = gather(
        [(query, [passage(JOINS, 1, 0.3), passage(JOINS, 2, 0.5)]), (query, [passage(JOINS, 1, 0.9)])]
    )

    assert [(one.snippet, one.similarity) for one in found[JOINS].passages] == [
        ("Text 1", 0.9),
        ("Text 2", 0.5),
    ]


def test_a_negative_similarity_scores_nothing() -> None:
    found = gather([(SearchQuery("sql", "SQL", 1.0), [passage(JOINS, 1, -0.2)])])

    assert found[JOINS].score == 0.0
