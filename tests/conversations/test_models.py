"""What the database itself refuses of a question, and what goes with whom."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from conversations.erasing import erase
from conversations.models import Conversation, ThreadMessage, Turn
from conversations.services import write
from ops.erasure import begin
from ops.retention import expire
from scoring.models import ModelCall
from tests.factories.accounts import UserFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.conversations import (
    NOW,
    ConversationFactory,
    EscalatedTurnFactory,
    ThreadMessageFactory,
    TurnFactory,
    WaitingTurnFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"question": ""}, "asked"),
        ({"answer": ""}, "answered_whole"),
        ({"outcome": "other"}, "answered_whole"),
        ({"band": ""}, "answered_whole"),
        ({"answered_at": None}, "answered_whole"),
        ({"status": "waiting"}, "answered_whole"),
        ({"relevance": Decimal("1.2")}, "confidence_is_share"),
        ({"confidence": Decimal("-0.1")}, "confidence_is_share"),
        ({"author": "oracle"}, "author_known"),
        ({"escalation": "waiting"}, "escalated_in_order"),
        ({"escalation": "replied", "escalated_at": NOW, "replied_at": NOW}, "escalated_in_order"),
        ({"escalated_at": NOW}, "escalated_in_order"),
        ({"escalation": "closed", "closed_at": NOW}, "escalated_in_order"),
        ({"escalation": "closed", "escalated_at": NOW}, "closed_has_time"),
        ({"closed_at": NOW}, "closed_has_time"),
    ],
)
def test_a_turn_that_says_two_things_is_refused(fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=f"conversation_turns_{constraint}"), transaction.atomic():
        TurnFactory(**fields)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [({"number": 0}, "from_one"), ({"side": "model"}, "side_known"), ({"text": ""}, "say_something")],
)
def test_a_message_that_says_nothing_or_is_nobodys_is_refused(
    fields: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=f"thread_messages_{constraint}"), transaction.atomic():
        ThreadMessageFactory(**fields)


def test_a_message_is_numbered_once_and_stays_as_it_was() -> None:
    message = ThreadMessageFactory()

    with pytest.raises(IntegrityError, match="thread_messages_numbered"), transaction.atomic():
        ThreadMessageFactory(turn=message.turn)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ThreadMessage.objects.update(text="Something else.")


def test_a_number_is_given_once() -> None:
    first = TurnFactory()

    with pytest.raises(IntegrityError, match="conversation_turns_numbered"), transaction.atomic():
        WaitingTurnFactory(conversation=first.conversation)


@pytest.mark.parametrize("purpose", ["answers", "summaries", "words"])
def test_a_call_that_answers_names_who_asked_and_no_other_does(purpose: str) -> None:
    told: dict[str, Any] = {"person": UserFactory()} if purpose == "words" else {}
    told |= {"assessment": submitted_assessment()} if purpose == "words" else {}

    with pytest.raises(IntegrityError, match="model_calls_answer_somebody"), transaction.atomic():
        ModelCall.objects.create(
            purpose=purpose, provider="openai", host="api.example.org", model="small", prompt_version="answers-1",
            input_sha256="0" * 64, month=NOW.date().replace(day=1), reserved_microcents=1, started_at=NOW, **told,
        )  # fmt: skip


def test_erasing_somebody_takes_their_conversations_and_leaves_what_they_replied() -> None:
    turn = EscalatedTurnFactory()
    advisor = UserFactory(role="advisor")
    other = TurnFactory(
        escalation="replied", escalated_at=NOW, replied_at=NOW, reply="Take it.", replied_by=advisor
    )

    write(by=turn.conversation.user, turn_id=turn.pk, text="And?", now=NOW)
    with transaction.atomic():
        begin(by=None, subject_type="user", subject_id=turn.conversation.user_id, reason="test")
        gone = erase(turn.conversation.user_id)
    assert gone == {"thread_messages": 1, "conversation_turns": 1, "conversations": 1}
    assert erase(advisor.pk) == {"thread_messages": 0, "conversation_turns": 0, "conversations": 0}
    assert Turn.objects.get() == other


def test_a_conversation_goes_when_its_time_is_over(settings: Settings) -> None:
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "CONVERSATIONS": 30}
    TurnFactory(conversation__updated_at=NOW - dt.timedelta(days=31))
    fresh = ConversationFactory(updated_at=NOW - dt.timedelta(days=29))

    assert expire(now=NOW)["conversations.Conversation"] == 1
    assert Conversation.objects.get() == fresh
    assert not Turn.objects.exists()
