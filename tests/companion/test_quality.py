"""What figures are called in words."""

import pytest

from companion.quality import functioning_label, kappa_label
from companion.words import Label
from scoring.fairness import Category, ItemFunctioning
from scoring.intervals import Interval


@pytest.mark.parametrize(
    ("kappa", "interval", "label"),
    [
        (None, None, Label("no spread")),
        (0.88, (0.0, 1.0), Label("too few to tell")),
        (0.88, None, Label("too few to tell")),
        (0.88, (0.6, 0.95), Label("good", "good")),
        (0.55, (0.42, 0.7), Label("fair", "warn")),
        (0.1, (-0.2, 0.3), Label("poor", "bad")),
    ],
)
def test_a_kappa_is_called_what_its_interval_bears_out(
    kappa: float | None, interval: tuple[float, float] | None, label: Label
) -> None:
    assert kappa_label(kappa, Interval(*interval) if interval else None) == label


@pytest.mark.parametrize(
    ("category", "delta", "label"),
    [
        ("A", -3.26, Label("A, none shown")),
        ("A", 0.4, Label("A, negligible", "good")),
        ("B", -1.2, Label("B, moderate", "warn")),
        ("C", 1.9, Label("C, large", "bad")),
    ],
)
def test_a_large_difference_that_is_not_significant_is_not_called_negligible(
    category: Category, delta: float, label: Label
) -> None:
    found = ItemFunctioning(15, 15, 4.0, Interval(0.29, 54.71), delta, 1.5, 0.26, 0.613, category)

    assert functioning_label(found) == label
