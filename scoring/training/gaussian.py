"""Regression by a Gaussian process whose covariance is a weighted sum of given kernels.

The weights and the noise maximise the marginal likelihood of the scores (C. E. Rasmussen and
C. K. I. Williams, Gaussian Processes for Machine Learning, 2006, section 5.4.1) under a weak
log-normal prior, so no part of the data has to be held back for choosing them; what each
answer would have been given by the others follows in closed form (the same, section 5.4.2).
Among very many answers the weights are chosen on a sample; the fit is to all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Rows = NDArray[np.intp]

PRIOR_VARIANCE: Final = 9.0
NOISE_AT_START: Final = 0.5
MOST_STEPS: Final = 25
MOST_FOR_WEIGHTS: Final = 1500
SEED: Final = 20_261_120
_JITTER: Final = 1e-8


@dataclass(frozen=True, slots=True)
class GaussianFit:
    """`weights` of the kernels, `noise`, and `alpha` (n,), all for the standardised target.

    A prediction is ``mean + spread * sum(weights[k] * K_k) @ alpha``. `left_out` (n,) is what
    each answer is given by the others, or by those of other parts.
    """

    weights: Vector
    noise: float
    alpha: Vector
    mean: float
    spread: float
    left_out: Vector


def fit(kernels: Sequence[Matrix], target: Vector, parts: Sequence[Rows] = ()) -> GaussianFit:
    """Fit to kernels of shape (n, n), each of mean diagonal 1, and a target of shape (n,). With
    `parts`, which have every row once, a row is left out with its whole part."""
    from scipy.optimize import minimize

    mean, spread = float(target.mean()), float(target.std()) or 1.0
    aim = (target - mean) / spread
    start = np.log([*[NOISE_AT_START / len(kernels)] * len(kernels), NOISE_AT_START])
    some, seen = _for_weights(kernels, aim)
    found = minimize(
        _loss, start, args=(some, seen, start), jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS}
    )
    weights, noise = np.exp(found.x[:-1]), float(np.exp(found.x[-1]))
    inverse = _inverse(_covariance(kernels, weights, noise))[0]
    alpha = inverse @ aim
    apart = alpha / np.diag(inverse)
    for part in parts:
        apart[part] = np.linalg.solve(inverse[np.ix_(part, part)], alpha[part])
    return GaussianFit(weights, noise, alpha, mean, spread, mean + spread * (aim - apart))


def _for_weights(kernels: Sequence[Matrix], aim: Vector) -> tuple[Sequence[Matrix], Vector]:
    """At most `MOST_FOR_WEIGHTS` answers: a dozen weights need no more, and each of some thirty
    steps towards them is cubic in the answers."""
    if len(aim) <= MOST_FOR_WEIGHTS:
        return kernels, aim
    rows = np.random.default_rng(SEED).permutation(len(aim))[:MOST_FOR_WEIGHTS]
    return [kernel[np.ix_(rows, rows)] for kernel in kernels], aim[rows]


def _covariance(kernels: Sequence[Matrix], weights: Vector, noise: float) -> Matrix:
    total = np.zeros_like(kernels[0])
    for weight, kernel in zip(weights, kernels, strict=True):
        total += weight * kernel
    total[np.diag_indices_from(total)] += noise + _JITTER
    return total


def _inverse(covariance: Matrix) -> tuple[Matrix, float]:
    """The inverse, and half the logarithm of the determinant."""
    from scipy.linalg import cho_factor, cho_solve

    factor = cho_factor(covariance, lower=True)
    half_log = float(np.log(np.diag(factor[0])).sum())
    inverse: Matrix = cho_solve(factor, np.eye(len(covariance)))
    return inverse, half_log


def _loss(at: Vector, kernels: Sequence[Matrix], aim: Vector, start: Vector) -> tuple[float, Vector]:
    """Minus the log likelihood and log prior at log weights `at`, with the gradient."""
    scales = np.exp(at)
    inverse, half_log = _inverse(_covariance(kernels, scales[:-1], float(scales[-1])))
    alpha = inverse @ aim
    pull = np.outer(alpha, alpha) - inverse
    slopes = [float(np.vdot(pull, kernel)) for kernel in kernels] + [float(np.trace(pull))]
    away = at - start
    loss = 0.5 * float(aim @ alpha) + half_log + 0.5 * float(away @ away) / PRIOR_VARIANCE
    return loss, -0.5 * scales * np.array(slopes) + away / PRIOR_VARIANCE
