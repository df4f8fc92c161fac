"""How far an answer may lie from what the others write about before its score is bounded."""

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.training.batch import Scored
from scoring.training.blend import Predictions, fit_scorer, predict
from scoring.training.reading import Reader
from scoring.training.relevance import Subject, distances, most
from scoring.training.zero import zero_scores
from tests.scoring.training.made import OTHER_SUBJECT, PROMPT, SUBJECT, answer, made_set


def around(middle: int, count: int, width: int = 8) -> NDArray[np.float64]:
    """Unit vectors near one axis."""
    rows = np.random.default_rng(middle).normal(0, 0.1, (count, width))
    rows[:, middle] += 1
    unit: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1)[:, None]
    return unit


@pytest.mark.parametrize(
    ("distance", "share"), [(0.5, 1.0), (-2.0, 1.0), (-2.75, 0.5), (-3.5, 0.0), (-9.0, 0.0)]
)
def test_the_bound_falls_with_the_distance(distance: float, share: float) -> None:
    assert most(np.array([distance])) == pytest.approx([share])


def test_what_others_write_about_is_near_and_everything_else_is_far() -> None:
    others = around(0, 60)
    subject = Subject.of(others)

    assert subject.distance(around(1, 20), others).max() < -3.5
    assert np.quantile(subject.distance(around(0, 200), others), 0.1) > -3


def test_a_few_answers_to_another_question_do_not_move_what_is_usual() -> None:
    mixed = np.vstack([around(0, 60), around(1, 4)])

    found = distances(mixed)

    assert found[60:].max() < -3.5
    assert np.median(found[:60]) == pytest.approx(0, abs=0.5)


def test_too_few_answers_show_nothing() -> None:
    assert not distances(around(0, 9)).any()
    assert not Subject.of(around(0, 5)).distance(around(1, 2), around(0, 5)).any()


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
        found = zero_scores(read([*(one.text for one in own.texts[:60]), *off, good], PROMPT), own.scale)

    assert list(found.score[-4:-1]) == [0.0, 0.0, 0.0]
    assert list(found.strange[-4:]) == [True, True, True, False]
    assert found.score[-1] >= 3
