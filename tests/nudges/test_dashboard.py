"""What letters tell an administrator."""

import datetime as dt

import pytest

from nudges import dashboard
from nudges.enums import LetterStatus
from nudges.models import Nudge
from tests.factories.catalog import NOW
from tests.factories.nudges import NudgeFactory

pytestmark = pytest.mark.django_db


def test_letters_that_wait_for_longer_than_a_night_are_a_fault() -> None:
    NudgeFactory(letter=LetterStatus.WAITING)
    Nudge.objects.update(created_at=NOW)

    assert list(dashboard.signs(now=NOW + dt.timedelta(hours=11))) == []
    (sign,) = dashboard.signs(now=NOW + dt.timedelta(hours=13))
    assert sign.text == "1 letter has waited for more than twelve hours. Is the mail server away?"
    assert sign.is_fault
