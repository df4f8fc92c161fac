"""Questions of the same student at the same moment, and questions that go meanwhile."""

import datetime as dt

import pytest
from django.conf import settings

from conversations import erasing, services
from conversations.models import Conversation, ThreadMessage, Turn
from conversations.queries import TurnMissing
from conversations.services.asking import KEPT
from ops import erasure, retention
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.factories.conversations import NOW, ConversationFactory, EscalatedTurnFactory, TurnFactory
from tests.waiting import beside

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_question_that_is_being_handed_over_is_not_forgotten() -> None:
    conversation: Conversation = ConversationFactory(asked=KEPT)
    student = conversation.user
    turns = [TurnFactory(conversation=conversation, number=number) for number in range(1, KEPT + 1)]
    oldest = turns[0].pk

    asked = beside(
        lambda: services.escalate(by=student, turn_id=oldest, now=NOW),
        lambda: services.ask(by=student, question="And joins?", conversation_id=conversation.pk, now=NOW),
    )

    assert asked.result().number == KEPT + 1
    assert Turn.objects.get(pk=oldest).escalation == "waiting"


def test_who_replies_to_a_question_that_is_being_erased_finds_none() -> None:
    turn: Turn = EscalatedTurnFactory()
    student = turn.conversation.user
    advisor = AdvisorAssignmentFactory(student=student).advisor

    def erase() -> None:
        erasure.begin(by=None, subject_type="user", subject_id=student.pk, reason="the person asked for it")
        erasing.erase(student.pk)

    replied = beside(erase, lambda: services.reply(by=advisor, turn_id=turn.pk, text="On Monday.", now=NOW))

    with pytest.raises(TurnMissing):
        replied.result()
    assert not ThreadMessage.objects.exists()


def test_a_conversation_that_is_being_taken_up_again_does_not_grow_too_old() -> None:
    conversation: Conversation = TurnFactory().conversation
    days = settings.RETENTION_DAYS["CONVERSATIONS"]
    now = conversation.updated_at + dt.timedelta(days=days + 1)

    gone = beside(
        lambda: services.ask(
            by=conversation.user, question="And joins?", conversation_id=conversation.pk, now=now
        ),
        lambda: retention.expire(now=now),
    )

    assert gone.result()["conversations.Conversation"] == 0
    assert Turn.objects.filter(conversation=conversation).count() == 2
