"""Numbers: tolerance and units, exactly."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import score_answer

ONE = Decimal("1")
RIGHT = "Your number is right."
OUTSIDE = "Your number is outside the accepted range."
UNKNOWN_UNIT = "This question does not know the unit of your answer."
WEIGHT = {
    "value": "42.5",
    "absolute_tolerance": "0.5",
    "unit": "kg",
    "unit_factors": {"g": "0.001", "t": "1000"},
}
POWER = {"value": "2", "unit": "mW", "unit_factors": {"MW": "1000000000"}}


@pytest.mark.parametrize(
    ("key", "value", "unit", "explanation"),
    [
        ({"value": "42.5"}, "42.5", None, RIGHT),
        ({"value": "42.5"}, "42.50000000000000000000000000001", None, OUTSIDE),
        ({"value": "0.3"}, "0.3", None, RIGHT),
        ({"value": "42.5", "absolute_tolerance": "0.5"}, "43.0", None, RIGHT),
        ({"value": "42.5", "absolute_tolerance": "0.5"}, "42.0", None, RIGHT),
        ({"value": "42.5", "absolute_tolerance": "0.5"}, "43.01", None, OUTSIDE),
        ({"value": "-200", "relative_tolerance": "0.01"}, "-202", None, RIGHT),
        ({"value": "-200", "relative_tolerance": "0.01"}, "-202.1", None, OUTSIDE),
        ({"value": "100", "absolute_tolerance": "0.1", "relative_tolerance": "0.05"}, "104", None, RIGHT),
        ({"value": "1", "absolute_tolerance": "0.1", "relative_tolerance": "0.01"}, "1.1", None, RIGHT),
        (WEIGHT, "42.4", None, RIGHT),
        (WEIGHT, "42400", "g", RIGHT),
        (WEIGHT, "0.0424", "t", RIGHT),
        (WEIGHT, "42.4", "g", OUTSIDE),
        (WEIGHT, "42.4", "KG", RIGHT),
        (WEIGHT, "42.4", "lb", UNKNOWN_UNIT),
        (POWER, "2", "mW", RIGHT),
        (POWER, "2", "MW", OUTSIDE),
        (POWER, "2", "mw", UNKNOWN_UNIT),
        ({"value": "5"}, "5", "apples", RIGHT),
    ],
)  # fmt: skip
def test_a_number_is_right_or_not(
    key: dict[str, Any], value: str, unit: str | None, explanation: str
) -> None:
    result = score_answer("numeric", {"kind": "numeric", **key}, {"value": value, "unit": unit}, ONE)

    assert result.explanation == explanation
    assert result.score == (ONE if explanation == RIGHT else 0)


def test_staff_read_key_tolerance_and_answer() -> None:
    result = score_answer("numeric", {"kind": "numeric", **WEIGHT}, {"value": "42000", "unit": "g"}, ONE)

    assert result.staff_explanation == (
        "Key: 42.5 kg (absolute tolerance 0.5). Answer: 42000 g: within tolerance."
    )
    assert result.rules_applied == [
        {"kind": "numeric", "outcome": "within tolerance", "absolute_tolerance": "0.5"}
    ]


@given(st.decimals(min_value=-1000, max_value=1000, places=3))
def test_what_the_student_reads_does_not_depend_on_the_side_of_the_miss(value: Decimal) -> None:
    result = score_answer(
        "numeric", {"kind": "numeric", "value": "0"}, {"value": f"{value:f}", "unit": None}, ONE
    )

    assert result.explanation == (RIGHT if value == 0 else OUTSIDE)
