"""How well an item was answered, as one number, and what it is worth.

::

    performance = .7 accuracy + .2 speed + .1 hints

*accuracy* is the share of the right answer that was reached, divided by the number of attempts it took. *speed* is 1
within the seconds allowed and falls in a straight line to 0 at three times as many. *hints* is the share of the hints
offered that was not used, and 1 where none is offered.

An answer that earned nothing performs 0, however quick it was: the sum alone would give .3 for a guess made at once
without a look at the hints, and guessing would be the way to collect points.
"""

from math import floor
from typing import Final

ACCURACY: Final = 0.7
SPEED: Final = 0.2
HINTS: Final = 0.1
TOO_SLOW: Final = 3.0
POINTS_A_DIFFICULTY: Final = 10
#: A step that follows from what a student was told is worth the easiest item at full performance, once.
POINTS_A_STEP: Final = 10


def performance(
    *, share: float, attempts: int, seconds: float, allowed: float, hints: int, offered: int
) -> float:
    """Return the performance, 0 to 1, of an answer that reached ``share`` (0 to 1) of the right one.

    ``attempts`` counts from 1; ``seconds`` were taken of those ``allowed``, ``hints`` were used of those ``offered``.
    Raise ValueError for what cannot be.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError("a share lies between 0 and 1")
    if attempts < 1:
        raise ValueError("attempts are counted from 1")
    if not (seconds >= 0.0 and allowed > 0.0):
        raise ValueError("seconds are not below 0, and some are allowed")
    if not 0 <= hints <= offered:
        raise ValueError("no more hints are used than are offered")
    if share == 0.0:
        return 0.0
    unused = 1.0 - hints / offered if offered else 1.0
    return ACCURACY * share / attempts + SPEED * _speed(seconds / allowed) + HINTS * unused


def experience(difficulty: int, performance: float) -> int:
    """Return the experience points of an answer: ten for each difficulty (1 to 10) at full performance, halves rounded
    up, and at least one for whatever earned something."""
    if performance == 0.0:
        return 0
    return max(1, floor(POINTS_A_DIFFICULTY * difficulty * performance + 0.5))


def _speed(times: float) -> float:
    """Return 1 up to the time allowed, 0 from three times of it."""
    return min(max((TOO_SLOW - times) / (TOO_SLOW - 1.0), 0.0), 1.0)
