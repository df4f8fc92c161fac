"""Whether scores treat groups of people alike: gaps, differential item functioning, the pull of length.

A gap in scores is a fact about scores and not yet unfair; differential item functioning compares people of equal
ability, and the error of a model against people says which of the two it favours. Before anything is shown,
``shown_groups`` decides which groups are large enough that nobody in them, or outside them, can be read off.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.intervals import LEVEL, Interval, around, normal_quantile, student_quantile

Floats = NDArray[np.float64]
Category = Literal["A", "B", "C"]
Group = TypeVar("Group", bound=Hashable)

SMALLEST_GROUP = 10
STRATA = 5
# From odds ratios to the delta scale of the Educational Testing Service (Holland and Thayer 1985).
DELTA = -2.35
NEGLIGIBLE, LARGE = 1.0, 1.5
WORDS_PER_STEP = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """Which groups may be shown by themselves; the others only together, as ``pooled`` people, or not at all (0)."""

    groups: tuple[Hashable, ...]
    pooled: int


@dataclass(frozen=True, slots=True)
class Gap:
    """How a focal group's scores differ from a reference group's; negative where the focal group scores lower.

    ``difference`` is in the unit of the scores, ``d`` (Cohen) and ``g`` (Hedges) in pooled standard deviations;
    ``interval`` belongs to ``g``.
    """

    reference: int
    focal: int
    difference: float
    d: float
    g: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Stratum:
    """How many of equal ability got an item right and wrong, in the reference and in the focal group."""

    reference_right: int
    reference_wrong: int
    focal_right: int
    focal_wrong: int


@dataclass(frozen=True, slots=True)
class ItemFunctioning:
    """Mantel-Haenszel statistics of an item; ``delta`` is negative where the item is harder for the focal group.

    ``odds_ratio`` above 1 favours the reference group; ``interval`` belongs to it. ``chi_square`` has one degree
    of freedom and a correction for continuity. ``category`` is A (negligible), B (moderate) or C (large).
    """

    reference: int
    focal: int
    odds_ratio: float
    interval: Interval
    delta: float
    delta_error: float
    chi_square: float
    p: float
    category: Category


@dataclass(frozen=True, slots=True)
class Slope:
    """By how much a value rises for every 100 words more, over ``n`` texts."""

    n: int
    per_hundred_words: float
    interval: Interval


def shown_groups(sizes: Mapping[Group, int], *, smallest: int = SMALLEST_GROUP) -> Shown:
    """Return which groups may be shown, the largest first.

    Groups below ``smallest`` are left out, and with them as many of the next larger ones as it takes for those
    left out to number at least ``smallest`` together: the difference between everybody and the groups shown then
    stands for that many people too. Everybody must be in ``sizes``, those of no known group as a group of theirs.
    """
    ordered = sorted((size, str(group), group) for group, size in sizes.items() if size > 0)
    hidden = sum(1 for size, _, _ in ordered if size < smallest)
    pooled = sum(size for size, _, _ in ordered[:hidden])
    while hidden < len(ordered) and 0 < pooled < smallest:
        pooled += ordered[hidden][0]
        hidden += 1
    shown = sorted(ordered[hidden:], key=lambda entry: (-entry[0], entry[1]))
    return Shown(tuple(group for _, _, group in shown), pooled if pooled >= smallest else 0)


def score_gap(reference: ArrayLike, focal: ArrayLike, *, level: float = LEVEL) -> Gap | None:
    """Return the standardised gap between two groups' scores, shapes (n,) and (m,).

    d = difference / s, s the pooled standard deviation; g = d J, J = 1 - 3 / (4 (n + m - 2) - 1); the variance of
    d is (n + m) / (n m) + d^2 / (2 (n + m)), that of g J^2 times as much, the interval normal (Borenstein et al.
    2009, chapter 4). None where a group has fewer than two scores or nothing varies.
    """
    base, other = np.asarray(reference, dtype=np.float64), np.asarray(focal, dtype=np.float64)
    n, m = base.size, other.size
    if n < 2 or m < 2:
        return None
    squares = (n - 1) * float(base.var(ddof=1)) + (m - 1) * float(other.var(ddof=1))
    if squares <= 0:
        return None
    difference = float(other.mean() - base.mean())
    d = difference / math.sqrt(squares / (n + m - 2))
    correction = 1 - 3 / (4 * (n + m - 2) - 1)
    error = correction * math.sqrt((n + m) / (n * m) + d * d / (2 * (n + m)))
    g = correction * d
    return Gap(n, m, difference, d, g, around(g, normal_quantile(level) * error))


def strata_by_ability(
    is_right: ArrayLike, ability: ArrayLike, is_focal: ArrayLike, *, strata: int = STRATA
) -> list[Stratum]:
    """Return the tables of one item for ``mantel_haenszel``; all three have shape (persons,), without gaps.

    People are matched on their ability, the item included (Holland and Thayer 1988), in at most ``strata`` groups
    of about equal size; people of the same ability are never parted.
    """
    right, focal = np.asarray(is_right, dtype=bool), np.asarray(is_focal, dtype=bool)
    ranked = np.asarray(ability, dtype=np.float64)
    below = np.searchsorted(np.sort(ranked), ranked, side="left")
    places = (below * strata) // max(1, ranked.size)
    return [
        Stratum(
            reference_right=int((right & ~focal & (places == place)).sum()),
            reference_wrong=int((~right & ~focal & (places == place)).sum()),
            focal_right=int((right & focal & (places == place)).sum()),
            focal_wrong=int((~right & focal & (places == place)).sum()),
        )
        for place in np.unique(places)
    ]


def mantel_haenszel(strata: Sequence[Stratum], *, level: float = LEVEL) -> ItemFunctioning | None:
    """Return whether an item works differently for people of equal ability in two groups.

    odds ratio = R / S, R = sum(A D / T), S = sum(B C / T) over the strata (Mantel and Haenszel 1959); its interval
    and the standard error of delta = -2.35 ln(odds ratio) by the variance of Robins, Breslow and Greenland (1986);
    chi-square = (|sum A - sum E(A)| - 1/2)^2 / sum Var(A). Strata that hold one group only, or only right or only
    wrong answers, say nothing about the odds. None where no odds ratio can be had.
    """
    a, b, c, d = (
        np.array([getattr(one, name) for one in strata], dtype=np.float64)
        for name in ("reference_right", "reference_wrong", "focal_right", "focal_wrong")
    )
    total = a + b + c + d
    usable = total > 1
    a, b, c, d, total = a[usable], b[usable], c[usable], d[usable], total[usable]
    favour, against = float((a * d / total).sum()), float((b * c / total).sum())
    if favour <= 0 or against <= 0:
        return None
    ratio = favour / against
    error = math.sqrt(_log_odds_variance(a, b, c, d, favour, against))
    reach = normal_quantile(level) * error
    chi_square = _chi_square(a, b, c, d)
    p = math.erfc(math.sqrt(chi_square / 2))
    delta, delta_error = DELTA * math.log(ratio), abs(DELTA) * error
    return ItemFunctioning(
        reference=int((a + b).sum()),
        focal=int((c + d).sum()),
        odds_ratio=ratio,
        interval=Interval(ratio * math.exp(-reach), ratio * math.exp(reach)),
        delta=delta,
        delta_error=delta_error,
        chi_square=chi_square,
        p=p,
        category=dif_category(delta, delta_error, p),
    )


def dif_category(delta: float, delta_error: float, p: float) -> Category:
    """Return the category of the Educational Testing Service (Dorans and Holland 1993; Zieky 1993).

    A: delta is below 1 in size, or does not differ from 0 at the 5 % level. C: it is at least 1.5 in size and
    exceeds 1 significantly (one-sided, 5 %). B: everything between.
    """
    size = abs(delta)
    if size < NEGLIGIBLE or p >= 0.05:
        return "A"
    exceeds = size - normal_quantile(0.90) * delta_error > NEGLIGIBLE
    return "C" if size >= LARGE and exceeds else "B"


def length_slope(words: ArrayLike, values: ArrayLike, *, level: float = LEVEL) -> Slope | None:
    """Return the least-squares slope of ``values`` over the numbers of ``words``, both of shape (n,).

    With a model's error against people as ``values`` it says whether the model pays for length more than people
    do. The interval is Student's with n - 2 degrees of freedom. None with fewer than five texts or equal lengths.
    """
    x = np.asarray(words, dtype=np.float64) / WORDS_PER_STEP
    y = np.asarray(values, dtype=np.float64)
    if x.size < 5 or np.ptp(x) == 0:
        return None
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
    residuals = y - y.mean() - slope * (x - x.mean())
    error = math.sqrt(float((residuals**2).sum()) / (x.size - 2) / spread)
    return Slope(x.size, slope, around(slope, student_quantile(x.size - 2, level) * error))


def _log_odds_variance(a: Floats, b: Floats, c: Floats, d: Floats, favour: float, against: float) -> float:
    total = a + b + c + d
    p, q = (a + d) / total, (b + c) / total
    r, s = a * d / total, b * c / total
    return float(
        (p * r).sum() / (2 * favour**2)
        + (p * s + q * r).sum() / (2 * favour * against)
        + (q * s).sum() / (2 * against**2)
    )


def _chi_square(a: Floats, b: Floats, c: Floats, d: Floats) -> float:
    total = a + b + c + d
    expected = (a + b) * (a + c) / total
    variance = (a + b) * (c + d) * (a + c) * (b + d) / (total**2 * (total - 1))
    away = max(0.0, abs(float((a - expected).sum())) - 0.5)
    return away**2 / float(variance.sum())
