"""Choosing the next item: near to the wish, not always the same, and the uncertain ones now and then."""

from collections import Counter
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.rating import UNKNOWN, Rating, expected, predicted, rating_of
from practice.selection import Candidate, choose, target_rating

KNOWN = Rating(1400, 60)
# Every fifty points of the scale there is an item that is known equally well.
SHELF = [Candidate(rating, rating, 50) for rating in range(400, 2001, 50)]


def chosen(shelf: list[Candidate], student: Rating, *, wish: float = 0.75, draws: int = 400) -> set[object]:
    return {choose(shelf, student, seed=seed, wish=wish).id for seed in range(draws)}


@pytest.mark.parametrize(
    ("student", "wish", "few"),
    [
        (KNOWN, 0.75, {1100, 1150, 1200, 1250}),  # chances of .70 to .84
        (KNOWN, 0.5, {1350, 1400, 1450}),
        (KNOWN, 0.9, {850, 900, 950, 1000, 1050}),
        (UNKNOWN, 0.75, {800, 850, 900, 950, 1000}),  # easier for who is not known
        (Rating(400, 60), 0.75, {400, 450}),  # the easiest there are
    ],
)
def test_one_of_the_nearest_to_the_wish_is_drawn_where_few_are_near(
    student: Rating, wish: float, few: set[object]
) -> None:
    assert chosen(SHELF, student, wish=wish) == few


def test_all_that_are_near_enough_are_drawn_from() -> None:
    crowded = [Candidate(rating, rating, 25) for rating in range(1100, 1311, 10)]

    # A chance of .70 to .80 and the little that is forgiven: 1151 to 1252 points.
    assert chosen(crowded, KNOWN) == set(range(1160, 1260, 10))


def test_the_same_seed_draws_the_same() -> None:
    drawn = [choose(SHELF, KNOWN, seed=seed).id for seed in range(6)]

    assert drawn == [choose(SHELF, KNOWN, seed=seed).id for seed in range(6)]
    assert len(set(drawn)) > 1


def test_each_of_the_few_is_drawn_about_as_often() -> None:
    drawn = Counter(choose(SHELF, UNKNOWN, seed=seed).id for seed in range(2000))

    assert len(drawn) == 5
    assert max(drawn.values()) < 500


def test_an_item_that_nobody_has_answered_is_taken_in_a_little_early() -> None:
    known = [Candidate(f"known {place}", 1170 + 15 * place, 25) for place in range(5)]
    far, new, certain = 1100.0, Candidate("new", 1110, 200), Candidate("certain", 1110, 25)

    assert "new" in chosen([*known, new, Candidate("far", far, 25)], KNOWN)
    assert "certain" not in chosen([*known, certain, Candidate("far", far, 25)], KNOWN)


def test_where_there_is_little_to_choose_from_what_suits_comes_first() -> None:
    shelf = [Candidate(tenth, rating_of(tenth), 150) for tenth in (1, 3, 5, 7, 9)]

    assert chosen(shelf, KNOWN) == {5}
    assert chosen(shelf[3:], KNOWN) == {7}
    assert chosen([shelf[4], Candidate("as hard", 1760, 150)], KNOWN) == {9, "as hard"}


def test_nothing_to_choose_from_is_refused() -> None:
    with pytest.raises(ValueError, match="no item"):
        choose([], KNOWN, seed=1)


@pytest.mark.parametrize(
    ("student", "wish", "target"),
    [
        (Rating(1400, 0.001), 0.75, 1209.2),
        (Rating(1400, 0.001), 0.5, 1400.0),
        (Rating(1400, 0.001), 10 / 11, 1000.0),
        (KNOWN, 0.75, 1205.7),
        (UNKNOWN, 0.75, 914.8),
    ],
)
def test_the_item_wished_for_lies_below_the_student(student: Rating, wish: float, target: float) -> None:
    assert target_rating(student, wish) == pytest.approx(target, abs=0.05)


@pytest.mark.parametrize("wish", [0.0, 1.0, -1.0, nan])
def test_nobody_is_wished_certainty(wish: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        target_rating(KNOWN, wish)


@given(st.floats(800, 1600), st.floats(60, 350), st.floats(0.4, 0.8))
def test_an_item_of_the_target_rating_is_solved_as_often_as_wished(
    value: float, deviation: float, wish: float
) -> None:
    student = Rating(value, deviation)
    target = target_rating(student, wish)

    assert predicted(student, Rating(min(max(target, 400), 2000), 1e-6)) == pytest.approx(
        wish, abs=1e-6
    ) or not (400 <= target <= 2000)
    assert abs(expected(value, target) - 0.5) >= abs(wish - 0.5) - 1e-9


@given(st.lists(st.builds(Candidate, st.integers(), st.floats(400, 2000), st.floats(25, 350)), min_size=1))
def test_what_is_chosen_was_there_to_choose(shelf: list[Candidate]) -> None:
    assert choose(shelf, KNOWN, seed=7) in shelf
