"""Keeping what a question was answered."""

import datetime as dt
import uuid
from typing import Final

from django.db import transaction

from conversations.answering import Draft
from conversations.enums import Escalation, Outcome, TurnStatus
from conversations.models import PARTS, Turn
from ops import audit

# What an advisor is asked to answer: what was about the catalog and could not be answered well.
ESCALATED: Final = frozenset({Outcome.OVERVIEW, Outcome.UNAVAILABLE})


@transaction.atomic
def keep(*, turn_id: uuid.UUID, draft: Draft, follows: uuid.UUID | None = None, now: dt.datetime) -> bool:
    """Write down what came of a question, and have it wait for the advisor where it was not answered well; return
    whether that was news. An answer that is there already stays."""
    turn = Turn.objects.select_for_update().filter(pk=turn_id, status=TurnStatus.WAITING).first()
    if turn is None:
        return False
    turn.status, turn.answered_at = TurnStatus.ANSWERED, now
    turn.outcome, turn.answer, turn.band = draft.outcome, draft.answer, draft.band
    turn.topic, turn.citations = draft.topic, list(draft.citations)
    turn.follows_id = follows if follows and Turn.objects.filter(pk=follows).exists() else None
    turn.author, turn.degraded = draft.author or "", draft.degraded
    for part in PARTS:
        setattr(turn, part, getattr(draft.confidence, part))
    turn.confidence = draft.confidence.score
    if draft.outcome in ESCALATED:
        turn.escalation, turn.escalated_at, turn.waits_since = Escalation.WAITING, now, now
    turn.save()
    audit.record(
        by=None, action="query.answered", resource_type="query", resource_id=turn.pk,
        metadata={
            "outcome": str(turn.outcome), "band": str(turn.band), "author": str(turn.author),
            "confidence": str(turn.confidence), "escalation": str(turn.escalation),
        },
    )  # fmt: skip
    return True
