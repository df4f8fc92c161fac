"""The ledger of paid calls: one row before a call, settled once after it."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from microcred.ai.base import ChatReply, FailureKind
from microcred.db import database_now
from scoring.enums import CallContent, CallPurpose, CallState
from scoring.models import ModelCall, ModelCallContent

log = structlog.get_logger(__name__)

ANSWERED: Final = "answered"
ABANDONED: Final = "abandoned"
MICROCENTS_A_CENT: Final = 1_000_000
# One lock for every reservation of an installation: what is added up stays true until it is written.
_LOCK: Final = 7_310_468_201

Limit = Literal["month", "assessment"]


class BudgetExceeded(Exception):
    """A call was not made, because it could take the spending of the month or of one assessment over its limit."""

    def __init__(self, limit: Limit, *, limit_microcents: int, spent_microcents: int) -> None:
        super().__init__(f"the call does not fit into the limit of the {limit}")
        self.limit: Limit = limit
        self.limit_microcents = limit_microcents
        self.spent_microcents = spent_microcents


@dataclass(frozen=True, slots=True)
class Payer:
    """The work that calls are made for."""

    assessment_id: uuid.UUID
    job_id: uuid.UUID | None = None
    attempt: int = 1
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """A student's own part of a call, redacted; ``replaced`` counts what was replaced, by kind."""

    snapshot_id: uuid.UUID
    label: str
    fingerprint: str
    text: str
    replaced: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call as it is about to be made."""

    purpose: CallPurpose
    reading: int
    provider: str
    host: str
    model: str
    prompt_version: str
    prompt_sha256: str
    prompt: str
    answers: Sequence[SentAnswer]
    highest_microcents: int


def reserve(outgoing: Outgoing, *, payer: Payer) -> ModelCall:
    """Write the call down and set its highest possible cost aside.

    Workers that race reserve one after the other, so that together they never exceed a limit.

    Raises:
        BudgetExceeded: and writes nothing, if the cost does not fit into a limit.
    """
    with transaction.atomic():
        _lock_reservations()
        now = database_now()
        _check_limits(outgoing.highest_microcents, payer.assessment_id, month=_month(now))
        call = ModelCall.objects.create(
            assessment_id=payer.assessment_id,
            purpose=outgoing.purpose,
            reading=outgoing.reading,
            provider=outgoing.provider,
            host=outgoing.host,
            model=outgoing.model,
            prompt_version=outgoing.prompt_version,
            prompt_sha256=outgoing.prompt_sha256,
            input_sha256=hashlib.sha256(outgoing.prompt.encode("utf-8", "replace")).hexdigest(),
            job_id=payer.job_id,
            attempt=payer.attempt,
            correlation_id=payer.correlation_id[:64],
            month=_month(now),
            reserved_microcents=outgoing.highest_microcents,
            started_at=now,
        )
        ModelCallContent.objects.bulk_create(_contents(call, outgoing))
    return call


def settle(call: ModelCall, reply: ChatReply, *, outcome: str = ANSWERED) -> None:
    """Write down a reply and its cost; ``outcome`` says if it turned out to be of no use.

    A reply without a known price counts with what was reserved for it.
    """
    settled = _settle(
        call.pk,
        outcome=outcome,
        answered_model=reply.model[:64],
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        latency_ms=reply.latency_ms,
        cost_microcents=reply.cost_microcents if reply.price_known else call.reserved_microcents,
        cost_is_estimate=not (reply.price_known and reply.usage_reported),
        reply=reply.content,
    )
    if not settled:
        log.warning("model_call_settled_late", call_id=str(call.pk))


def settle_failure(call: ModelCall, kind: FailureKind, *, latency_ms: int) -> None:
    """Write down that a call brought no reply.

    Where the provider may have worked for it, what was reserved counts as spent.
    """
    charged = kind in MAYBE_CHARGED
    _settle(
        call.pk,
        outcome=kind,
        latency_ms=latency_ms,
        cost_microcents=call.reserved_microcents if charged else 0,
        cost_is_estimate=charged,
    )


def abandon_earlier(payer: Payer) -> int:
    """Settle what earlier attempts of the payer's job left open, at what was reserved; return how many.

    Their workers are dead or have lost the job, so nobody else will.
    """
    if payer.job_id is None:
        return 0
    left = ModelCall.objects.filter(
        job_id=payer.job_id, attempt__lt=payer.attempt, state=CallState.RESERVED
    ).update(
        state=CallState.SETTLED,
        outcome=ABANDONED,
        cost_microcents=F("reserved_microcents"),
        cost_is_estimate=True,
        settled_at=database_now(),
    )
    if left:
        log.warning("model_calls_abandoned", calls=left)
    return left


def spent(*, assessment_id: uuid.UUID, month: dt.date) -> tuple[int, int]:
    """Return what the month and the assessment have cost so far, open calls at what is reserved, in micro-cents."""
    cost = Coalesce("cost_microcents", "reserved_microcents")
    found = ModelCall.objects.filter(Q(month=month) | Q(assessment_id=assessment_id)).aggregate(
        month=Coalesce(Sum(cost, filter=Q(month=month)), 0),
        assessment=Coalesce(Sum(cost, filter=Q(assessment_id=assessment_id)), 0),
    )
    return int(found["month"]), int(found["assessment"])


def month_limit() -> int:
    """Return the limit of a month in micro-cents; 0 for none."""
    return round(settings.MODEL_BUDGET_MONTH_CENTS * MICROCENTS_A_CENT)


def assessment_limit() -> int:
    """Return the limit of one assessment in micro-cents; 0 for none."""
    return round(settings.MODEL_CAP_ASSESSMENT_CENTS * MICROCENTS_A_CENT)


# The provider may have read the prompt, and may have written something, before this became of the call.
MAYBE_CHARGED: Final[frozenset[FailureKind]] = frozenset(
    {"timeout", "connection", "refusal", "truncated", "empty", "bad_reply", "too_large"}
)


def _check_limits(cost: int, assessment_id: uuid.UUID, *, month: dt.date) -> None:
    limits: tuple[tuple[Limit, int], ...] = (("month", month_limit()), ("assessment", assessment_limit()))
    if not any(limit for _, limit in limits):
        return
    for (name, limit), so_far in zip(limits, spent(assessment_id=assessment_id, month=month), strict=True):
        if limit and so_far + cost > limit:
            raise BudgetExceeded(name, limit_microcents=limit, spent_microcents=so_far)


def _settle(call_id: uuid.UUID, *, reply: str | None = None, **found: object) -> bool:
    with transaction.atomic():
        changed = ModelCall.objects.filter(pk=call_id, state=CallState.RESERVED).update(
            state=CallState.SETTLED, settled_at=database_now(), **found
        )
        if changed and reply is not None:
            ModelCallContent.objects.create(call_id=call_id, kind=CallContent.REPLY, text=_storable(reply))
    return bool(changed)


def _contents(call: ModelCall, outgoing: Outgoing) -> list[ModelCallContent]:
    prompt = ModelCallContent(call=call, kind=CallContent.PROMPT, text=_storable(outgoing.prompt))
    answers = [
        ModelCallContent(
            call=call,
            kind=CallContent.ANSWER,
            question_snapshot_id=answer.snapshot_id,
            label=answer.label,
            fingerprint=answer.fingerprint,
            text=_storable(answer.text),
            replaced=answer.replaced,
        )
        for answer in outgoing.answers
    ]
    return [prompt, *answers]


def _lock_reservations() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _month(now: dt.datetime) -> dt.date:
    return now.astimezone(dt.UTC).date().replace(day=1)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
