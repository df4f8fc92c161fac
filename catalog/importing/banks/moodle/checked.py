"""Tasks made of what a file of Moodle's gives, or refused where Moodle would not run them either."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from catalog.importing.banks.question import (
    WHOLE,
    Accepted,
    ChoiceTask,
    MatchingTask,
    NumericTask,
    Option,
    Range,
    ShortTextTask,
    UnsupportedQuestion,
)

_ROUNDED: Final = Decimal("0.01")


def choice_task(options: Sequence[Option], *, several: bool, is_exact: bool = False) -> ChoiceTask:
    """Return the task of choosing among the options.

    Raises:
        NotTaken: there are fewer than two, one cannot be shown, or no choice gives all points.
    """
    if len(options) < 2:
        raise UnsupportedQuestion("It has fewer than two options.")
    if not all(option.text for option in options):
        raise UnsupportedQuestion("An option has no text that can be shown.")
    best = max(option.credit for option in options)
    if best <= 0:
        raise UnsupportedQuestion("No option is right.")
    if several and not is_exact:
        best = sum((option.credit for option in options if option.credit > 0), Decimal(0))
    if abs(best - WHOLE) > _ROUNDED:
        raise UnsupportedQuestion(
            f"The right choice gives {best:.0%} of the points, where it should give all."
        )
    return ChoiceTask(tuple(options), several, is_exact)


def true_or_false(*, is_true: bool, when_true: str = "", when_false: str = "") -> ChoiceTask:
    """Return the choice between true and false, with what is said to who chooses which."""
    return ChoiceTask(
        (Option("True", Decimal(is_true), when_true), Option("False", Decimal(not is_true), when_false))
    )


def short_text_task(answers: Iterable[tuple[str, Decimal]], *, case_sensitive: bool = False) -> ShortTextTask:
    """Return the task of giving one of the texts; those that give nothing are as wrong as any other.

    Raises:
        NotTaken: no text gives all points, or one holds a star that is meant and one that stands for any text.
    """
    taken = tuple(_accepted(text, credit) for text, credit in answers if credit > 0)
    _expect_whole([one.credit for one in taken])
    return ShortTextTask(taken, case_sensitive)


def numeric_task(ranges: Iterable[Range], units: dict[str, Decimal] | None = None) -> NumericTask:
    """Return the task of giving a number; ranges that give nothing are left away.

    Raises:
        NotTaken: no number gives all points, or a range ends before it begins.
    """
    taken = tuple(one for one in ranges if one.credit > 0)
    _expect_whole([one.credit for one in taken])
    if any(one.most < one.least for one in taken):
        raise UnsupportedQuestion("A range of numbers ends before it begins.")
    return NumericTask(taken, units or None)


def around(middle: Decimal, tolerance: Decimal, credit: Decimal) -> Range:
    """Return the numbers that are no further from the middle than the tolerance."""
    return Range(middle - tolerance, middle + tolerance, credit)


def matching_task(pairs: Sequence[tuple[str, str]]) -> MatchingTask:
    """Return the task of finding partners; a right text whose left one is empty is nobody's.

    Raises:
        NotTaken: there is no pair, there is one right text only, or a right one cannot be shown.
    """
    found = tuple((left, right) for left, right in pairs if left)
    partners = {right for _, right in found}
    others = tuple(dict.fromkeys(right for left, right in pairs if not left and right not in partners))
    if not all(right for _, right in pairs):
        raise UnsupportedQuestion("A pair has no text on its right side that can be shown.")
    if not found or len(partners) + len(others) < 2:
        raise UnsupportedQuestion("It has too few pairs to match.")
    return MatchingTask(found, others)


def _accepted(text: str, credit: Decimal) -> Accepted:
    if not text:
        raise UnsupportedQuestion("An accepted answer is empty.")
    meant = text.replace(r"\*", "")
    if meant == text:
        return Accepted(text, credit, "*" in text)
    if "*" in meant:
        raise UnsupportedQuestion(
            "An accepted answer holds a star that is meant and one that stands for any text."
        )
    return Accepted(text.replace(r"\*", "*"), credit)


def _expect_whole(credits_given: Sequence[Decimal]) -> None:
    if not credits_given or max(credits_given) < WHOLE:
        raise UnsupportedQuestion("No answer gives all points.")
