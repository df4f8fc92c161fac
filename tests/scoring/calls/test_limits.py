"""What the limits leave for calls that are to go together, to the last micro-cent."""

import datetime as dt
import uuid

import pytest
from pytest_django.fixtures import Settings

from scoring.calls.limits import BudgetHeadroom

pytestmark = pytest.mark.django_db
MARCH = dt.date(2026, 3, 1)
ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def limited(settings: Settings, *, month: int, assessment: int) -> BudgetHeadroom:
    """Limits in micro-cents, 0 for none, of which nothing is spent."""
    settings.MODEL_BUDGET_MONTH_CENTS = month / 1_000_000
    settings.MODEL_CAP_ASSESSMENT_CENTS = assessment / 1_000_000
    return BudgetHeadroom(MARCH, [ONE, OTHER])


def test_what_fits_exactly_is_taken_and_not_a_micro_cent_more(settings: Settings) -> None:
    room = limited(settings, month=10, assessment=0)

    assert [room.take(cost, ONE) for cost in (4, 7, 6, 1)] == [True, False, True, False]


def test_each_assessment_has_a_limit_of_its_own(settings: Settings) -> None:
    room = limited(settings, month=0, assessment=5)

    assert [room.take(5, one) for one in (ONE, ONE, OTHER)] == [True, False, True]


def test_what_one_limit_refuses_is_taken_from_neither(settings: Settings) -> None:
    room = limited(settings, month=10, assessment=5)

    assert [room.take(6, ONE), room.take(5, ONE), room.take(5, OTHER)] == [False, True, True]


def test_without_limits_all_fit(settings: Settings) -> None:
    assert limited(settings, month=0, assessment=0).take(10**12, ONE)


def test_calls_of_no_assessment_have_the_limit_of_the_month_alone(settings: Settings) -> None:
    room = limited(settings, month=100, assessment=10)

    assert [room.take(60, None), room.take(60, None), room.take(40, None)] == [True, False, True]
