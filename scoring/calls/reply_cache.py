"""Replies that were paid for before, found by the fingerprint of what they judge."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from microcred.ai.base import ChatReply, FailureKind
from microcred.pipelining import Statement
from scoring.calls.outgoing import ANSWERED, Payer
from scoring.enums import CallContent
from scoring.models import ModelCall, ModelCallContent

# The same words would be answered in the same way: a refusal is for good, whoever asks again. What was cut off or
# too long is a matter of the call's own limits, so that another job may try.
FOR_GOOD: Final[tuple[FailureKind, ...]] = ("refusal", "truncated", "too_large")
# What was of no use about several essays together is asked one by one; not together once more.
TOGETHER: Final[tuple[FailureKind, ...]] = ("empty", "bad_reply", "bad_request")
FOR_EVERYBODY: Final[tuple[FailureKind, ...]] = ("refusal",)
# What a job asks of the essays that nobody has written before, as nearly all are; hence without the mapper.
SENT: Final = Statement(f"""
SELECT sent.fingerprint, sent.call_id
  FROM model_call_contents sent JOIN model_calls call ON call.id = sent.call_id
 WHERE sent.fingerprint = ANY(%(fingerprints)s) AND sent.fingerprint <> '' AND sent.kind = '{CallContent.ANSWER}'
   AND call.outcome = '{ANSWERED}' AND call.reading = %(reading)s
   AND EXISTS (SELECT FROM model_call_contents kept WHERE kept.call_id = call.id AND kept.kind = '{CallContent.REPLY}')
""")  # noqa: S608 - constants only
_FAILED: Final = Statement(f"""
SELECT 1 FROM model_call_contents sent JOIN model_calls call ON call.id = sent.call_id
 WHERE sent.fingerprint = ANY(%(fingerprints)s) AND sent.fingerprint <> '' AND sent.kind = '{CallContent.ANSWER}'
   AND call.outcome = ANY(%(kinds)s)
 LIMIT 1
""")  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply in which one essay is called ``label``; tokens and cost are that essay's part."""

    call_id: uuid.UUID
    label: str
    reply: ChatReply


def answered(fingerprints: Sequence[str], *, reading: int) -> set[str]:
    """Return the fingerprints that `find` finds a reply to."""
    rows = SENT.rows(fingerprints=list(fingerprints), reading=reading) if fingerprints else []
    return {fingerprint for fingerprint, _ in rows}


def find(fingerprint: str, *, reading: int, assessment_id: uuid.UUID | None = None) -> Iterator[StoredReply]:
    """Return the replies to this fingerprint that are still kept, the oldest first.

    The same words get the same score, whoever wrote them. Only within the assessment that paid for a
    reply does it bring tokens and costs with it. One may say nothing about the essay, then the next counts.
    """
    rows = ModelCallContent.objects.filter(
        kind=CallContent.ANSWER,
        fingerprint=fingerprint,
        call__outcome=ANSWERED,
        call__reading=reading,
        call__contents__kind=CallContent.REPLY,
    ).select_related("call")
    for sent in rows.order_by("call__settled_at", "pk"):
        contents = list(sent.call.contents.all())
        content = next(row.text for row in contents if row.kind == CallContent.REPLY)
        answers = [row for row in contents if row.kind == CallContent.ANSWER]
        part = _part(answers, sent) if sent.call.assessment_id == assessment_id else 0.0
        yield StoredReply(sent.call_id, sent.label, _reply(sent.call, content, part))


def has_failed(fingerprints: Sequence[str]) -> bool:
    """Return whether any call over one of these essays failed in a way that `failed_for_good` may find lasting."""
    return bool(_FAILED.rows(fingerprints=list(fingerprints), kinds=list(FOR_GOOD + TOGETHER)))


def failed_for_good(fingerprints: Sequence[str], *, payer: Payer) -> FailureKind | None:
    """Return how a call over just these essays failed before, if asking again would not help.

    That is a refusal to anybody, or what the payer's own job saw.
    """
    told = Q(call__outcome__in=FOR_EVERYBODY)
    if payer.job_id is not None:
        kinds = FOR_GOOD + TOGETHER if len(fingerprints) > 1 else FOR_GOOD
        told |= Q(call__outcome__in=kinds, call__job_id=payer.job_id)
    sent = ModelCallContent.objects.filter(told, kind=CallContent.ANSWER, fingerprint__in=fingerprints)
    calls = ModelCall.objects.filter(pk__in=sent.values("call_id")).prefetch_related("contents")
    for call in calls.order_by("pk"):
        asked = [row.fingerprint for row in call.contents.all() if row.kind == CallContent.ANSWER]
        if sorted(asked) == sorted(fingerprints):
            return next(kind for kind in FOR_GOOD + TOGETHER if kind == call.outcome)
    return None


def unpriced(content: str, *, model: str) -> ChatReply:
    """Return a reply of which only the content matters."""
    return ChatReply(content, model, 0, 0, 0, 0, "stop")


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
