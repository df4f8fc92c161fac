"""How far two sets of scores of the same answers agree: a model with people, or one person with another.

Scores are integers on an ordered scale with both ends given, so that a level nobody used still counts as a
level. The first set is the one examined (the model, the first reviewer), the second the one it is held against.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.intervals import LEVEL, Interval, around, student_quantile

Weights = Literal["linear", "quadratic"]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Group = TypeVar("Group", bound=Hashable)

RESAMPLES = 2_000
SEED = 20_260_301
LEAST_FOR_INTERVAL = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """The integers from ``minimum`` to ``maximum``, both included."""

    minimum: int
    maximum: int

    def __post_init__(self) -> None:
        if self.maximum <= self.minimum:
            raise ValueError("a scale needs at least two levels")

    @property
    def levels(self) -> int:
        """How many levels there are."""
        return self.maximum - self.minimum + 1


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of two sets of ``n`` scores.

    Kappas run from -1 to 1 and are None where chance alone explains everything or nothing is there; ``exact``
    and ``adjacent`` (at most one level apart) are shares from 0 to 1; ``rmse`` is in levels; ``smd`` in standard
    deviations, positive where the first set scores higher.
    """

    n: int
    quadratic_kappa: float | None
    interval: Interval | None
    linear_kappa: float | None
    exact: float | None
    adjacent: float | None
    rmse: float | None
    smd: float | None


@dataclass(frozen=True, slots=True)
class SignedError:
    """By how much the first set scores a group of ``n`` higher than the second, in standard deviations."""

    n: int
    error: float
    interval: Interval | None


