"""What every rule returns, and how its share of the maximum becomes a score.

Shares are exact fractions until the last step, so that a half cent is a half cent: the
score is ``round_half_up(share * maximum, 2 places)``, kept inside ``[0, maximum]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple, Protocol

ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)
NO_POINTS: Final = Decimal(0).scaleb(-2)
NO_SHARE: Final = Decimal(0).scaleb(-6)
FULL_SHARE: Final = Decimal("1.000000")


class RulesInvalid(ValueError):
    """An answer key that cannot score: `messages` say what is wrong, one line each.

    The messages may quote the key, so they are for staff only.
    """

    def __init__(self, messages: tuple[str, ...]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One closed answer, scored.

    `explanation` is for the student and never names the right answer; `staff_explanation`
    may. `fraction` is ``share`` rounded to six places; `rules_applied` says which rule,
    with which counts, led to the score.
    """

    score: Decimal
    maximum: Decimal
    fraction: Decimal
    explanation: str
    staff_explanation: str
    rules_applied: list[dict[str, Any]] = field(default_factory=list)


class Finding(NamedTuple):
    """What one rule found: the exact share of the maximum, in [0, 1], and why."""

    share: Fraction
    explanation: str
    staff_explanation: str
    applied: dict[str, Any]


class Rule(Protocol):
    """An answer key that was read once, to judge any number of answers."""

    def find(self, answer: Mapping[str, Any]) -> Finding:
        """Judge one canonical answer."""


def result(finding: Finding, maximum: Decimal) -> RuleResult:
    """Turn a finding into points; `maximum` must not be negative."""
    if maximum < 0:
        raise ValueError("a maximum cannot be negative")
    part, whole = finding.share.as_integer_ratio()
    score, fraction = NO_POINTS, NO_SHARE
    if part > 0:
        part = min(part, whole)
        points, unit = maximum.as_integer_ratio()
        score = min(_rounded(part * points, whole * unit, 2), maximum)
        fraction = FULL_SHARE if part == whole else _rounded(part, whole, 6)
    return RuleResult(
        score=score,
        maximum=maximum,
        fraction=fraction,
        explanation=finding.explanation,
        staff_explanation=finding.staff_explanation,
        rules_applied=[finding.applied],
    )


def round_half_up(value: Fraction, places: int) -> Decimal:
    """A non-negative `value` as a decimal with `places` decimals, halves rounded up."""
    return _rounded(*value.as_integer_ratio(), places)


def _rounded(part: int, whole: int, places: int) -> Decimal:
    """``part / whole`` rounded in whole numbers: floor(value * 10^places + 1/2)."""
    return Decimal((2 * part * 10**places + whole) // (2 * whole)).scaleb(-places)
