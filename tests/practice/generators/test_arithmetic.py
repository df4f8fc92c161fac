"""What both sides of the check make of numbers that books and desk calculators have worked out before."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import sympy

from practice.generators import plain, plain_statistics, symbolic, symbolic_statistics

F = Fraction
Case = tuple[str, tuple[Any, ...], dict[str, Any], Any]
AMOUNTS: list[Case] = [
    ("total", ([3, 5, 8],), {}, 16),
    ("ratio", (9, 4), {}, F("2.25")),
    ("share", (1, 8), {}, F("12.5")),
    ("part_of", (15, 60), {}, 9),
    ("whole_of", (9, 15), {}, 60),
    ("all_of_amount", (200, [50, 10]), {}, 10),
    ("percent_change", (80, 100), {}, 25),
    ("percent_change", (100, 80), {}, -20),
    ("uplift", (20, 1000, 30, 1200), {}, 25),
    ("funnel_step", (1000, 50, 80, 100), {}, 25),
    ("campaign_profit", (1000, F("0.5"), 2, 100, 40), {}, 300),
    ("before_change", (120, 20), {}, 100),
    ("before_change", (80, -20), {}, 100),
    ("successive", ([10, -10],), {}, -1),
    ("break_even", (1000, 15, 5), {}, 100),
    ("break_even", (1000, 15, 5, 500), {}, 150),
    ("grown", (1000, 5, 2), {}, F("1102.5")),
    ("interest", (1000, 5, 2), {}, F("102.5")),
    ("saved", (100, 10, 3), {}, 331),
    ("present_value", ([110, 121], 10), {}, 200),
    ("net_present_value", (150, [110, 121], 10), {}, 50),
    ("difference", (3, 5), {}, -2),
    ("schedule_variance", (40, 1000, 450), {}, -50),
    ("schedule_index", (40, 1000, 500), {}, F("0.8")),
    ("estimate_at_completion", (1000, 400, 500), {}, 1250),
    ("to_complete", (1000, 400, 500), {}, F("1.2")),
    ("variance_at_completion", (40, 1000, 500), {}, -250),
    ("unknown", (3, 4, 19), {}, 5),
    ("crossing", (2, 10, 3, 4), {}, 6),
    ("first_of_two", ((1, 1, 5), (2, 1, 8)), {}, 3),
    ("proportional", (100, [2, 3, 5], 1), {}, 30),
    ("scaled", (6, 4, 10), {}, 15),
    ("rate_gap", (10, 4, 8, 4), {}, F("0.5")),
    ("round_trip", (60, 40), {}, 48),
    ("together", ([3, 6],), {}, 2),
    ("blended", (10, 50, 10, 30), {}, 5),
    ("sum_product", ([2, 3], [4, 5]), {}, 23),
    ("sum_if", ([2, 3, 4], [True, False, True]), {}, 6),
    ("with_rate", (200, 19), {}, 238),
    ("tiered", (300, 100, 5, 10), {}, 25),
    ("pie_angle", (1, 8), {}, 45),
    ("drawn_ratio", (50, 60, 40), {}, 2),
    ("exaggeration", (50, 60, 40), {}, 5),
    ("log_position", (100, 12, 4), {}, 6),
    ("growth_rate", (100, 121, 2), {}, 10),
]
STATISTICS: list[Case] = [
    ("mean", ([1, 2, 6],), {}, 3),
    ("missing_value", ([1, 2], 3), {}, 6),
    ("median", ([5, 1, 3],), {}, 3),
    ("median", ([5, 1, 3, 4],), {}, F("3.5")),
    ("median", ([4, 1, 4, 9],), {}, 4),
    ("mean_above_median", ([1, 2, 6],), {}, 1),
    ("weighted_mean", ([10, 20], [1, 3]), {}, F("17.5")),
    ("last_score", ([60, 70], [25, 25], 50, 75), {}, 85),
    ("standard_deviation", ([2, 4, 4, 4, 5, 5, 7, 9],), {"sample": False}, 2),
    ("standard_deviation", ([1, 3, 5],), {"sample": True}, 2),
    ("variation", ([1, 3, 5],), {}, Decimal(200) / 3),
    ("complement", (30,), {}, 70),
    ("all_of", ([50, 20],), {}, 10),
    ("any_fails", ([50, 20],), {}, 90),
    ("at_least_one", (50, 3), {}, F("87.5")),
    ("exactly", (50, 2, 4), {}, F("37.5")),
    ("expected_value", ([100, -50], [25, 75]), {}, F("-12.5")),
    ("price_above_risk", (100, 2, 4000), {}, 20),
    ("margin_of_mean", (2, 10, 25), {}, 4),
    ("margin_of_share", (2, 50, 100), {}, 10),
    ("end_of_share", (2, 50, 100), {"upper": True}, 60),
    ("end_of_share", (2, 50, 100), {"upper": False}, 40),
    ("sample_size", (F("1.96"), 50, 5), {}, 385),
    ("bayes", (1, 99, 1), {}, 50),
    ("bayes", (1, 90, 10), {"times": 2}, F(8100, 180)),
    ("all_alarms", (1, 99, 1), {}, F("1.98")),
]


@pytest.mark.parametrize(
    ("here", "there", "case"),
    [
        *((plain, symbolic, case) for case in AMOUNTS),
        *((plain_statistics, symbolic_statistics, case) for case in STATISTICS),
    ],
    ids=[case[0] for case in (*AMOUNTS, *STATISTICS)],
)
def test_both_sides_come_to_the_known_answer(here: Any, there: Any, case: Case) -> None:
    name, numbers, options, known = case

    value = getattr(here, name)(*numbers, **options)
    other = getattr(there, name)(*numbers, **options)

    if isinstance(value, Fraction):
        assert value == known
        assert other == sympy.Rational(value.numerator, value.denominator)
    else:
        assert abs(value - Decimal(known)) < Decimal("1e-25")
        assert abs(Decimal(str(sympy.N(other, 40))) - Decimal(known)) < Decimal("1e-25")


@pytest.mark.parametrize(
    ("here", "cases"), [(plain, AMOUNTS), (plain_statistics, STATISTICS)], ids=["amounts", "statistics"]
)
def test_no_formula_is_left_out(here: Any, cases: list[Case]) -> None:
    own = {name for name, thing in vars(here).items() if getattr(thing, "__module__", "") == here.__name__}

    assert own - {"decimal", "power"} == {case[0] for case in cases}
