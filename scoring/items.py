"""Item analysis: how hard each question is, whether it tells the able from the others, and what the test is worth.

Everything starts from ``fractions``, shape (persons, items): the share of its points (0 to 1) that each person
earned on each item, NaN where the item was not asked or is not scored. ``weights``, shape (items,), are the
points that each item is worth. Roles draw their questions from a pool, so the NaNs are many and by design: every
figure rests on the persons who have what it needs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXTREME_SHARE = 0.27
LEAST_FOR_CORRELATION = 3
# A variance of totals below this share of the items' is nothing but rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """The figures of one item over the ``n`` persons who were scored on it; None where they cannot be had.

    ``difficulty`` is the mean share of the points (1 is easiest); ``point_biserial`` the correlation (-1 to 1)
    with the rest of the test; ``discrimination`` the difficulty among the best 27 % less that among the worst;
    ``alpha_without`` Cronbach's alpha of the test without the item.
    """

    n: int
    difficulty: float | None
    point_biserial: float | None
    discrimination: float | None
    alpha_without: float | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """What a test of ``length`` items is worth.

    ``alpha`` is Cronbach's, ``deviation`` the standard deviation of total scores and ``standard_error`` the
    standard error of measurement, both in points.
    """

    length: int
    alpha: float
    deviation: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class ChoiceFigures:
    """How often a choice was taken: in all, and by the weakest, middle and best third; None is no answer.

    ``point_biserial`` correlates taking it with the rest of the test; a distractor should have a negative one.
    """

    choice: str | None
    is_correct: bool
    count: int
    by_third: tuple[int, int, int]
    share: float
    point_biserial: float | None


def item_figures(fractions: Floats, weights: Floats) -> list[ItemFigures]:
    """Return the figures of every item, in the order of the columns."""
    totals = ability(fractions, weights)
    moments = _moments(fractions * weights)
    length = min(usual_length(fractions), fractions.shape[1] - 1)
    return [
        _item_figures(fractions, weights, item, totals, _without(moments, item, length))
        for item in range(fractions.shape[1])
    ]


def ability(fractions: Floats, weights: Floats, *, without: int | None = None) -> Floats:
    """Return each person's share (0 to 1) of the points of what they were scored on, shape (persons,).

    ``without`` leaves out one item, so that it is not compared with itself. NaN where nothing is left.
    """
    considered = ~np.isnan(fractions)
    if without is not None:
        considered[:, without] = False
    worth = considered @ weights
    earned = np.where(considered, fractions, 0.0) @ weights
    shares: Floats = np.divide(earned, worth, out=np.full(len(worth), np.nan), where=worth > 0)
    return shares


def usual_length(fractions: Floats) -> int:
    """Return how many items a person is usually scored on: the median, rounded down."""
    return int(np.median((~np.isnan(fractions)).sum(axis=1))) if len(fractions) else 0


def correlation(first: Floats, second: Floats) -> float | None:
    """Return Pearson's r over the persons who have both; with 0 and 1 as ``first`` it is the point-biserial.

    None with fewer than three such persons, or where either side does not vary.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    x, y = first[both], second[both]
    if x.size < LEAST_FOR_CORRELATION or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))


def discrimination(item: Floats, totals: Floats, *, share: float = EXTREME_SHARE) -> float | None:
    """Return the mean of ``item`` among the best ``share`` by ``totals`` less that among the worst (-1 to 1).

    Kelley (1939) gives the reason for 27 %. Persons tied at the edge count in part, so that the order in which
    persons come makes no difference.
    """
    both = ~(np.isnan(item) | np.isnan(totals))
    scores, ranked = item[both], totals[both]
    if scores.size < LEAST_FOR_CORRELATION or np.ptp(ranked) == 0:
        return None
    best, worst = _membership(-ranked, share), _membership(ranked, share)
    return float((best @ scores - worst @ scores) / best.sum())


def reliability(fractions: Floats, weights: Floats, *, length: int | None = None) -> Reliability | None:
    """Return Cronbach's alpha and the standard error of measurement of a test of ``length`` items.

    alpha = m c / (v + (m - 1) c), v the mean variance of an item's points, c the mean covariance of two items'
    points, m the length. For the whole set this is Cronbach's k / (k - 1) (1 - sum of variances / variance of
    totals), for fewer items what a random draw of that many from the pool has (Cronbach 1951, equations 2 and
    16). The standard error is deviation * sqrt(1 - alpha) (Lord and Novick 1968, 3.8.4), 0 at least.

    ``length`` is that of the set unless given. Each covariance rests on the persons who have both items, so for
    complete data the figures are the textbook's. None with fewer than two items that can be compared, or where
    totals do not vary.
    """
    moments = _moments(fractions * weights)
    return _reliability(moments, len(moments) if length is None else length)


