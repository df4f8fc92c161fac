"""Ratings: the scale, the chance of success, and what an answer does to both sides."""

from math import inf, nan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from practice.rating import (
    HIGHEST,
    ITEM_FLOOR,
    LOWEST,
    MOST_UNCERTAIN,
    STUDENT_FLOOR,
    UNKNOWN,
    Rating,
    RatingMethod,
    aged_rating,
    authored,
    difficulty,
    expected,
    placed,
    predicted,
    rating_of,
    updated,
)

students = st.builds(Rating, st.floats(LOWEST, HIGHEST), st.floats(STUDENT_FLOOR, MOST_UNCERTAIN))
items = st.builds(Rating, st.floats(LOWEST, HIGHEST), st.floats(ITEM_FLOOR, MOST_UNCERTAIN))
scores = st.floats(0, 1)


@pytest.mark.parametrize(
    ("points", "tenth"),
    [(400, 1), (559.9, 1), (560, 2), (1199.9, 5), (1200, 6), (1839.9, 9), (1840, 10), (2000, 10), (0, 1), (9999, 10)],
)  # fmt: skip
def test_the_scale_has_ten_difficulties(points: float, tenth: int) -> None:
    assert difficulty(points) == tenth


@pytest.mark.parametrize(("tenth", "points"), [(1, 480), (2, 640), (5, 1120), (6, 1280), (10, 1920)])
def test_a_difficulty_stands_for_the_middle_of_its_tenth(tenth: int, points: float) -> None:
    assert rating_of(tenth) == points
    assert difficulty(rating_of(tenth)) == tenth


