"""The geometry of bars."""

from decimal import Decimal

import pytest

from companion.charts import Bar, SkillChart, columns, percent, skill_chart, stacked


@pytest.mark.parametrize(
    ("value", "of", "shown"),
    [(1, 4, "25.00%"), (Decimal("0.5"), 1, "50.00%"), (9, 5, "100.00%"), (-1, 5, "0.00%"), (3, 0, "0.00%")],
)
def test_a_share_is_kept_between_nothing_and_all(value: float, of: float, shown: str) -> None:
    assert percent(value, of) == shown


def test_parts_are_laid_end_to_end() -> None:
    assert stacked({"gap_fit": Decimal("0.4"), "retrieval": Decimal("0.15"), "feedback": Decimal(0)}) == [
        Bar("gap_fit", "0.00%", "40.00%"),
        Bar("retrieval", "40.00%", "15.00%"),
    ]


def test_a_negative_part_covers_the_end_of_the_others() -> None:
    assert stacked({"gap_fit": Decimal("0.4"), "diversity": Decimal("-0.1")}) == [
        Bar("gap_fit", "0.00%", "40.00%"),
        Bar("diversity", "30.00%", "10.00%"),
    ]


def test_a_skill_below_its_target_shows_the_gap() -> None:
    assert skill_chart(level=2.0, deviation=0.5, target=4.0) == SkillChart(
        target_x="80.00%",
        level_width="40.00%",
        gap_x="40.00%",
        gap_width="40.00%",
        low_x="30.00%",
        high_x="50.00%",
    )


def test_a_skill_above_its_target_has_no_gap() -> None:
    assert skill_chart(level=4.0, deviation=2.0, target=3.0).gap_width == "0.00%"


def test_the_range_stays_on_the_scale() -> None:
    chart = skill_chart(level=4.5, deviation=1.0, target=3.0)

    assert (chart.low_x, chart.high_x) == ("70.00%", "100.00%")


def test_a_skill_that_was_not_measured_shows_its_target_only() -> None:
    assert skill_chart(level=None, deviation=None, target=3.0) == SkillChart("60.00%")


def test_columns_stand_side_by_side_and_what_is_not_there_has_none() -> None:
    assert columns([2, None, 0, 4]) == [Bar("0", "0.00%", "50.00%"), Bar("3", "75.00%", "100.00%")]
    assert columns([2.5], top=5) == [Bar("0", "0.00%", "50.00%")]
    assert columns([]) == columns([0, None]) == []
