"""The quick search finds what scikit-learn's exhaustive one finds."""

import uuid
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from recommendations.learner_index import NARROWED_FROM, LearnerIndex

SKILLS = ("charts", "python", "sql", "writing")


def index_of(levels: NDArray[np.floating[Any]]) -> LearnerIndex:
    """Learners keyed by their number; levels that are not a number are not known."""
    index = LearnerIndex()
    for number, own in enumerate(levels):
        known = {skill: float(level) for skill, level in zip(SKILLS, own, strict=True) if not np.isnan(level)}
        index.put(uuid.UUID(int=number), known, (uuid.UUID(int=10**9 + number % 7),), stamp=-number)
    return index


@pytest.mark.parametrize("number", [300, 3 * NARROWED_FROM])
@pytest.mark.parametrize("lacking", [0.0, 0.3])
def test_the_nearest_are_those_of_an_exhaustive_comparison(number: int, lacking: float) -> None:
    generator = np.random.default_rng(11)
    levels = np.where(
        generator.random((number, 4)) < lacking, np.nan, generator.uniform(0, 5, size=(number, 4))
    )
    levels = levels[~np.isnan(levels).all(axis=1)]
    index = index_of(levels)
    means = np.nanmean(levels, axis=0)
    reference = NearestNeighbors(n_neighbors=15, metric="euclidean").fit(
        np.where(np.isnan(levels), means, levels)
    )

    for asked in generator.uniform(0, 5, size=(20, 4)):
        found = index.find(dict(zip(SKILLS, asked.tolist(), strict=True)), number=15)

        distances, positions = reference.kneighbors([asked])
        assert [key.int for key in found.keys] == positions[0].tolist()
        assert found.apart == pytest.approx((distances[0] / 2).tolist())
        assert found.comparable == len(levels)


def test_of_equals_the_latest_come_first_however_they_were_put_in() -> None:
    levels = np.tile([1.0, 1.0, 1.0, 1.0], (50, 1))
    one, other = index_of(levels), LearnerIndex()
    for number in reversed(range(50)):
        other.put(uuid.UUID(int=number), dict.fromkeys(SKILLS, 1.0), (), stamp=-number)

    for index in (one, other):
        found = index.find(dict.fromkeys(SKILLS, 2.0), number=3)
        assert [key.int for key in found.keys] == [0, 1, 2]


def test_a_crowd_that_has_changed_is_as_one_that_was_made_so() -> None:
    generator = np.random.default_rng(3)
    levels = generator.uniform(0, 5, size=(4000, 4))
    index, fresh = index_of(generator.uniform(0, 5, size=(4000, 4))), index_of(levels[:500])
    for number, own in enumerate(levels[:500]):
        known = dict(zip(SKILLS, own.tolist(), strict=True))
        index.put(uuid.UUID(int=number), known, (uuid.UUID(int=10**9 + number % 7),), stamp=-number)
    for number in range(500, 4000):
        index.drop(uuid.UUID(int=number))

    asked = dict.fromkeys(SKILLS, 2.5)
    here, there = (one.find(asked, number=15, without=uuid.UUID(int=4)) for one in (index, fresh))

    assert len(index) == len(fresh) == 500
    assert (here.keys, here.digest, here.comparable) == (there.keys, there.digest, 499)
    assert {key: number for key, number in here.holders.items() if number} == dict(there.holders)
    assert here.means == pytest.approx(there.means)


def test_whoever_is_left_out_is_looked_at_in_nothing() -> None:
    """A learner is compared with the others as if they had never been put in."""
    generator = np.random.default_rng(5)
    levels = np.where(generator.random((60, 4)) < 0.3, np.nan, generator.uniform(0, 5, size=(60, 4)))
    levels[59] = [1.0, np.nan, 2.0, np.nan]
    asked = dict.fromkeys(SKILLS, 2.5)

    left_out = index_of(levels).find(asked, number=15, without=uuid.UUID(int=59))
    never_in = index_of(levels[:59]).find(asked, number=15)

    assert left_out.keys == never_in.keys
    assert left_out.apart == pytest.approx(never_in.apart)
    assert (left_out.comparable, left_out.digest) == (never_in.comparable, never_in.digest)
    assert {key: number for key, number in left_out.holders.items() if number} == dict(never_in.holders)
    assert left_out.means == pytest.approx(never_in.means)


def test_those_who_share_no_skill_are_neither_near_nor_counted_among_the_holders() -> None:
    taken, stranger = uuid.UUID(int=1), uuid.UUID(int=2)
    index = LearnerIndex()
    index.put(taken, {"sql": 3.0}, (uuid.UUID(int=8), uuid.UUID(int=9)))
    index.put(stranger, {"dancing": 3.0}, (uuid.UUID(int=9),))

    found = index.find({"sql": 1.0}, number=5)

    assert (found.keys, found.apart, found.comparable) == ([taken], [2.0], 1)
    assert {key.int: number for key, number in found.holders.items() if number} == {8: 1, 9: 1}


def test_a_level_that_nobody_has_is_taken_for_none() -> None:
    index = LearnerIndex()
    index.put(uuid.UUID(int=1), {"sql": 3.0}, ())

    found = index.find({"sql": 3.0, "dancing": 4.0}, number=5)

    assert found.means == {"sql": 3.0, "dancing": 0.0}
    assert found.apart == pytest.approx([(4.0**2 / 2) ** 0.5])


def test_who_is_put_in_anew_counts_once() -> None:
    once, twice, key = LearnerIndex(), LearnerIndex(), uuid.UUID(int=1)
    for index in (once, twice):
        index.put(key, {"sql": 3.0}, (uuid.UUID(int=9),), stamp=2.0)
    twice.put(key, {"sql": 1.0, "charts": 1.0}, (uuid.UUID(int=8),), stamp=3.0)
    twice.put(key, {"sql": 3.0}, (uuid.UUID(int=9),), stamp=2.0)

    here, there = (index.find({"sql": 1.0}, number=5) for index in (once, twice))

    assert len(twice) == 1
    assert (here.keys, here.apart, here.digest) == (there.keys, there.apart, there.digest)
    assert {one: number for one, number in there.holders.items() if number} == dict(here.holders)
