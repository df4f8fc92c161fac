"""The quantiles behind the intervals, held against scipy."""

import pytest
from scipy import stats

from scoring.intervals import Interval, around, normal_quantile, student_quantile


def test_an_interval_reaches_as_far_to_both_sides() -> None:
    assert around(2.0, 0.5) == Interval(1.5, 2.5)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
def test_normal_quantiles_are_those_of_scipy(level: float) -> None:
    assert normal_quantile(level) == pytest.approx(stats.norm.ppf((1 + level) / 2), abs=1e-12)


@pytest.mark.parametrize(
    ("degrees", "within"), [(3, 0.004), (4, 9e-4), (5, 3e-4), (8, 3e-5), (30, 1e-7), (1000, 1e-9)]
)
def test_student_quantiles_come_near_those_of_scipy(degrees: int, within: float) -> None:
    assert student_quantile(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), abs=within)
