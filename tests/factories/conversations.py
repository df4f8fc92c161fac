"""Questions and answers for tests."""

import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from conversations.enums import Author, Band, Escalation, Outcome, Side, TurnStatus
from conversations.models import Conversation, ThreadMessage, Turn
from tests.factories.accounts import UserFactory

NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)


class ConversationFactory(DjangoModelFactory[Conversation]):
    """A conversation in which one question was asked."""

    class Meta:
        model = Conversation

    user = factory.SubFactory(UserFactory)
    started_at = NOW
    updated_at = NOW
    asked = 1


class WaitingTurnFactory(DjangoModelFactory[Turn]):
    """A question that waits for its answer."""

    class Meta:
        model = Turn

    conversation = factory.SubFactory(ConversationFactory)
    number = 1
    question = "Which course covers outer joins?"
    asked_at = NOW


class TurnFactory(WaitingTurnFactory):
    """A question that was answered by passages, fairly well."""

    status = TurnStatus.ANSWERED
    topic = factory.SelfAttribute("question")
    outcome = Outcome.ANSWER
    answer = "SQL Joins in Practice (What it covers): “The course treats joins as statements about rows.” [1]"
    author: Any = Author.PASSAGES
    relevance = Decimal("0.8000")
    clarity = Decimal("1.0000")
    completeness = Decimal("0.5000")
    confidence = Decimal("0.8167")
    band = Band.MEDIUM
    answered_at = NOW


class EscalatedTurnFactory(TurnFactory):
    """A question that could not be answered well, and waits for the advisor."""

    outcome = Outcome.OVERVIEW
    answer = "I cannot answer this well enough from the catalog. Nearest to your question: “SQL Joins in Practice”."
    author: Any = ""
    relevance = Decimal("0.0000")
    completeness = Decimal("0.0000")
    confidence = Decimal("0.3333")
    band = Band.LOW
    escalation = Escalation.WAITING
    escalated_at = NOW


class ThreadMessageFactory(DjangoModelFactory[ThreadMessage]):
    """What a student wrote to their advisor; the question stands where it stood."""

    class Meta:
        model = ThreadMessage

    turn = factory.SubFactory(EscalatedTurnFactory)
    number = 1
    side = Side.STUDENT
    author = factory.SelfAttribute("turn.conversation.user")
    text = "When is it?"
    sent_at = NOW
