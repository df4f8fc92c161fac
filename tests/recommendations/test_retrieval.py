"""What is searched for, and what a passage found says about its credential."""

import uuid

import pytest

from recommendations.gaps import Need
from recommendations.retrieval import Hit, Passage, compared, flooding, search_queries

JOINS = uuid.UUID(int=1)


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
    assert search_queries([Need("sql", "SQL", 4.0, 4.0, 5, "measured")]) == []


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


@pytest.mark.parametrize(
    ("by_meaning", "by_words", "floods"),
    [
        (10, 10, False),  # ten places in either list
        (11, 0, True),
        (0, 11, True),
        (6, 6, False),  # twelve passages, but no list has more than six of them
    ],
)
def test_a_credential_floods_that_has_more_than_ten_places_in_a_list(
    by_meaning: int, by_words: int, floods: bool
) -> None:
    hits = [hit(JOINS, place, 0.5, place, None) for place in range(1, by_meaning + 1)]
    hits += [hit(JOINS, 50 + place, 0.5, None, place) for place in range(1, by_words + 1)]

    assert flooding([*hits, hit(uuid.UUID(int=2), 99, 0.5, 12, 12)]) == ({JOINS} if floods else set())


def passage(number: int) -> Passage:
    """A passage that stands at this place, from 1, among what was found by words."""
    return Passage(JOINS, uuid.UUID(int=100 + number), "", "", "", 0, 1, 0.0, text_rank=number)


@pytest.mark.parametrize(
    ("cosines", "expected"),
    [
        # 1/4 + .5/5 = .35; 1/6 + .5/4 = .29; 1/5 + .5/6 = .28
        ([0.1, 0.9, 0.5], [(2, 0.9, 1), (1, 0.1, 3), (3, 0.5, 2)]),
        # equally near: in the order of their ids
        ([0.5, 0.5, 0.5], [(1, 0.5, 1), (2, 0.5, 2), (3, 0.5, 3)]),
    ],
)
def test_what_words_found_is_ranked_by_meaning_too(
    cosines: list[float], expected: list[tuple[int, float, int]]
) -> None:
    for limit in (3, 2):
        found = compared(
            [passage(number) for number in (3, 1, 2)], [cosines[at] for at in (2, 0, 1)], limit=limit
        )

        assert [(one.text_rank, one.similarity, one.vector_rank) for one in found] == expected[:limit]
        assert [one.fused_rank for one in found] == [1, 2, 3][:limit]
