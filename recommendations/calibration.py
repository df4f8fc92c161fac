"""How often credentials of some confidence are accepted, learnt from feedback; how far confidences can be relied on.

A confidence is the sum of its parts and stays so. Beside it stands how many of a hundred like it are accepted, by
Platt's map::

    acceptance = sigmoid(slope * logit(confidence) + intercept)

The stated prior is ``slope`` 1 and ``intercept`` 0: a confidence is taken at its word. Until ``MIN_OBSERVATIONS``
decisions are known, among them ``MIN_OF_EACH`` acceptances and as many refusals, the prior stands alone; from then on
slope and intercept are the mode of the posterior, with a normal prior of deviation 1 around these two. A slope that
comes out negative would turn the order round, so it is held at 0: then confidence says nothing, and all get one rate.

Sources: J. Platt, "Probabilistic outputs for support vector machines", 1999; reliability by A. Niculescu-Mizil and R.
Caruana, "Predicting good probabilities with supervised learning", 2005; intervals by E. Wilson, 1927; the score by G.
Brier, 1950.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, log, sqrt
from typing import Final, Literal

MIN_OBSERVATIONS: Final = 100
MIN_OF_EACH: Final = 20
BINS: Final = 10
FOLDS: Final = 5
ROUNDS: Final = 50
ENOUGH: Final = 1e-10
# Confidences have three places, and the ends of the scale have no logit.
LEAST: Final = 0.0005
NORMAL: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Outcome:
    """A recommended credential on which somebody decided: its confidence (0 to 1), and whether it was accepted."""

    confidence: float
    accepted: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """A map from confidence to the share accepted, and on how many decisions it rests; the prior rests on none."""

    basis: Literal["prior", "feedback"]
    slope: float
    intercept: float
    observations: int

    def acceptance(self, confidence: float) -> float:
        """Return the share (0 to 1) of credentials of this confidence that are accepted."""
        if self.basis == "prior":
            return confidence
        return _sigmoid(self.slope * _logit(confidence) + self.intercept)


@dataclass(frozen=True, slots=True)
class Bin:
    """Credentials whose predicted share lies in one tenth of the scale: the mean predicted, the share accepted, and its
    95 % interval."""

    low: float
    high: float
    count: int
    predicted: float
    observed: float
    observed_low: float
    observed_high: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far predicted shares held: the bins that are not empty, the expected calibration error (mean distance of
    predicted and observed, by how many are in a bin) and the Brier score (mean square error; 0 is perfect)."""

    bins: tuple[Bin, ...]
    observations: int
    expected_error: float
    brier: float


def fit(outcomes: Sequence[Outcome]) -> Calibration:
    """Learn the map from decisions; while there are too few, the prior. The order of decisions makes no difference."""
    accepted = sum(one.accepted for one in outcomes)
    if len(outcomes) < MIN_OBSERVATIONS or min(accepted, len(outcomes) - accepted) < MIN_OF_EACH:
        return Calibration("prior", 1.0, 0.0, len(outcomes))
    ordered = sorted(outcomes, key=lambda one: (one.confidence, one.accepted))
    slope, intercept = _mode(ordered)
    if slope < 0:
        slope, intercept = 0.0, _logit((accepted + 1) / (len(outcomes) + 2))
    return Calibration("feedback", slope, intercept, len(outcomes))


def held_out(outcomes: Sequence[Outcome]) -> list[tuple[float, bool]]:
    """Return what a map learnt from the other four fifths predicts for each decision, beside the decision."""
    ordered = sorted(outcomes, key=lambda one: (one.confidence, one.accepted))
    predicted: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        rest = [one for place, one in enumerate(ordered) if place % FOLDS != fold]
        learnt = fit(rest)
        predicted += [(learnt.acceptance(one.confidence), one.accepted) for one in ordered[fold::FOLDS]]
    return predicted


def reliability(predicted: Sequence[tuple[float, bool]]) -> Reliability | None:
    """Set predicted shares beside decisions; None where there are none."""
    if not predicted:
        return None
    grouped: dict[int, list[tuple[float, bool]]] = {}
    for share, accepted in predicted:
        grouped.setdefault(min(BINS - 1, int(share * BINS)), []).append((share, accepted))
    bins = tuple(_bin(place, grouped[place]) for place in sorted(grouped))
    total = len(predicted)
    return Reliability(
        bins=bins,
        observations=total,
        expected_error=fsum(one.count * abs(one.predicted - one.observed) for one in bins) / total,
        brier=fsum((share - accepted) ** 2 for share, accepted in predicted) / total,
    )


def _mode(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """Newton's method on the log posterior, which is strictly concave."""
    points = [(_logit(one.confidence), float(one.accepted)) for one in outcomes]
    slope, intercept = 1.0, 0.0
    for _ in range(ROUNDS):
        shares = [_sigmoid(slope * x + intercept) for x, _ in points]
        to_slope = fsum((y - p) * x for (x, y), p in zip(points, shares, strict=True)) - (slope - 1.0)
        to_intercept = fsum(y - p for (_, y), p in zip(points, shares, strict=True)) - intercept
        spread = [p * (1.0 - p) for p in shares]
        xx = fsum(w * x * x for (x, _), w in zip(points, spread, strict=True)) + 1.0
        x1 = fsum(w * x for (x, _), w in zip(points, spread, strict=True))
        ones = fsum(spread) + 1.0
        determinant = xx * ones - x1 * x1
        by_slope = (ones * to_slope - x1 * to_intercept) / determinant
        by_intercept = (xx * to_intercept - x1 * to_slope) / determinant
        slope, intercept = slope + by_slope, intercept + by_intercept
        if abs(by_slope) + abs(by_intercept) < ENOUGH:
            break
    return slope, intercept


def _bin(place: int, members: Sequence[tuple[float, bool]]) -> Bin:
    count, accepted = len(members), sum(accepted for _, accepted in members)
    low, high = _wilson(accepted, count)
    predicted = fsum(share for share, _ in members) / count
    return Bin(place / BINS, (place + 1) / BINS, count, predicted, accepted / count, low, high)


def _wilson(successes: int, count: int) -> tuple[float, float]:
    share, square = successes / count, NORMAL**2 / count
    middle = (share + square / 2) / (1 + square)
    margin = NORMAL / (1 + square) * sqrt(share * (1 - share) / count + square / (4 * count))
    return max(0.0, middle - margin), min(1.0, middle + margin)


def _logit(share: float) -> float:
    inside = min(1.0 - LEAST, max(LEAST, share))
    return log(inside / (1.0 - inside))


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + exp(-value)) if value >= 0 else exp(value) / (1.0 + exp(value))
