"""From predictions to scores of a scale.

A regression's predictions are narrower than the scores they were fitted to, and a kappa pays
for that. So the bounds between neighbouring scores are put where predictions for the training
answers, each made without the answer itself, come out as often at each score as people gave it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

# With this many levels half the weight is on frequencies; with more, on mean and spread.
EVEN_LEVELS: Final = 6


def matched(predicted: Vector, scores: Vector, levels: Vector) -> Vector:
    """The ascending bounds, shape (len(levels) - 1,), for `predicted` against `scores`.

    A mean of two: bounds at which the shares at or below every level are those of `scores`,
    and bounds half-way between levels once mean and spread are those of `scores`. The first
    is truer on a few uneven levels, the second on many levels with few answers each.
    """
    middles = (levels[1:] + levels[:-1]) / 2
    if not len(middles) or not len(predicted):
        return middles
    shares = np.array([(scores <= middle).mean() for middle in middles])
    by_share = np.quantile(predicted, shares)
    spread = float(predicted.std()) / (float(scores.std()) or 1.0)
    by_spread = predicted.mean() + (middles - scores.mean()) * spread
    # Where no answer has a score beyond, frequencies say nothing of the bound.
    told = (shares > 0) & (shares < 1)
    weight = np.where(told, EVEN_LEVELS / (EVEN_LEVELS + len(levels)), 0.0)
    bounds: Vector = np.maximum.accumulate(weight * by_share + (1 - weight) * by_spread)
    return bounds


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
