"""What is searched for, and what the passages found say about a credential."""

import uuid

import pytest

from recommendations.gaps import Need
from recommendations.retrieval import Hit, SearchQuery, gather, search_queries

JOINS, CHARTS = uuid.UUID(int=1), uuid.UUID(int=2)


def hit(credential_id: uuid.UUID, number: int, similarity: float, *ranks: int | None) -> Hit:
    return Hit(credential_id, uuid.UUID(int=100 + number), similarity, *ranks)


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


def test_words_ask_for_the_skill_by_its_name_and_by_what_it_means() -> None:
    needs = [Need("sql", "SQL", 1.2, 4.0, 5, "measured"), Need("charts", "Charts", 2.6, 4.0, 5, "measured")]

    asked = search_queries(needs, {"sql": "Reading and joining tables"})

    assert [query.words for query in asked] == ["SQL Reading and joining tables", "Charts"]


@pytest.mark.parametrize(
    ("found", "relevance"),
    [
        (hit(JOINS, 1, 1.0, 1, 1), 1.0),
        (hit(JOINS, 1, 0.6, 1), (0.6 + 1 / 1.5) / 2),
        (hit(JOINS, 1, 0.6, None, 1), (0.6 + 0.5 / 1.5) / 2),
        (hit(JOINS, 1, 0.6, 5, 2), (0.6 + (1 / 8 + 0.5 / 5) * 4 / 1.5) / 2),
        (hit(JOINS, 1, -0.2), 0.0),
    ],
)
def test_a_passage_counts_half_by_its_cosine_and_half_by_its_ranks(found: Hit, relevance: float) -> None:
    assert found.relevance == pytest.approx(relevance)


def test_a_credential_scores_by_its_best_passage_for_the_need_that_matters_most() -> None:
    heavy, light = SearchQuery("sql", "SQL", 1.0), SearchQuery("charts", "Charts", 0.5)

    found = gather(
        [
            (heavy, [hit(JOINS, 1, 0.6), hit(CHARTS, 2, 0.2)]),
            (light, [hit(CHARTS, 3, 0.8), hit(JOINS, 1, 0.7)]),
        ]
    )

    assert found[JOINS].score == 0.3
    assert found[CHARTS].score == 0.2


def test_a_passage_found_twice_counts_once_at_its_best_and_the_most_relevant_comes_first() -> None:
    query = SearchQuery("sql", "SQL", 1.0)

    found = gather([(query, [hit(JOINS, 1, 0.3), hit(JOINS, 2, 0.5)]), (query, [hit(JOINS, 1, 0.4, 1)])])

    assert [(one.artifact_id.int, one.similarity) for one in found[JOINS].hits] == [(101, 0.4), (102, 0.5)]
