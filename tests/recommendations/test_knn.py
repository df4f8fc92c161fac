"""Neighbours speak only when there are enough of them, and few of them speak softly."""

import uuid

import numpy as np
import pytest

from recommendations.knn import MIN_LEARNERS, NEIGHBOURS, neighbourhood
from recommendations.profiles import Learner

JOINS, CHARTS, COMMON = (uuid.UUID(int=number) for number in (1, 2, 3))


def learner(level: float, *credentials: uuid.UUID) -> Learner:
    return Learner({"sql": level, "charts": 2.0}, frozenset(credentials))


def crowd(*, near: int, far: int) -> list[Learner]:
    """Beginners in SQL took JOINS, experts CHARTS; everybody took COMMON."""
    return [learner(1.0, JOINS, COMMON)] * near + [learner(5.0, CHARTS, COMMON)] * far


@pytest.mark.parametrize(("learners", "known"), [(MIN_LEARNERS - 1, False), (MIN_LEARNERS, True)])
def test_below_twenty_learners_there_is_no_score(learners: int, known: bool) -> None:
    assert (neighbourhood({"sql": 1.0}, crowd(near=learners, far=0)) is not None) is known


def test_learners_without_a_common_skill_do_not_count() -> None:
    strangers = [Learner({"cooking": 3.0}, frozenset({JOINS}))] * 50

    assert neighbourhood({"sql": 1.0}, strangers) is None


def test_the_nearest_learners_decide() -> None:
    found = neighbourhood({"sql": 1.0, "charts": 2.0}, crowd(near=15, far=30))

    assert found is not None
    assert (found.size, found.learners) == (NEIGHBOURS, 45)
    assert found.holders == {JOINS: 15, COMMON: 15}


def test_the_score_is_the_shrunk_and_damped_share_of_the_neighbours() -> None:
    found = neighbourhood({"sql": 1.0, "charts": 2.0}, crowd(near=15, far=30))

    # Fifteen neighbours at distance 0, so 15 / (15 + 2); a third of all hold JOINS, all hold COMMON.
    assert found is not None
    assert found.scores[JOINS] == pytest.approx(15 / 17 * (1 - 0.5 / 3))
    assert found.scores[COMMON] == pytest.approx(15 / 17 * 0.5)


def test_a_missing_level_is_taken_at_the_mean_of_the_others() -> None:
    # Two far away hold what the one does, so that it is spoken of.
    others = [learner(level, JOINS) for level in (0.0, 4.0)] * 10 + [learner(5.0, CHARTS)] * 2
    without_sql = Learner({"charts": 2.0}, frozenset({CHARTS}))

    found = neighbourhood({"sql": 2.0, "charts": 2.0}, [*others, without_sql])

    # The mean of sql is 50/22, so it is 6/22 away in one skill of two, the others at a root mean square of sqrt(2).
    assert found is not None
    own = 1 / (1 + (6 / 22) / 2**0.5)
    total = own + 14 / (1 + 2**0.5) + 2
    assert found.scores[CHARTS] == pytest.approx(own / total * (1 - 0.5 * 3 / 23))


@pytest.mark.parametrize(("holders", "is_told"), [(1, False), (2, False), (3, True)])
def test_what_only_one_or_two_hold_is_not_told_by_a_score(holders: int, is_told: bool) -> None:
    learners = [learner(1.0, CHARTS)] * holders + [learner(1.0, JOINS)] * 20

    found = neighbourhood({"sql": 1.0, "charts": 2.0}, learners)

    assert found is not None
    assert (found.holders[CHARTS], CHARTS in found.scores) == (holders, is_told)
    assert JOINS in found.scores


def test_neighbours_are_those_that_an_exhaustive_comparison_finds() -> None:
    generator = np.random.default_rng(7)
    levels = generator.uniform(0, 5, size=(200, 2))
    learners = [
        Learner({"sql": float(sql), "charts": float(charts)}, frozenset({uuid.UUID(int=number + 1)}))
        for number, (sql, charts) in enumerate(levels)
    ]

    found = neighbourhood({"sql": 2.0, "charts": 3.0}, learners)

    distances = np.hypot(levels[:, 0] - 2.0, levels[:, 1] - 3.0)
    expected = {uuid.UUID(int=int(number) + 1) for number in np.argsort(distances)[:NEIGHBOURS]}
    assert found is not None
    assert set(found.holders) == expected
