"""How far an answer may lie from what the others write about before its score is bounded."""

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.training.batch import Scored
from scoring.training.blend import Predictions, fit_scorer, predict
from scoring.training.dataset import Scale
from scoring.training.prior import STATED
from scoring.training.reading import Reader
from scoring.training.relevance import Subject, bounded, distances, most, nearness
from scoring.training.zero_shot import zero_shot_scores
from tests.scoring.training.made import OTHER_SUBJECT, PROMPT, SUBJECT, answer, made_set


def around(middle: int, count: int, width: int = 8) -> NDArray[np.float64]:
    """Unit vectors near one axis."""
    rows = np.random.default_rng(middle).normal(0, 0.1, (count, width))
    rows[:, middle] += 1
    unit: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1)[:, None]
    return unit


def unit(row: NDArray[np.float64]) -> NDArray[np.float64]:
    scaled: NDArray[np.float64] = row / np.linalg.norm(row)
    return scaled


@pytest.mark.parametrize(
    ("distance", "bound"), [(0.5, np.inf), (-2.3, np.inf), (-3.15, 0.0), (-4.0, -2.0), (-9.0, -2.0)]
)
def test_the_bound_falls_with_the_distance(distance: float, bound: float) -> None:
    assert most(np.array([distance])) == pytest.approx([bound])


def test_odd_answers_are_bounded_lower_and_blank_ones_lowest() -> None:
    odd, blank = np.array([False, True, True, True]), np.array([False, False, False, True])

    assert list(bounded(np.array([0.5, np.inf, -2.0, np.inf]), odd, blank)) == [0.5, -3.0, -3.0, -1e6]


def test_what_others_write_about_is_near_and_everything_else_is_far() -> None:
    others = around(0, 60)
    subject = Subject.of(others, np.zeros(60))

    assert subject.distance(around(1, 20), np.zeros(20), others).max() < -3.5
    assert np.quantile(subject.distance(around(0, 200), np.zeros(200), others), 0.1) > -3


def test_likeness_to_the_prompt_is_a_third_of_the_distance_where_there_is_a_prompt() -> None:
    others, on_prompt = around(0, 60), np.linspace(0.4, 0.8, 60)
    subject, new = Subject.of(others, on_prompt), around(0, 2)
    beside = (
        subject.near(nearness(new, others, among=False)),
        subject.central(new @ unit(others.mean(axis=0))),
    )

    with_prompt = subject.distance(new, np.array([0.6, 0.1]), others)
    without = subject.distance(new, np.zeros(2), others)

    assert without == pytest.approx(sum(beside) / 2)
    assert with_prompt == pytest.approx((sum(beside) + np.array([0.0, -0.5 / subject.on_prompt.spread])) / 3)


def test_a_few_answers_to_another_question_do_not_move_what_is_usual() -> None:
    mixed = np.vstack([around(0, 60), around(1, 4)])

    found = distances(mixed, np.zeros(64))

    assert found[60:].max() < -3.5
    assert np.median(found[:60]) == pytest.approx(0, abs=0.5)


def test_too_few_answers_show_nothing() -> None:
    few = Subject.of(around(0, 5), np.zeros(5))

    assert not distances(around(0, 9), np.linspace(0, 1, 9)).any()
    assert not few.distance(around(1, 2), np.zeros(2), around(0, 5)).any()


@pytest.mark.parametrize("mode", ["trained", "zero"])
def test_an_answer_to_another_question_gets_the_lowest_score_and_no_less_than_the_best_ones_fall(
    read: Reader, mode: str
) -> None:
    own = made_set(160)
    off = [answer(quality, 9_000 + at, OTHER_SUBJECT) for at, quality in enumerate((0.3, 0.6, 0.95))]
    good = answer(0.9, 9_999, SUBJECT)
    found: Predictions | Scored
    if mode == "trained":
        scorer = fit_scorer(read([one.text for one in own.texts], PROMPT), own.scores, own.scale.levels)
        found = predict(scorer, read([*off, good], PROMPT))
    else:
        found = zero_shot_scores(read([*(one.text for one in own.texts[:60]), *off, good], PROMPT), own.scale)

    assert list(found.score[-4:-1]) == [0.0, 0.0, 0.0]
    assert list(found.strange[-4:]) == [True, True, True, False]
    assert found.score[-1] >= 3


@pytest.mark.parametrize("mode", ["trained", "zero"])
def test_on_a_wide_scale_what_is_far_off_gets_a_low_score_that_people_give(read: Reader, mode: str) -> None:
    """Scores of 0 to 60 that lie between 32 and 48: 0 would be as far off as no judge ever is."""
    own = made_set(160)
    scores = 32 + 4 * own.scores
    off, scale = answer(0.9, 9_000, OTHER_SUBJECT), Scale(0, 60, 1)
    found: Predictions | Scored
    if mode == "trained":
        scorer = fit_scorer(read([one.text for one in own.texts], PROMPT), scores, scale.levels)
        found = predict(scorer, read([off, ""], PROMPT))
        middle, spread = float(scores.mean()), float(scores.std())
    else:
        found = zero_shot_scores(read([*(one.text for one in own.texts[:60]), off, ""], PROMPT), scale)
        middle, spread = 60 * STATED.mean, 60 * STATED.spread_of(scale)

    assert list(found.score[-2:]) == [round(middle - 2 * spread), 0]
    assert list(found.strange[-2:]) == [True, True]
