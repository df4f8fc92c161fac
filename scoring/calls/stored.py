"""Replies that were paid for before, found by the fingerprint of what they judge."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from microcred.ai.base import ChatReply, FailureKind
from scoring.calls.ledger import ANSWERED, Payer
from scoring.enums import CallContent
from scoring.models import ModelCall, ModelCallContent

# The same words would be answered in the same way.
FOR_GOOD: Final[tuple[FailureKind, ...]] = ("refusal", "truncated", "too_large")


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply in which one essay is called ``label``; tokens and cost are that essay's part."""

    call_id: uuid.UUID
    label: str
    reply: ChatReply


def find(fingerprint: str, *, reading: int, assessment_id: uuid.UUID) -> StoredReply | None:
    """Return the oldest reply to this fingerprint that is still kept, or None.

    The same words get the same score, whoever wrote them. Only within the assessment that paid for the
    reply does it bring tokens and costs with it.
    """
    sent = (
        ModelCallContent.objects.filter(
            kind=CallContent.ANSWER,
            fingerprint=fingerprint,
            call__outcome=ANSWERED,
            call__reading=reading,
            call__contents__kind=CallContent.REPLY,
        )
        .select_related("call")
        .order_by("call__settled_at", "pk")
        .first()
    )
    if sent is None:
        return None
    contents = list(sent.call.contents.all())
    content = next(row.text for row in contents if row.kind == CallContent.REPLY)
    answers = [row for row in contents if row.kind == CallContent.ANSWER]
    part = _part(answers, sent) if sent.call.assessment_id == assessment_id else 0.0
    return StoredReply(sent.call_id, sent.label, _reply(sent.call, content, part))


def failed_for_good(fingerprints: Sequence[str], *, payer: Payer) -> FailureKind | None:
    """Return how the payer's job saw a call over just these essays fail, if asking again would not help."""
    if payer.job_id is None:
        return None
    failed = ModelCall.objects.filter(job_id=payer.job_id, outcome__in=FOR_GOOD).prefetch_related("contents")
    for call in failed:
        sent = [row.fingerprint for row in call.contents.all() if row.kind == CallContent.ANSWER]
        if sorted(sent) == sorted(fingerprints):
            return next(kind for kind in FOR_GOOD if kind == call.outcome)
    return None


def _part(answers: list[ModelCallContent], mine: ModelCallContent) -> float:
    """The essay's part of its call, by length."""
    return len(mine.text) / max(sum(len(row.text) for row in answers), 1)


def _reply(call: ModelCall, content: str, part: float) -> ChatReply:
    return ChatReply(
        content=content,
        model=call.answered_model,
        input_tokens=round((call.input_tokens or 0) * part),
        output_tokens=round((call.output_tokens or 0) * part),
        latency_ms=(call.latency_ms or 0) if part else 0,
        cost_microcents=round((call.cost_microcents or 0) * part),
        finish_reason="stop",
    )
