"""What questions tell an administrator."""

import datetime as dt

import pytest

from conversations import dashboard
from tests.factories.conversations import NOW, EscalatedTurnFactory, TurnFactory

pytestmark = pytest.mark.django_db


def test_questions_that_wait_for_an_advisor_are_counted_with_the_longest_wait() -> None:
    TurnFactory()
    assert list(dashboard.signs(now=NOW)) == []
    EscalatedTurnFactory()
    EscalatedTurnFactory(waits_since=NOW + dt.timedelta(days=2))

    signs = dashboard.signs(now=NOW + dt.timedelta(days=4))

    assert [sign.text for sign in signs] == [
        "2 questions wait for an advisor's reply, the longest for 4 days."
    ]
