"""Numbers in question files, and the parts of a question's points that Moodle knows."""

import re
from decimal import Decimal
from typing import Final

from catalog.importing.banks.question import UnsupportedQuestion

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?")
_PARTS: Final = tuple(
    map(
        Decimal,
        ("1", "0.9", "0.8333333", "0.8", "0.75", "0.7", "0.6666667", "0.6", "0.5", "0.4", "0.3333333", "0.3", "0.25",
         "0.2", "0.1666667", "0.1428571", "0.125", "0.1111111", "0.1", "0.05", "0"),
    )
)  # fmt: skip
# Wider than Moodle's own 0.00001: who writes a third by hand writes 33.33.
_NEAR: Final = Decimal("0.0001")


def number(text: str) -> Decimal | None:
    """Return the number that a text is, with a decimal point; None where it is none, or longer than any in use."""
    bare = text.strip()
    return Decimal(bare) if len(bare) <= 40 and _NUMBER.fullmatch(bare) else None


def credit(percentage: Decimal) -> Decimal:
    """Return the part of the points that a percentage is, as Moodle writes it: 33.33 is 0.3333333.

    Raises:
        NotTaken: it is none of Moodle's grades, and Moodle would refuse it too.
    """
    part = percentage / 100
    for known in _PARTS:
        if abs(abs(part) - known) <= _NEAR:
            return known if part >= 0 else -known
    raise UnsupportedQuestion(
        f"An answer gives {percentage.normalize():f}% of the points, which is none of Moodle's grades."
    )
