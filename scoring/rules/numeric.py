"""Numbers with tolerance and units.

With key ``k`` and answer ``x`` (both in the unit of the key), the answer is right when
``|x - k| <= absolute_tolerance`` or ``|x - k| <= relative_tolerance * |k|``; without any
tolerance it must be equal. ``unit_factors`` says how much of the key's unit one other unit
is: for a key in kg, ``{"g": "0.001"}``. A number without a unit is in the key's unit.
All arithmetic is exact.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from scoring.rules.base import ONE, ZERO, Finding


def find(rules: Mapping[str, Any], answer: Mapping[str, Any]) -> Finding:
    """Judge a canonical ``{"value": "42.5", "unit": "kg" | None}``."""
    factor = _factor(rules, answer.get("unit"))
    if factor is None:
        return _finding(rules, answer, ZERO, "unit", "This question does not know the unit of your answer.")
    off = abs(Fraction(answer["value"]) * factor - Fraction(rules["value"]))
    if off <= _tolerance(rules):
        return _finding(rules, answer, ONE, "within tolerance", "Your number is right.")
    return _finding(rules, answer, ZERO, "outside tolerance", "Your number is outside the accepted range.")


def _tolerance(rules: Mapping[str, Any]) -> Fraction:
    relative = Fraction(rules.get("relative_tolerance", "0")) * abs(Fraction(rules["value"]))
    return max(Fraction(rules.get("absolute_tolerance", "0")), relative)


def _factor(rules: Mapping[str, Any], unit: str | None) -> Fraction | None:
    """What one `unit` is in the key's unit; None for a unit the key does not know.

    Units are compared as written first, because mW and MW differ, then without regard to
    case where that is not ambiguous. A key without a unit ignores the answer's.
    """
    key_unit = rules.get("unit")
    if unit is None or key_unit is None:
        return ONE
    factors = {key_unit: "1", **rules.get("unit_factors", {})}
    if unit in factors:
        return Fraction(factors[unit])
    alike = [factor for name, factor in factors.items() if name.casefold() == unit.casefold()]
    return Fraction(alike[0]) if len(alike) == 1 else None


def _finding(
    rules: Mapping[str, Any], answer: Mapping[str, Any], share: Fraction, why: str, explanation: str
) -> Finding:
    tolerances = {name: rules[name] for name in ("absolute_tolerance", "relative_tolerance") if name in rules}
    shown = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in tolerances.items())
    return Finding(
        share=share,
        explanation=explanation,
        staff_explanation=(
            f"Key: {_quantity(rules)} ({shown or 'no tolerance'}). Answer: {_quantity(answer)}: {why}."
        ),
        applied={"kind": "numeric", "outcome": why, **tolerances},
    )


def _quantity(of: Mapping[str, Any]) -> str:
    return f"{of['value']} {of.get('unit') or ''}".strip()