def choice_figures(
    taken: Sequence[frozenset[str] | None],
    rest: Floats,
    choices: Sequence[str],
    correct: frozenset[str],
) -> list[ChoiceFigures]:
    """Return how each choice fared, and at the end how often no answer was given, if ever.

    ``taken`` are the choices of each person (None: no answer), ``rest`` their ability on the rest of the test,
    shape (persons,). Thirds are by rank; persons with the same ability are in the same third.
    """
    thirds = _thirds(rest)
    options: list[str | None] = [*choices]
    if any(one is None for one in taken):
        options.append(None)
    return [
        _choice_figures(choice, [_took(one, choice) for one in taken], rest, thirds, choice in correct)
        for choice in options
    ]


def median_time(seconds: Sequence[float]) -> float | None:
    """Return the median of times in seconds; None where nothing was timed."""
    return float(np.median(seconds)) if len(seconds) else None


def _item_figures(
    fractions: Floats, weights: Floats, item: int, totals: Floats, without: Reliability | None
) -> ItemFigures:
    scores = fractions[:, item]
    given = scores[~np.isnan(scores)]
    return ItemFigures(
        n=given.size,
        difficulty=float(given.mean()) if given.size else None,
        point_biserial=correlation(scores, ability(fractions, weights, without=item)),
        discrimination=discrimination(scores, totals),
        alpha_without=without.alpha if without else None,
    )


def _moments(points: Floats) -> Floats:
    """Return the covariances of every two items, shape (items, items); NaN where under two persons have both."""
    known = ~np.isnan(points)
    filled = np.where(known, points, 0.0)
    shared = known.T.astype(np.float64) @ known
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (filled.T @ known) / shared
        products = filled.T @ filled / shared
        table: Floats = (products - means * means.T) * shared / (shared - 1)
    table[shared < 2] = np.nan
    return table


def _without(moments: Floats, item: int, length: int) -> Reliability | None:
    return _reliability(np.delete(np.delete(moments, item, axis=0), item, axis=1), length)


def _reliability(moments: Floats, m: int) -> Reliability | None:
    variances = np.diag(moments)[~np.isnan(np.diag(moments))]
    pairs = moments[np.triu_indices(len(moments), k=1)]
    covariances = pairs[~np.isnan(pairs)]
    if m < 2 or variances.size < 2 or covariances.size == 0:
        return None
    v, c = float(variances.mean()), float(covariances.mean())
    total = m * (v + (m - 1) * c)
    if total <= ROUNDING * v:
        return None
    alpha = m * m * c / total
    deviation = math.sqrt(total)
    return Reliability(m, alpha, deviation, deviation * math.sqrt(max(0.0, 1 - alpha)))


def _ranks(values: Floats) -> tuple[Floats, Floats]:
    """Return how many values lie below each one, and how many equal it, itself included."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left").astype(np.float64)
    upto = np.searchsorted(ordered, values, side="right").astype(np.float64)
    return below, upto - below


def _membership(ranked: Floats, share: float) -> Floats:
    """Return in how far (0 to 1) each person is among the lowest ``share``; the sum is the size of the group."""
    below, tied = _ranks(ranked)
    size = max(1.0, share * ranked.size)
    shares: Floats = np.clip((size - below) / tied, 0.0, 1.0)
    return shares


def _thirds(rest: Floats) -> NDArray[np.intp]:
    """Return the third of each person, 0 the weakest; -1 where the ability is not known."""
    known = ~np.isnan(rest)
    below, tied = _ranks(rest[known])
    thirds = np.full(len(rest), -1, dtype=np.intp)
    thirds[known] = np.minimum(2, (3 * (below + tied / 2) / max(1, below.size)).astype(np.intp))
    return thirds


def _took(taken: frozenset[str] | None, choice: str | None) -> bool:
    if choice is None or taken is None:
        return choice is None and taken is None
    return choice in taken


def _choice_figures(
    choice: str | None, took: Sequence[bool], rest: Floats, thirds: NDArray[np.intp], is_correct: bool
) -> ChoiceFigures:
    marks = np.asarray(took, dtype=bool)
    weakest, middle, best = (int((marks & (thirds == third)).sum()) for third in range(3))
    return ChoiceFigures(
        choice=choice,
        is_correct=is_correct,
        count=int(marks.sum()),
        by_third=(weakest, middle, best),
        share=float(marks.mean()) if marks.size else 0.0,
        point_biserial=correlation(marks.astype(np.float64), rest),
    )