@pytest.mark.parametrize("tenth", [0, 11, -3])
def test_there_is_no_other_difficulty(tenth: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 10"):
        rating_of(tenth)


@pytest.mark.parametrize(
    ("student", "item", "chance"),
    [
        (1200, 1200, 0.5),
        (1391, 1200, 0.7502),  # the wish of three in four lies 191 points below
        (1600, 1200, 10 / 11),
        (1200, 1600, 1 / 11),
        (2000, 400, 10_000 / 10_001),
    ],
)
def test_four_hundred_points_make_ten_to_one(student: float, item: float, chance: float) -> None:
    assert expected(student, item) == pytest.approx(chance, abs=5e-5)


@pytest.mark.parametrize(
    ("deviations", "chance"),
    [((1e-9, 1e-9), 0.7500), ((60, 25), 0.7457), ((60, 200), 0.7142), ((350, 25), 0.6757), ((350, 350), 0.6434)],
)  # fmt: skip
def test_what_is_not_known_draws_a_prediction_to_one_half(
    deviations: tuple[float, float], chance: float
) -> None:
    student, item = Rating(1390.848501888, deviations[0]), Rating(1200, deviations[1])

    assert predicted(student, item) == pytest.approx(chance, abs=5e-5)


@pytest.mark.parametrize(
    ("student", "item", "score", "after", "item_after"),
    [
        # Somebody new solves, half solves and fails an item of authored difficulty 5 (1120, 150).
        (UNKNOWN, authored(5), 1.0, (1339, 279), (1095, 145)),
        (UNKNOWN, authored(5), 0.5, (1163, 257), (1127, 144)),
        (UNKNOWN, authored(5), 0.0, (998, 267), (1157, 144)),
        # A known student moves a new item, and hardly moves.
        (Rating(1400, 60), authored(6), 1.0, (1406, 60), (1243, 140)),
        (Rating(1400, 60), authored(6), 0.0, (1389, 60), (1352, 138)),
        # A known item tells of a new student, and hardly moves.
        (UNKNOWN, Rating(1200, 25), 1.0, (1382, 263), (1199, 25)),
        # Nothing new of whom and what is known: some 10 points, as with a K of 20.
        (Rating(1400, 60), Rating(1400, 25), 1.0, (1410, 60), (1398, 25)),
    ],
)
def test_an_answer_moves_most_what_is_known_least(
    student: Rating, item: Rating, score: float, after: tuple[int, int], item_after: tuple[int, int]
) -> None:
    told, told_item = updated(student, item, score)

    assert (round(told.value), round(told.deviation)) == after
    assert (round(told_item.value), round(told_item.deviation)) == item_after


@given(students, items, scores)
def test_the_new_difference_is_the_most_probable_one(student: Rating, item: Rating, score: float) -> None:
    told, told_item = updated(student, item, score)
    assume(LOWEST < told.value < HIGHEST and LOWEST < told_item.value < HIGHEST)

    # Elo's formula holds with K = ln 10 / 400 times the variance, and the chance as it is afterwards.
    missing = 0.005756462732485 * (score - expected(told.value, told_item.value))

    assert told.value == pytest.approx(student.value + student.deviation**2 * missing, abs=1e-6)
    assert told_item.value == pytest.approx(item.value - item.deviation**2 * missing, abs=1e-6)


@pytest.mark.parametrize(
    ("student", "item", "score", "after"),
    [(1200, 1200, 1.0, 1216), (1200, 1200, 0.0, 1184), (1200, 1200, 0.75, 1208), (1200, 1600, 1.0, 1200 + 320 / 11),
     (1990, 1990, 1.0, 2000), (410, 410, 0.0, 400)],
)  # fmt: skip
@pytest.mark.parametrize("way", [RatingMethod.FLAT, "flat"])
def test_the_flat_way_is_elos_with_a_constant_and_items_that_stand_still(
    way: RatingMethod | str, student: float, item: float, score: float, after: float
) -> None:
    question = Rating(item, 90)

    told, told_item = updated(Rating(student, 120), question, score, way)

    assert [told.value, told.deviation] == pytest.approx([after, 120])
    assert told_item is question


def test_there_is_no_third_way() -> None:
    with pytest.raises(ValueError, match="is not a valid RatingMethod"):
        updated(UNKNOWN, UNKNOWN, 1.0, "steep")


@pytest.mark.parametrize("score", [-0.01, 1.01, nan])
def test_a_score_is_a_share(score: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        updated(UNKNOWN, UNKNOWN, score)


@pytest.mark.parametrize(("value", "deviation"), [(399, 50), (2001, 50), (nan, 50), (1200, 0), (1200, nan)])
def test_impossible_ratings_are_refused(value: float, deviation: float) -> None:
    with pytest.raises(ValueError, match=r"between 400 and 2000|above 0"):
        Rating(value, deviation)


@pytest.mark.parametrize(
    ("level", "deviation", "value", "points"),
    [
        (2.5, 0.65, 1200, 134.8),
        (3.0, 0.65, 1270.4, 137.3),
        (3.8, 0.65, 1400.2, 159.2),  # few questions, all of them right
        (1.2, 0.65, 999.8, 159.2),
        (4.5, 0.40, 1581.7, 184.0),
        (2.5, 1.4434, 1200, 224.1),  # no evidence at all: a uniform distribution of levels
        (5.0, 0.50, 2000, 350),
        (0.0, 0.50, 400, 350),
        (5.0, 0.00, 2000, 100),  # somebody's own finding is as good as any
    ],
)
def test_a_skill_profile_places_a_student(
    level: float, deviation: float, value: float, points: float
) -> None:
    place = placed(level, deviation)

    assert [place.value, place.deviation] == pytest.approx([value, points], abs=0.1)


@pytest.mark.parametrize("level", [-0.1, 5.1, nan])
def test_levels_end_at_five(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 5"):
        placed(level, 0.5)


@pytest.mark.parametrize(
    ("deviation", "days", "after"),
    [(60, 0, 60), (60, 1, 61.8), (60, 7, 71.9), (60, 90, 154.4), (60, 365, 292.8), (60, 530, 350), (60, inf, 350),
     (200, 90, 245.5), (400, 90, 400)],
)  # fmt: skip
def test_time_away_makes_a_rating_uncertain_and_leaves_it_where_it_is(
    deviation: float, days: float, after: float
) -> None:
    older = aged_rating(Rating(1500, deviation), days)

    assert [older.value, older.deviation] == pytest.approx([1500, after], abs=0.05)


@pytest.mark.parametrize("days", [-1, nan])
def test_time_does_not_run_backwards(days: float) -> None:
    with pytest.raises(ValueError, match="not below 0"):
        aged_rating(UNKNOWN, days)


@given(students, items, scores)
def test_ratings_stay_on_the_scale_and_deviations_between_their_ends(
    student: Rating, item: Rating, score: float
) -> None:
    told, told_item = updated(student, item, score)

    assert LOWEST <= told.value <= HIGHEST
    assert LOWEST <= told_item.value <= HIGHEST
    assert STUDENT_FLOOR <= told.deviation <= student.deviation
    assert ITEM_FLOOR <= told_item.deviation <= item.deviation


@given(students, items)
def test_success_lifts_the_student_and_lowers_the_item_and_failure_does_the_opposite(
    student: Rating, item: Rating
) -> None:
    solved, solved_item = updated(student, item, 1.0)
    failed, failed_item = updated(student, item, 0.0)

    assert failed.value <= student.value <= solved.value
    assert solved_item.value <= item.value <= failed_item.value


@given(students, items, scores, scores)
def test_a_better_answer_is_never_worth_less(
    student: Rating, item: Rating, score: float, other: float
) -> None:
    low, high = sorted((score, other))

    assert updated(student, item, low)[0].value <= updated(student, item, high)[0].value + 1e-6


@given(students, items)
def test_an_answer_as_good_as_expected_changes_nothing_but_certainty(student: Rating, item: Rating) -> None:
    told, told_item = updated(student, item, expected(student.value, item.value))

    assert told.value == pytest.approx(student.value, abs=1e-6)
    assert told_item.value == pytest.approx(item.value, abs=1e-6)


@given(students, items)
def test_a_prediction_lies_between_the_plain_chance_and_one_half(student: Rating, item: Rating) -> None:
    plain = expected(student.value, item.value)

    assert abs(predicted(student, item) - 0.5) <= abs(plain - 0.5)
    assert (predicted(student, item) - 0.5) * (plain - 0.5) >= 0


@given(st.integers(0, 2**20))
def test_answers_to_known_items_lead_to_a_student_of_their_level(seed: int) -> None:
    student = UNKNOWN

    for number in range(400):
        item = Rating(1000 + 80 * ((number + seed) % 11), ITEM_FLOOR)
        student, _ = updated(student, item, expected(1500, item.value))

    assert student.value == pytest.approx(1500, abs=5)
