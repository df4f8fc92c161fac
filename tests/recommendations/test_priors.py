"""A few voices move the acceptance rate of a credential a little, many a lot."""

import pytest

from recommendations.priors import UNKNOWN, acceptance_rate


@pytest.mark.parametrize(
    ("accepted", "rejected", "expected"),
    [(0, 0, 0.5), (1, 0, 0.6), (0, 1, 0.4), (16, 0, 0.9), (0.5, 0, 2.5 / 4.5), (8, 8, 0.5)],
)
def test_the_rate_is_shrunk_towards_one_half(accepted: float, rejected: float, expected: float) -> None:
    assert acceptance_rate(accepted, rejected) == pytest.approx(expected)


def test_a_credential_nobody_spoke_of_stands_at_one_half() -> None:
    assert UNKNOWN == 0.5
