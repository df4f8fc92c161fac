"""Dataclasses as dictionaries."""

from dataclasses import asdict
from decimal import Decimal

import pytest

from recommendations.fusion import Parts
from recommendations.gaps import Need, Target, compare
from recommendations.shallow_dicts import shallow_dict


@pytest.mark.parametrize(
    "one",
    [
        Target("sql", "SQL", 4.0, 5),
        Need("sql", "SQL", 1.2, 4.0, 5, "measured"),
        *compare([Target("sql", "SQL", 4.0, 5), Target("charts", "Charts", 3.0, 2)], {"sql": 1.2}),
        Parts(*(Decimal("0.1"),) * 5),
    ],
)
def test_it_is_what_the_standard_library_makes_of_it(one: object) -> None:
    assert shallow_dict(one) == asdict(one)  # type: ignore[call-overload]
    assert list(shallow_dict(one)) == list(asdict(one))  # type: ignore[call-overload]
