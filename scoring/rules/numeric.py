"""Numbers with tolerance and units.

With key ``k`` and answer ``x`` (both in the unit of the key), the answer is right when
``|x - k| <= absolute_tolerance`` or ``|x - k| <= relative_tolerance * |k|``; without any
tolerance it must be equal. ``unit_factors`` says how much of the key's unit one other unit
is: for a key in kg, ``{"g": "0.001"}``. A number without a unit is in the key's unit.
All arithmetic is exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from scoring.rules.base import ONE, ZERO, Finding


@dataclass(frozen=True, slots=True)
class NumericRule:
    """The least and the greatest right number, the units that may be used (None: any), and the key in words."""

    least: Fraction
    greatest: Fraction
    factors: Mapping[str, Fraction] | None
    tolerances: Mapping[str, str]
    shown: str

    @classmethod
    def read(cls, rules: Mapping[str, Any]) -> Self:
        """Read a valid key."""
        value, unit = Fraction(rules["value"]), rules.get("unit")
        relative = Fraction(rules.get("relative_tolerance", "0")) * abs(value)
        tolerance = max(Fraction(rules.get("absolute_tolerance", "0")), relative)
        factors = None
        if unit is not None:
            factors = {name: Fraction(one) for name, one in rules.get("unit_factors", {}).items()}
            factors = {unit: ONE, **factors}
        stated = {name: rules[name] for name in ("absolute_tolerance", "relative_tolerance") if name in rules}
        words = ", ".join(f"{name.replace('_', ' ')} {amount}" for name, amount in stated.items())
        shown = f"{_quantity(rules['value'], unit)} ({words or 'no tolerance'})"
        return cls(value - tolerance, value + tolerance, factors, stated, shown)

    def find(self, answer: Mapping[str, Any]) -> Finding:
        """Judge a canonical ``{"value": "42.5", "unit": "kg" | None}``."""
        factor = self._factor(answer.get("unit"))
        if factor is None:
            return self._finding(answer, ZERO, "unit", "This question does not know the unit of your answer.")
        value = Fraction(answer["value"])
        if self.least <= (value if factor is ONE else value * factor) <= self.greatest:
            return self._finding(answer, ONE, "within tolerance", "Your number is right.")
        return self._finding(answer, ZERO, "outside tolerance", "Your number is outside the accepted range.")

    def _factor(self, unit: str | None) -> Fraction | None:
        """What one `unit` is in the key's unit; None for a unit the key does not know.

        Units are compared as written first, because mW and MW differ, then without regard to
        case where that is not ambiguous. A key without a unit ignores the answer's.
        """
        if unit is None or self.factors is None:
            return ONE
        if unit in self.factors:
            return self.factors[unit]
        alike = [one for name, one in self.factors.items() if name.casefold() == unit.casefold()]
        return alike[0] if len(alike) == 1 else None

    def _finding(self, answer: Mapping[str, Any], share: Fraction, why: str, explanation: str) -> Finding:
        given = _quantity(answer["value"], answer.get("unit"))
        return Finding(
            share=share,
            explanation=explanation,
            staff_explanation=f"Key: {self.shown}. Answer: {given}: {why}.",
            applied={"kind": "numeric", "outcome": why, **self.tolerances},
        )


def _quantity(value: str, unit: str | None) -> str:
    return f"{value} {unit}" if unit else str(value)
