"""The scales of O*NET and ESCO on ours."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

HIGHEST_LEVEL: Final = Decimal(7)
OURS: Final = Decimal(5)
QUARTER: Final = Decimal("0.25")
LOWEST_TARGET: Final = Decimal(1)
MIDDLE_TARGET: Final = Decimal(3)


def target_of(level: Decimal) -> Decimal:
    """Return an O*NET level, 0 to 7, on our scale of 0 to 5, in quarters.

    Both begin at 0, so only the end is moved: 5 x level / 7. This is the conversion by which O*NET itself puts its
    scales beside each other, S = (O - L) / (H - L) x 100, with 5 in place of 100:
    https://www.onetcenter.org/questions/20.html.
    """
    return quarters(OURS * level / HIGHEST_LEVEL)


def importance_of(importance: Decimal) -> int:
    """Return the whole number nearest to an O*NET importance of 1 to 5; from the middle, the higher."""
    return max(1, min(5, int(importance.quantize(Decimal(1), ROUND_HALF_UP))))


def quarters(value: Decimal) -> Decimal:
    """Return the nearest quarter, from the middle the higher."""
    return (value / QUARTER).quantize(Decimal(1), ROUND_HALF_UP) * QUARTER
