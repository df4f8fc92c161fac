"""What every rule returns, and how its share of the maximum becomes a score.

Shares are exact fractions until the last step, so that a half cent is a half cent: the
score is ``round_half_up(share * maximum, 2 places)``, kept inside ``[0, maximum]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, Final

ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)


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


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found: the exact share of the maximum, in [0, 1], and why."""

    share: Fraction
    explanation: str
    staff_explanation: str
    applied: Mapping[str, Any]


def result(finding: Finding, maximum: Decimal) -> RuleResult:
    """Turn a finding into points; `maximum` must not be negative."""
    if maximum < 0:
        raise ValueError("a maximum cannot be negative")
    share = min(max(finding.share, ZERO), ONE)
    return RuleResult(
        score=min(round_half_up(share * Fraction(maximum), 2), maximum),
        maximum=maximum,
        fraction=round_half_up(share, 6),
        explanation=finding.explanation,
        staff_explanation=finding.staff_explanation,
        rules_applied=[dict(finding.applied)],
    )


def round_half_up(value: Fraction, places: int) -> Decimal:
    """A non-negative `value` as a decimal with `places` decimals, halves rounded up."""
    scale = 10**places
    return Decimal(floor(value * scale + Fraction(1, 2))).scaleb(-places)
