"""Numbers that are typed with a comma."""

import pytest

from companion.student.numbers import ReadInTwoWays, with_a_point


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2,5", "2.5"),
        ("-0,125", "-0.125"),
        ("+,5", "+.5"),
        ("1500,250", "1500.250"),
        ("12,3456", "12.3456"),
        ("2.5", "2.5"),
        ("1,500.5", "1,500.5"),
        ("1.500,5", "1.500,5"),
        ("1,2,3", "1,2,3"),
        ("2,", "2,"),
        ("2, 5", "2, 5"),
        ("a dozen", "a dozen"),
    ],
)
def test_one_comma_and_no_point_is_a_fraction(typed: str, read: str) -> None:
    assert with_a_point(typed) == read


@pytest.mark.parametrize("typed", ["1,500", "-12,345", "+999,000"])
def test_what_may_be_thousands_is_not_guessed(typed: str) -> None:
    with pytest.raises(ReadInTwoWays, match="can be read in two ways"):
        with_a_point(typed)
