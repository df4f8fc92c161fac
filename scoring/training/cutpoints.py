"""From predictions to scores of a scale.

A regression's predictions are narrower than the scores they were fitted to, and a kappa pays
for that. Quadratic weighted kappa is one less a ratio: expected squared difference over the one
by chance. As for any ratio (W. Dinkelbach, "On nonlinear fractional programming", Management
Science 13, 1967), the scores that make it largest, ``kappa``, are those that make
``squared difference - (1 - kappa) * difference by chance`` least: for an answer of expected
score ``e`` among scores of mean ``m`` the level nearest to ``(e - (1 - kappa) * m) / kappa``.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

ROUNDS: Final = 5
LEAST_KAPPA: Final = 0.1


def matched(predicted: Vector, scores: Vector, levels: Vector) -> Vector:
    """The ascending bounds, shape (len(levels) - 1,), that give `predicted` the highest
    expected kappa with `scores`; `predicted` are made without the answer's own score.

    Expected scores are taken as linear in the predictions. Bounds half-way between levels, once
    mean and spread are those of `scores`, are where the search starts, and where it stays for
    predictions that do not rise with the scores.
    """
    middles = (levels[1:] + levels[:-1]) / 2
    if not len(middles) or not len(predicted):
        return middles
    mean, chance = float(predicted.mean()), float(scores.mean())
    spread = float(predicted.std()) / (float(scores.std()) or 1.0)
    bounds = mean + (middles - chance) * spread
    together = float(((predicted - mean) * (scores - chance)).mean())
    if together <= 0:
        return bounds
    slope = float(predicted.var()) / together
    for _ in range(ROUNDS):
        kappa = max(LEAST_KAPPA, _kappa(scored(predicted, bounds, levels), scores))
        bounds = mean + (middles - chance) * kappa * slope
    return bounds


def _kappa(given: Vector, scores: Vector) -> float:
    by_chance = given.var() + scores.var() + (given.mean() - scores.mean()) ** 2
    return 1.0 - float(((given - scores) ** 2).mean() / by_chance) if by_chance else 1.0


def scored(predicted: Vector, bounds: Vector, levels: Vector) -> Vector:
    """The level of each prediction; one on a bound gets the upper level."""
    found: Vector = levels[np.searchsorted(bounds, predicted, side="right")]
    return found


def placed(predicted: Vector, bounds: Vector) -> Vector:
    """Where each prediction lies among the levels, as a fraction from 0 to ``len(bounds)``:
    whole numbers are middles of levels, halves are bounds. Ascending with the prediction."""
    if not len(bounds):
        return np.zeros(len(predicted))
    if len(bounds) == 1:
        return np.asarray(predicted >= bounds[0], np.float64)
    halves = np.arange(len(bounds)) + 0.5
    first, last = bounds[1] - bounds[0] or 1e-9, bounds[-1] - bounds[-2] or 1e-9
    ends = np.concatenate([[bounds[0] - first], bounds, [bounds[-1] + last]])
    at = np.concatenate([[-0.5], halves, [len(bounds) + 0.5]])
    return np.asarray(np.clip(np.interp(predicted, ends, at), 0.0, float(len(bounds))), np.float64)
