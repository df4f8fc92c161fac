"""Opinions of answers that nobody has scored: what each is worth, and the second look."""

import numpy as np
import pytest

from scoring.training import gaussian, self_training, stacking, trees
from scoring.training.cross_prompt import ScoredQuestion, learn
from scoring.training.reading import Reader, Reading
from tests.scoring.training.made import PROMPT, SUBJECT, answer, made_set

DRAW = np.random.default_rng(3)
ROWS = DRAW.normal(size=(60, 4))
AIM = ROWS[:, 0] - ROWS[:, 1] + 0.5 * DRAW.normal(size=60)
PARTS = [np.arange(0, 20), np.arange(20, 45), np.arange(45, 60)]


@pytest.fixture(scope="module")
def batch(read: Reader) -> tuple[Reading, np.ndarray]:
    """Answers, and their qualities."""
    qualities = np.linspace(0.05, 0.95, 80)
    return read([answer(q, 400 + at, SUBJECT) for at, q in enumerate(qualities)], PROMPT), qualities


def test_a_part_left_out_is_given_what_a_fit_to_the_other_parts_says() -> None:
    kernel = ROWS @ ROWS.T / 4
    fit = gaussian.fit([kernel], AIM, PARTS)
    held = PARTS[1]
    rest = np.setdiff1d(np.arange(60), held)
    covariance = fit.weights[0] * kernel[np.ix_(rest, rest)] + fit.noise * np.eye(len(rest))
    cross = fit.weights[0] * kernel[np.ix_(held, rest)]

    by_hand = fit.mean + cross @ np.linalg.solve(covariance, AIM[rest] - fit.mean)

    assert fit.left_out[held] == pytest.approx(by_hand, abs=1e-6)
    assert gaussian.fit([kernel], AIM).left_out != pytest.approx(fit.left_out, abs=1e-3)


def test_trees_say_nothing_of_a_part_from_its_own_scores() -> None:
    lied = AIM.copy()
    lied[PARTS[1]] = 9.0

    honest, other = trees.left_out(ROWS, AIM, PARTS), trees.left_out(ROWS, lied, PARTS)

    assert (honest[PARTS[1]] == other[PARTS[1]]).all()
    assert (honest[PARTS[0]] != other[PARTS[0]]).any()


def test_a_second_look_mends_a_first_judgement_that_was_wrong(batch: tuple[Reading, np.ndarray]) -> None:
    reading, qualities = batch
    first = qualities + 0.35 * DRAW.normal(size=len(qualities))

    found = self_training.second_look(reading, first)

    assert np.corrcoef(found, qualities)[0, 1] > np.corrcoef(first, qualities)[0, 1] + 0.05
    assert found.std() == pytest.approx(80 / 140)


def test_a_second_look_does_not_see_the_answers_own_first_judgement(
    batch: tuple[Reading, np.ndarray],
) -> None:
    reading, qualities = batch
    moved = qualities.copy()
    moved[40] += 5.0

    before = self_training.second_look(reading, qualities)
    after = self_training.second_look(reading, moved)

    order = np.delete(np.arange(80), 40)
    assert after[40] < np.quantile(after[order], 0.9)
    assert before[40] == pytest.approx(0, abs=0.5)


def test_of_too_many_answers_there_is_no_second_look(
    batch: tuple[Reading, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_training, "MOST_ANSWERS", 79)
    reading, qualities = batch

    assert self_training.second_look(reading, qualities) == pytest.approx(
        (qualities - qualities.mean()) / qualities.std()
    )


@pytest.mark.parametrize(("sets", "few"), [(3, True), (4, False)])
def test_opinions_are_weighed_by_known_questions_where_there_are_enough(
    read: Reader, sets: int, few: bool
) -> None:
    known = [
        ScoredQuestion(read([t.text for t in one.texts], PROMPT), one.scores, one.scale)
        for one in (made_set(24, name=str(at), seed=30 + at) for at in range(sets))
    ]

    weights = learn(known, in_batch=True).weights

    assert list(weights) == list(learn(known, in_batch=True).weights)
    assert (tuple(weights) == stacking.FEW_SETS) is few
    assert (weights >= 0).all()
    assert weights.sum() > 0.5
