"""What passages found say about credentials, and that columns say what single hits do."""

import random
import uuid

import numpy as np
import pytest

from recommendations.retrieval import Hit, fuse_ranks
from recommendations.search_hits import HitsByCredential, PassageRows, Ranks, SearchHits

JOINS, CHARTS = uuid.UUID(int=1), uuid.UUID(int=2)


def hit(credential_id: uuid.UUID, number: int, similarity: float, *ranks: int | None) -> Hit:
    return Hit(credential_id, uuid.UUID(int=100 + number), similarity, *ranks)


def gathered(*found: tuple[float, list[Hit]]) -> HitsByCredential:
    return HitsByCredential(SearchHits.of([hits for _, hits in found]), [share for share, _ in found])


def drawn(seed: int, number: int) -> list[Hit]:
    """Hits by chance, of few credentials and few cosines, so that many are equal; no passage twice."""
    source = random.Random(seed)
    return [
        Hit(
            uuid.UUID(int=source.randrange(1, 9)),
            uuid.UUID(int=place),
            source.choice([-0.3, 0.0, 0.4, 0.4, 1.0, 1.2]),
            source.choice([None, 1, 2, 3, 50]),
            source.choice([None, 1, 2, 3, 50]),
        )
        for place in source.sample(range(1000), number)
    ]


def test_a_credential_scores_by_its_best_passage_for_the_need_that_matters_most() -> None:
    found = gathered(
        (1.0, [hit(JOINS, 1, 0.6), hit(CHARTS, 2, 0.2)]), (0.5, [hit(CHARTS, 3, 0.8), hit(JOINS, 1, 0.7)])
    )

    assert found.scores == {JOINS: 0.3, CHARTS: 0.2}


def test_a_passage_found_twice_counts_once_at_its_best_and_the_most_relevant_comes_first() -> None:
    found = gathered((1.0, [hit(JOINS, 1, 0.3), hit(JOINS, 2, 0.5)]), (1.0, [hit(JOINS, 1, 0.4, 1)]))

    assert [(one.artifact_id.int, one.similarity) for one in found.hits(JOINS)] == [(101, 0.4), (102, 0.5)]


def test_a_passage_keeps_its_best_also_where_it_is_found_again_for_less() -> None:
    found = gathered((1.0, [hit(JOINS, 1, 0.4, 1), hit(JOINS, 2, 0.9)]), (1.0, [hit(JOINS, 1, 0.3)]))

    assert [(one.artifact_id.int, one.similarity) for one in found.hits(JOINS)] == [(101, 0.4), (102, 0.9)]


def test_of_passages_that_say_nothing_the_nearer_stands_first() -> None:
    found = gathered((1.0, [hit(JOINS, 1, -0.3), hit(JOINS, 2, -0.1)]))

    assert found.scores == {JOINS: 0.0}
    assert [one.artifact_id.int for one in found.hits(JOINS)] == [102, 101]


def test_what_stands_in_the_index_and_was_not_found_has_no_score() -> None:
    passages = PassageRows.of([uuid.UUID(int=9), uuid.UUID(int=7), uuid.UUID(int=8)], [CHARTS, JOINS, CHARTS])
    row, none = np.array([1], np.intp), np.zeros(1, np.intp)

    found = HitsByCredential(SearchHits(passages, [Ranks(row, np.array([0.5]), none, none)]), [1.0])

    assert found.scores == {JOINS: 0.25}
    assert passages.in_order.tolist() == [2, 0, 1]


def test_credentials_of_which_nothing_was_found_have_no_passages() -> None:
    found = gathered((1.0, [hit(JOINS, 1, 0.3)]))

    assert list(found.of_all([CHARTS, JOINS])) == [JOINS]
    assert not SearchHits.of([[], []])
    assert SearchHits.of([[], [hit(JOINS, 1, 0.3)]])
    assert HitsByCredential(SearchHits.of(()), ()).scores == {}


@pytest.mark.parametrize("seed", range(20))
def test_columns_say_what_single_hits_do(seed: int) -> None:
    hits = drawn(seed, 60)

    found = SearchHits.of([hits])

    assert [one[:5] for one in found.hits(0)] == [one[:5] for one in hits]
    assert found.lists[0].relevances.tolist() == [one.relevance for one in hits]
    assert found.lists[0].fused.tolist() == [one.fused for one in hits]


@pytest.mark.parametrize("seed", range(20))
def test_the_first_by_both_ranks_are_those_of_single_hits(seed: int) -> None:
    hits = sorted(drawn(seed, 60), key=lambda one: one.artifact_id)
    (ranks,) = SearchHits.of([hits]).lists

    first = SearchHits(SearchHits.of([hits]).passages, [ranks.first(25, np.arange(60))])

    assert list(first.hits(0)) == fuse_ranks(hits, limit=25)


@pytest.mark.parametrize("seed", range(20))
def test_the_best_of_each_credential_are_the_first_of_the_most_relevant(seed: int) -> None:
    hits = drawn(seed, 60)
    best: dict[uuid.UUID, int] = {}
    for place, one in enumerate(hits):
        standing = best.setdefault(one.credential_id, place)
        if one.relevance > hits[standing].relevance:
            best[one.credential_id] = place

    assert SearchHits.of([hits]).best_of_each(0) == sorted(best.values())


def test_the_best_of_a_list_are_its_own_and_not_those_of_another_list() -> None:
    found = SearchHits.of([[hit(JOINS, 1, 0.3)], [hit(CHARTS, 2, 0.2), hit(CHARTS, 3, 0.4)]])

    assert (found.best_of_each(0), found.best_of_each(1)) == ([0], [1])
    assert found.best_relevances(1) == {CHARTS: 0.2}


def test_nothing_found_has_no_best() -> None:
    none = np.zeros(0, np.intp)
    nothing = Ranks(none, np.zeros(0, np.float64), none, none)

    assert SearchHits(SearchHits.of(()).passages, [nothing]).best_of_each(0) == []
