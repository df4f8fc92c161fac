"""Ratings of students and items in Elo points, each with how uncertain it is.

A student of rating ``s`` solves an item of rating ``i`` with probability

    expected = 1 / (1 + 10 ** ((i - s) / 400))

the Rasch model with 400 / ln 10 = 173.7 points to a logit. A rating is a normal distribution with the mean ``value``
and the standard deviation ``deviation``. An answer moves both sides by Laplace's approximation of their joint
posterior. With the variances ``v`` of the student and ``w`` of the item, ``q = ln 10 / 400``, the ``score`` reached
(0 to 1) and ``d = s - i``, the most probable difference ``d'`` solves::

    d' = d + (v + w) q (score - p)        p = 1 / (1 + exp(-q d'))

Student and item share the way from ``d`` to ``d'`` by their variances, so that what is known well hardly moves::

    s' = s + v / (v + w) (d' - d)         v' = v - v^2 h       h = c / (1 + (v + w) c)
    i' = i - w / (v + w) (d' - d)         w' = w - w^2 h       c = q^2 p (1 - p)

Written as Elo's ``s' = s + K (score - p)``, with ``p`` as it is after the answer, this has ``K = q v``: 705 points for
somebody unknown, and ever fewer with evidence. Deviations keep above a floor, and so does ``K``: above 20 for students,
who learn, above 1 for items, which do not.

The flat way is Elo's own with ``K = 32`` for ever, in which items never move and deviations mean nothing.

Sources: A. Elo, The Rating of Chessplayers, 1978; M. Glickman, "Parameter estimation in large dynamic paired comparison
experiments", Applied Statistics 48, 1999 (Glicko: uncertainty on both sides, and its growth with time); D. MacKay,
"The evidence framework applied to classification networks", Neural Computation 4, 1992 (a logistic curve averaged over
a normal distribution); R. Pelanek, "Applications of the Elo rating system in adaptive educational systems", Computers &
Education 98, 2016.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp, hypot, log, log10, pi, sqrt
from typing import Final

LOWEST: Final = 400.0
HIGHEST: Final = 2000.0
DIFFICULTIES: Final = 10
TOP_LEVEL: Final = 5.0
FLAT_K: Final = 32.0
STUDENT_FLOOR: Final = 60.0
ITEM_FLOOR: Final = 15.0
MOST_UNCERTAIN: Final = 350.0
# By how much authors are usually wrong about how difficult an item is: nearly a tenth of the scale.
AUTHOR_DEVIATION: Final = 150.0
# A model knows less of what students find hard; of what no person has looked at even that is not known.
MODEL_DEVIATION: Final = 250.0
# By how much the questions of an assessment may be easier or harder than the middle of the scale.
OTHER_QUESTIONS: Final = 100.0
# Points to the square root of a day: what was certain is two and a half times as wide after a summer, and after a year
# and a half no better than nothing.
AGEING: Final = 15.0

_SLOPE: Final = log(10.0) / 400.0
# The chance of the lowest rating at an item in the middle of the scale.
_LEAST_SHARE: Final = 1.0 / 101.0
_NEAR_ENOUGH: Final = 1e-9
_STEPS: Final = 50


class RatingMethod(StrEnum):
    """How answers move ratings: with uncertainty on both sides, or by Elo's constant with items that stand still."""

    UNCERTAIN = "uncertain"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating from 400 to 2000 points and its standard deviation, above 0."""

    value: float
    deviation: float

    def __post_init__(self) -> None:
        if not LOWEST <= self.value <= HIGHEST:
            raise ValueError("a rating lies between 400 and 2000")
        if not self.deviation > 0.0:
            raise ValueError("a deviation is above 0")


UNKNOWN: Final = Rating(1200.0, MOST_UNCERTAIN)


def difficulty(value: float) -> int:
    """Return in which tenth of the scale a rating lies, 1 (easiest) to 10; a border belongs to the harder one."""
    tenth = int((value - LOWEST) * DIFFICULTIES / (HIGHEST - LOWEST)) + 1
    return min(max(tenth, 1), DIFFICULTIES)


def rating_of(difficulty: int) -> float:
    """Return the middle of a tenth of the scale; raise ValueError for a difficulty that is not 1 to 10."""
    if not 1 <= difficulty <= DIFFICULTIES:
        raise ValueError("a difficulty lies between 1 and 10")
    return LOWEST + (difficulty - 0.5) * (HIGHEST - LOWEST) / DIFFICULTIES


def authored(difficulty: int, deviation: float = AUTHOR_DEVIATION) -> Rating:
    """Return where an item starts that nobody has answered: at the difficulty that its author says."""
    return Rating(rating_of(difficulty), deviation)


def placed(level: float, deviation: float) -> Rating:
    """Return where a student starts whose skill profile has this level, 0 to 5, with this deviation in levels.

    A level is five times the share ``m`` of the skill that a student masters, which is taken for their chance at an
    item in the middle of the scale: ``1200 + 400 log10(m / (1 - m))``. The deviation follows by the slope of that,
    widened by ``OTHER_QUESTIONS``, since the assessment's may have been easier or harder than such an item.
    """
    if not 0.0 <= level <= TOP_LEVEL:
        raise ValueError("a level lies between 0 and 5")
    share = _within(level / TOP_LEVEL, _LEAST_SHARE, 1.0 - _LEAST_SHARE)
    slope = 1.0 / (_SLOPE * TOP_LEVEL * share * (1.0 - share))
    points = hypot(deviation * slope, OTHER_QUESTIONS)
    value = UNKNOWN.value + 400.0 * log10(share / (1.0 - share))
    return Rating(_within(value, LOWEST, HIGHEST), min(points, MOST_UNCERTAIN))


def aged_rating(rating: Rating, days: float) -> Rating:
    """Return a student's rating after days without an answer: as high, and less certain.

    Glicko's step between two periods: ``sqrt(deviation^2 + AGEING^2 days)``, at most that of who is unknown.
    """
    if not days >= 0.0:
        raise ValueError("days are not below 0")
    widened = sqrt(rating.deviation**2 + AGEING**2 * days)
    return Rating(rating.value, max(rating.deviation, min(widened, MOST_UNCERTAIN)))


def expected(student: float, item: float) -> float:
    """Return the probability that a student of one rating solves an item of the other."""
    return _logistic(_SLOPE * (student - item))


def predicted(student: Rating, item: Rating) -> float:
    """Return the same where neither is known for certain: the average over both, nearer to one half."""
    return _logistic(_SLOPE * (student.value - item.value) / spread(student.deviation, item.deviation))


def spread(*deviations: float) -> float:
    """Return by how much a difference of ratings with these deviations counts for less: 1 / g in Glicko."""
    variance = 0.0
    for deviation in deviations:
        variance += deviation * deviation
    return sqrt(1.0 + 3.0 * _SLOPE**2 * variance / pi**2)


def updated(
    student: Rating, item: Rating, score: float, way: RatingMethod | str = RatingMethod.UNCERTAIN
) -> tuple[Rating, Rating]:
    """Return both ratings after an answer that reached a score from 0 to 1."""
    if not 0.0 <= score <= 1.0:
        raise ValueError("a score lies between 0 and 1")
    if RatingMethod(way) is RatingMethod.FLAT:
        moved = student.value + FLAT_K * (score - expected(student.value, item.value))
        return Rating(_within(moved, LOWEST, HIGHEST), student.deviation), item
    own, other = student.deviation**2, item.deviation**2
    before = student.value - item.value
    after = _most_probable(before, own + other, score)
    chance = _logistic(_SLOPE * after)
    curvature = _SLOPE**2 * chance * (1.0 - chance)
    shrinking = curvature / (1.0 + (own + other) * curvature)
    share = (after - before) / (own + other)
    return (
        _moved(student.value + own * share, own - own**2 * shrinking, STUDENT_FLOOR),
        _moved(item.value - other * share, other - other**2 * shrinking, ITEM_FLOOR),
    )


def _most_probable(before: float, variance: float, score: float) -> float:
    """Return the difference of ratings that is most probable after a score, by Newton's method.

    It lies between the difference before and the one that Elo's step from there would give. The equation is steepest
    where the difference is 0, so that from the point of this range nearest to 0 no step goes too far.
    """
    pull = variance * _SLOPE
    ends = sorted((before, before + pull * (score - _logistic(_SLOPE * before))))
    found = _within(0.0, *ends)
    for _ in range(_STEPS):
        chance = _logistic(_SLOPE * found)
        missing = before + pull * (score - chance) - found
        step = missing / (1.0 + pull * _SLOPE * chance * (1.0 - chance))
        found += step
        if abs(step) < _NEAR_ENOUGH:
            break
    return found


def _moved(value: float, variance: float, floor: float) -> Rating:
    return Rating(_within(value, LOWEST, HIGHEST), _within(sqrt(variance), floor, MOST_UNCERTAIN))


def _logistic(logit: float) -> float:
    return 1.0 / (1.0 + exp(-logit))


def _within(value: float, lowest: float, highest: float) -> float:
    return min(max(value, lowest), highest)
