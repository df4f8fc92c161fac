"""The parts that learn: Gaussian process, trees, bounds between scores, priors."""

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingRegressor

from scoring.agreement import Scale as Levels
from scoring.agreement import weighted_kappa
from scoring.training import cutpoints, gaussian, prior, trees
from scoring.training.dataset import Scale

DRAW = np.random.default_rng(1)
ROWS = DRAW.normal(size=(60, 4))
AIM = ROWS[:, 0] * 2 + np.sin(ROWS[:, 1]) + 0.3 * DRAW.normal(size=60)
LEVELS = np.arange(5.0)


def kernels(left: np.ndarray, right: np.ndarray) -> list[np.ndarray]:
    squares = ((left[:, None] - right[None]) ** 2).sum(axis=2)
    return [left @ right.T / 4, np.exp(-0.2 * squares)]


def test_what_the_others_say_is_what_a_fit_without_the_answer_says() -> None:
    fit = gaussian.fit(kernels(ROWS, ROWS), AIM)
    rest = np.arange(1, 60)
    covariance = sum(w * k for w, k in zip(fit.weights, kernels(ROWS[rest], ROWS[rest]), strict=True))
    covariance = covariance + fit.noise * np.eye(59)
    cross = sum(w * k for w, k in zip(fit.weights, kernels(ROWS[:1], ROWS[rest]), strict=True))

    by_hand = fit.mean + cross @ np.linalg.solve(covariance, AIM[rest] - fit.mean)

    assert fit.left_out[0] == pytest.approx(float(by_hand[0]), abs=1e-6)


def test_the_slopes_of_the_likelihood_are_right() -> None:
    at, start = np.log([0.4, 0.3, 0.5]), np.log([0.2, 0.2, 0.5])
    given = kernels(ROWS, ROWS), (AIM - AIM.mean()) / AIM.std(), start
    _, slopes = gaussian._loss(at, *given)

    for place in range(3):
        step = np.zeros(3)
        step[place] = 1e-5
        measured = (gaussian._loss(at + step, *given)[0] - gaussian._loss(at - step, *given)[0]) / 2e-5
        assert slopes[place] == pytest.approx(measured, rel=1e-5)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_very_few_answers_can_be_fitted(count: int) -> None:
    fit = gaussian.fit(kernels(ROWS[:count], ROWS[:count]), AIM[:count])

    assert np.isfinite(fit.alpha).all()


def test_trees_as_arrays_say_what_scikit_learn_says() -> None:
    grown = GradientBoostingRegressor(
        n_estimators=trees.TREES, max_depth=trees.DEPTH, learning_rate=trees.RATE, subsample=0.6,
        max_features=0.12, min_samples_leaf=5, random_state=trees.SEED,
    ).fit(ROWS, AIM)  # fmt: skip

    assert trees.fit(ROWS, AIM).predict(ROWS) == pytest.approx(grown.predict(ROWS), abs=1e-9)


def agreement(scores: np.ndarray, given: np.ndarray) -> float:
    found = weighted_kappa(given.astype(int), scores.astype(int), Levels(0, 4))
    assert found is not None
    return found


def test_bounds_give_the_highest_kappa_that_any_spread_of_them_gives() -> None:
    wanted = 2 + 1.1 * DRAW.normal(size=4000)
    scores = np.clip(np.round(wanted), 0, 4)
    predicted = 5 + 0.3 * (0.8 * (wanted - 2) + 0.6 * 1.1 * DRAW.normal(size=4000))

    bounds = cutpoints.matched(predicted, scores, LEVELS)

    found = agreement(scores, cutpoints.scored(predicted, bounds, LEVELS))
    others = [predicted.mean() + share * (bounds - predicted.mean()) for share in np.linspace(0.4, 2.0, 33)]
    best = max(agreement(scores, cutpoints.scored(predicted, other, LEVELS)) for other in others)
    assert best - 0.01 < found
    assert found - 0.02 > agreement(scores, np.clip(np.round(predicted - 3), 0, 4))


def test_predictions_that_fall_with_the_scores_still_use_the_whole_scale() -> None:
    scores = np.repeat(LEVELS, 10)

    bounds = cutpoints.matched(-scores, scores, LEVELS)

    assert set(cutpoints.scored(-scores, bounds, LEVELS)) == set(LEVELS)


def test_weights_chosen_on_a_sample_still_fit_all_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaussian, "MOST_FOR_WEIGHTS", 30)

    fit = gaussian.fit(kernels(ROWS, ROWS), AIM)

    assert fit.alpha.shape == fit.left_out.shape == (60,)
    assert np.corrcoef(fit.left_out, AIM)[0, 1] > 0.9


def test_bounds_ascend_even_where_no_answer_has_a_score() -> None:
    levels = np.arange(31.0)

    bounds = cutpoints.matched(np.array([3.0, 4.0, 4.2]), np.array([8.0, 20.0, 20.0]), levels)

    assert bounds.shape == (30,)
    assert (np.diff(bounds) >= 0).all()


def test_places_ascend_with_predictions_and_meet_the_bounds_half_way() -> None:
    bounds = np.array([1.0, 2.0, 4.0])

    assert list(cutpoints.placed(np.array([-9.0, 1.0, 1.5, 2.0, 4.0, 99.0]), bounds)) == [
        0.0,
        0.5,
        1.0,
        1.5,
        2.5,
        3.0,
    ]
    assert list(cutpoints.placed(np.array([0.0, 3.0]), np.array([2.0]))) == [0.0, 1.0]
    assert list(cutpoints.placed(np.array([5.0]), np.array([]))) == [0.0]


def test_without_other_sets_the_prior_is_the_stated_one() -> None:
    flat = np.full(5, 2.0), Scale(0, 4, 1)

    assert prior.learned([]) == prior.learned([flat]) == prior.STATED
    place, scale = np.array([-9.0, 0.0, 9.0]), Scale(2, 12, 1)
    assert list(prior.placed(place, scale, prior.STATED, np.full(3, np.inf))) == [2.0, 8.0, 12.0]
    assert list(prior.placed(place, scale, prior.STATED, np.array([1.0, -1.0, -1e6]))) == [2.0, 6.0, 2.0]


def test_other_sets_move_the_prior_towards_their_scores() -> None:
    high = np.clip(DRAW.normal(0.8, 0.1, size=(6, 200)), 0, 1)
    sets = [
        (np.round(row * size), Scale(0, size, 1))
        for row, size in zip(high, (3, 4, 5, 10, 30, 60), strict=True)
    ]

    learned = prior.learned(sets)

    assert 0.75 < learned.mean < 0.8
    assert 0.1 < learned.spread_of(Scale(0, 30, 1)) < 0.14