def agreement(
    first: ArrayLike, second: ArrayLike, scale: Scale, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Agreement:
    """Return every figure about two sets of scores of shape (n,)."""
    table = confusion_matrix(first, second, scale)
    n = int(table.sum())
    if n == 0:
        return Agreement(0, None, None, None, None, None, None, None)
    apart = np.abs(np.subtract.outer(np.arange(scale.levels), np.arange(scale.levels)))
    return Agreement(
        n=n,
        quadratic_kappa=kappa_of_table(table),
        interval=kappa_interval(table, resamples=resamples, seed=seed),
        linear_kappa=kappa_of_table(table, "linear"),
        exact=float(table[apart == 0].sum() / n),
        adjacent=float(table[apart <= 1].sum() / n),
        rmse=float(np.sqrt((table * apart**2).sum() / n)),
        smd=standardised_mean_difference(first, second),
    )


def confusion_matrix(first: ArrayLike, second: ArrayLike, scale: Scale) -> Counts:
    """Return how often each pair of levels was given, shape (levels, levels): first set down, second across.

    Raises:
        ValueError: if the sets differ in length or hold anything but whole numbers on the scale.
    """
    rows, columns = _places(first, scale), _places(second, scale)
    if rows.shape != columns.shape:
        raise ValueError("both sets must score the same answers")
    table = np.zeros((scale.levels, scale.levels), dtype=np.int64)
    np.add.at(table, (rows, columns), 1)
    return table


def weighted_kappa(
    first: ArrayLike, second: ArrayLike, scale: Scale, weights: Weights = "quadratic"
) -> float | None:
    """Return Cohen's weighted kappa of two sets of scores of shape (n,); see ``kappa_of_table``."""
    return kappa_of_table(confusion_matrix(first, second, scale), weights)


def kappa_of_table(table: Counts, weights: Weights = "quadratic") -> float | None:
    """Return Cohen's weighted kappa of a confusion matrix of shape (k, k).

    kappa = 1 - sum(w O) / sum(w E), O the table, E what its margins make expect by chance, w the distance of two
    levels or its square (Cohen 1968). None where nothing is expected by chance to differ: all scores are equal.
    """
    if not table.any():
        return None
    kappa = _kappas(table.reshape(1, -1).astype(np.float64), table.shape[0], weights)[0]
    return None if np.isnan(kappa) else float(kappa)


def kappa_interval(
    table: Counts,
    *,
    weights: Weights = "quadratic",
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval | None:
    """Return the percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13) of a weighted kappa.

    Drawing n answers with replacement is one multinomial draw over the cells of the table, so all resamples are
    drawn at once. Resamples without a kappa are left out; None where too few answers or too few resamples remain.
    """
    n = int(table.sum())
    if n < LEAST_FOR_INTERVAL:
        return None
    used = np.flatnonzero(table)
    drawn = np.random.default_rng(seed).multinomial(n, table.ravel()[used] / n, size=resamples)
    kappas = _kappas(drawn.astype(np.float64), table.shape[0], weights, used)
    kappas = kappas[~np.isnan(kappas)]
    if kappas.size < resamples / 2:
        return None
    low, high = np.quantile(kappas, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


def standardised_mean_difference(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return (mean of first - mean of second) / sqrt((variance of first + variance of second) / 2).

    The measure and its usual bound of 0.15 are of Williamson, Xi and Breyer (2012). None where nothing varies.
    """
    ours, theirs = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if ours.size < 2:
        return None
    spread = float(np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / 2))
    return float(ours.mean() - theirs.mean()) / spread if spread > 0 else None


def signed_error_by_group(
    first: ArrayLike, second: ArrayLike, groups: Sequence[Group], *, level: float = LEVEL
) -> dict[Group, SignedError]:
    """Return the mean of first - second in each group, in standard deviations of the whole second set.

    ``groups`` names the group of each of the n scores. The interval is Student's over the differences within the
    group. Empty where the second set does not vary.
    """
    ours, theirs = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if not len(groups) == ours.size == theirs.size:
        raise ValueError("every score needs a group")
    spread = float(theirs.std(ddof=1)) if theirs.size > 1 else 0.0
    if spread == 0:
        return {}
    members: dict[Group, list[int]] = {}
    for place, group in enumerate(groups):
        members.setdefault(group, []).append(place)
    errors = (ours - theirs) / spread
    return {group: _signed_error(errors[places], level) for group, places in members.items()}


def _signed_error(errors: Floats, level: float) -> SignedError:
    mean = float(errors.mean())
    if errors.size < LEAST_FOR_INTERVAL:
        return SignedError(errors.size, mean, None)
    margin = student_quantile(errors.size - 1, level) * float(errors.std(ddof=1)) / np.sqrt(errors.size)
    return SignedError(errors.size, mean, around(mean, float(margin)))


def _places(scores: ArrayLike, scale: Scale) -> NDArray[np.intp]:
    """Return the scores counted from the lowest level."""
    given = np.asarray(scores)
    if given.ndim != 1:
        raise ValueError("scores must be a plain list")
    whole = given.astype(np.int64)
    if (whole != given).any() or (whole < scale.minimum).any() or (whole > scale.maximum).any():
        raise ValueError(f"scores must be whole numbers from {scale.minimum} to {scale.maximum}")
    return np.asarray(whole - scale.minimum, dtype=np.intp)


def _kappas(counts: Floats, levels: int, weights: Weights, cells: NDArray[np.intp] | None = None) -> Floats:
    """Return the kappa of every row of ``counts``, shape (tables, cells); ``cells`` are places in the flat table."""
    places = np.arange(levels * levels) if cells is None else cells
    rows, columns = np.divmod(places, levels)
    distance = np.abs(np.subtract.outer(np.arange(levels), np.arange(levels))).astype(np.float64)
    weight = distance**2 if weights == "quadratic" else distance
    observed = counts @ weight[rows, columns]
    margin_of_rows = counts @ np.eye(levels)[rows]
    margin_of_columns = counts @ np.eye(levels)[columns]
    expected = ((margin_of_rows @ weight) * margin_of_columns).sum(axis=1) / counts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected > 0, 1 - observed / expected, np.nan), dtype=np.float64)
