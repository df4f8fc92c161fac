"""Tasks made of what a file of Moodle's gives, or refused where Moodle would not run them either."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from catalog.importing.banks.question import (
    WHOLE,
    Accepted,
    Choosing,
    NotTaken,
    Option,
    Pairing,
    Range,
    Reckoning,
    Wording,
)

_ROUNDED: Final = Decimal("0.01")


def choosing(options: Sequence[Option], *, several: bool, is_exact: bool = False) -> Choosing:
    """Return the task of choosing among the options.

    Raises:
        NotTaken: there are fewer than two, one cannot be shown, or no choice gives all points.
    """
    if len(options) < 2:
        raise NotTaken("It has fewer than two options.")
    if not all(option.text for option in options):
        raise NotTaken("An option has no text that can be shown.")
    best = max(option.credit for option in options)
    if best <= 0:
        raise NotTaken("No option is right.")
    if several and not is_exact:
        best = sum((option.credit for option in options if option.credit > 0), Decimal(0))
    if abs(best - WHOLE) > _ROUNDED:
        raise NotTaken(f"The right choice gives {best:.0%} of the points, where it should give all.")
    return Choosing(tuple(options), several, is_exact)


def true_or_false(*, is_true: bool, when_true: str = "", when_false: str = "") -> Choosing:
    """Return the choice between true and false, with what is said to who chooses which."""
    return Choosing(
        (Option("True", Decimal(is_true), when_true), Option("False", Decimal(not is_true), when_false))
    )


def wording(answers: Iterable[tuple[str, Decimal]], *, case_sensitive: bool = False) -> Wording:
    """Return the task of giving one of the texts; those that give nothing are as wrong as any other.

    Raises:
        NotTaken: no text gives all points, or one holds a star that is meant and one that stands for any text.
    """
    taken = tuple(_accepted(text, credit) for text, credit in answers if credit > 0)
    _expect_whole([one.credit for one in taken])
    return Wording(taken, case_sensitive)


def reckoning(ranges: Iterable[Range], units: dict[str, Decimal] | None = None) -> Reckoning:
    """Return the task of giving a number; ranges that give nothing are left away.

    Raises:
        NotTaken: no number gives all points, or a range ends before it begins.
    """
    taken = tuple(one for one in ranges if one.credit > 0)
    _expect_whole([one.credit for one in taken])
    if any(one.most < one.least for one in taken):
        raise NotTaken("A range of numbers ends before it begins.")
    return Reckoning(taken, units or None)


def around(middle: Decimal, tolerance: Decimal, credit: Decimal) -> Range:
    """Return the numbers that are no further from the middle than the tolerance."""
    return Range(middle - tolerance, middle + tolerance, credit)


def pairing(pairs: Sequence[tuple[str, str]]) -> Pairing:
    """Return the task of finding partners; a right text whose left one is empty is nobody's.

    Raises:
        NotTaken: there is no pair, there is one right text only, or a right one cannot be shown.
    """
    found = tuple((left, right) for left, right in pairs if left)
    partners = {right for _, right in found}
    others = tuple(dict.fromkeys(right for left, right in pairs if not left and right not in partners))
    if not all(right for _, right in pairs):
        raise NotTaken("A pair has no text on its right side that can be shown.")
    if not found or len(partners) + len(others) < 2:
        raise NotTaken("It has too few pairs to match.")
    return Pairing(found, others)


def _accepted(text: str, credit: Decimal) -> Accepted:
    if not text:
        raise NotTaken("An accepted answer is empty.")
    meant = text.replace(r"\*", "")
    if meant == text:
        return Accepted(text, credit, "*" in text)
    if "*" in meant:
        raise NotTaken("An accepted answer holds a star that is meant and one that stands for any text.")
    return Accepted(text.replace(r"\*", "*"), credit)


def _expect_whole(credits_given: Sequence[Decimal]) -> None:
    if not credits_given or max(credits_given) < WHOLE:
        raise NotTaken("No answer gives all points.")
