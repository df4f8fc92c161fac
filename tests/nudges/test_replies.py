"""Students are told of what their advisor wrote and they have not read."""

import datetime as dt

import pytest

from accounts.models import AdvisorAssignment
from conversations import services as conversations
from conversations.models import Turn
from nudges import services
from nudges.models import Nudge
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.factories.conversations import EscalatedTurnFactory
from tests.factories.nudges import NOW
from tests.nudges.test_looking import away

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def link() -> AdvisorAssignment:
    found: AdvisorAssignment = AdvisorAssignmentFactory(student=away(0))
    return found


@pytest.fixture
def turn(link: AdvisorAssignment) -> Turn:
    found: Turn = EscalatedTurnFactory(conversation__user=link.student, asked_at=NOW - 3 * DAY)
    return found


def test_a_reply_is_told_once_and_without_its_words(link: AdvisorAssignment, turn: Turn) -> None:
    for text in ("Come on Monday.", "Or Tuesday."):
        conversations.write(by=link.advisor, turn_id=turn.pk, text=text, now=NOW - DAY)

    for days in (0, 2, 4):
        services.dispatch_due(now=NOW + days * DAY)

    nudge = Nudge.objects.get()
    assert (nudge.kind, nudge.about, nudge.reference) == ("advisor_replied", str(turn.pk), f"{turn.pk}:1")
    assert nudge.title == "Your advisor has written to you"
    assert nudge.text == "There are 2 unread messages about the question that you asked on 8 March."
    assert nudge.reason == "You have not read what your advisor wrote on 10 March, 12:00."


def test_what_was_read_is_not_told_and_what_comes_after_is(link: AdvisorAssignment, turn: Turn) -> None:
    conversations.write(by=link.advisor, turn_id=turn.pk, text="Come on Monday.", now=NOW - DAY)
    conversations.mark_read(by=link.student, turn_id=turn.pk, up_to=1)
    services.dispatch_due(now=NOW)
    assert not Nudge.objects.exists()

    conversations.write(by=link.advisor, turn_id=turn.pk, text="Or Tuesday.", now=NOW)
    services.dispatch_due(now=NOW + dt.timedelta(hours=2))

    assert Nudge.objects.get().text.startswith("There is 1 unread message ")


def test_what_the_student_wrote_themself_is_not_told(link: AdvisorAssignment, turn: Turn) -> None:
    conversations.write(by=link.student, turn_id=turn.pk, text="And when?", now=NOW - DAY)

    services.dispatch_due(now=NOW)

    assert not Nudge.objects.exists()


def test_after_a_week_it_is_left_alone(link: AdvisorAssignment, turn: Turn) -> None:
    conversations.write(by=link.advisor, turn_id=turn.pk, text="Come on Monday.", now=NOW - 8 * DAY)

    services.dispatch_due(now=NOW)

    assert not Nudge.objects.exists()
