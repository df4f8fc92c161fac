"""Many calls handed to a provider at once and answered within a day: each in the ledger before, settled after.

Every step may be repeated, and may be cut off anywhere: what is sent is found again by its name, and a call is
settled once. Nothing here reads what the answers mean.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F

from microcred.ai.base import BatchModel, BatchRequest, FailureKind, ProviderError
from microcred.ai.base import BatchState as ProviderState
from microcred.db import database_now
from microcred.errors import Conflict
from ops.jobs import enqueue
from scoring.calls import ledger
from scoring.calls.outgoing import ABANDONED, ANSWERED, Outgoing, Payer
from scoring.enums import BatchState, CallContent, CallState
from scoring.essays.judge import PreparedCall
from scoring.essays.schema import SCHEMA_NAME
from scoring.models import ModelBatch, ModelCall, ModelCallContent

log = structlog.get_logger(__name__)

SEND: Final = "scoring.send_batch"
REFUSED: Final = "refused"
LOST: Final = "lost"
# A provider answers within a day; a while later nothing more will come.
LOST_AFTER: Final = dt.timedelta(hours=30)
# What a request costs that a batch ended without answering: nothing, if the provider says that it never came to it.
UNANSWERED: Final[dict[str, FailureKind]] = {
    "expired": "expired",
    "cancelled": "cancelled",
    "failed": "not_sent",
    REFUSED: "not_sent",
}

Check = Callable[[ModelCall, str], FailureKind | None]


class BatchOpen(Conflict):
    """A batch over the same version of a question is still under way."""

    default_code = "BATCH_409"


class NothingAffordable(Conflict):
    """Not one call of a batch fits into what model calls may cost."""

    default_code = "BUDGET_409"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that a batch is to make."""

    prepared: PreparedCall
    outgoing: Outgoing
    payer: Payer


@transaction.atomic
def order(waiting: Sequence[Waiting], *, batch: ModelBatch) -> ModelBatch:
    """Write a batch and those of its calls down that there is money for, and have a worker send it.

    Raises:
        BatchOpen: if one over the same version is under way.
        NothingAffordable: if no call fits into the limits.
    """
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError as error:
        raise BatchOpen("A batch over this version is under way; it has to end first.") from error
    calls = ledger.reserve_all([(one.outgoing, one.payer) for one in waiting], batch=batch)
    if not calls:
        raise NothingAffordable("What model calls may cost leaves no room for any of these.")
    by_input = {call.assessment_id: call for call in calls}
    ModelCallContent.objects.bulk_create(
        ModelCallContent(
            call=by_input[one.payer.assessment_id], kind=CallContent.REQUEST, text=_request(one.prepared)
        )
        for one in waiting
        if one.payer.assessment_id in by_input
    )
    batch.requests = len(calls)
    batch.save(update_fields=["requests"])
    enqueue(SEND, payload={"batch_id": str(batch.pk)}, unique_key=f"batch:{batch.pk}:send")
    return batch


def send(batch: ModelBatch, model: BatchModel) -> None:
    """Hand a batch to the provider, unless that has been done. Raises ProviderError."""
    if batch.state != BatchState.PREPARED:
        return
    name = str(batch.pk)
    state = model.find(name) or model.start(_requests(batch), name=name)
    ModelBatch.objects.filter(pk=batch.pk, state=BatchState.PREPARED).update(
        state=BatchState.SENT,
        provider_batch_id=state.batch_id,
        provider_status=state.status[:32],
        sent_at=database_now(),
    )


def ask(batch: ModelBatch, model: BatchModel) -> ProviderState:
    """Return how a sent batch stands, and note it. Raises ProviderError."""
    state = model.state(batch.provider_batch_id)
    ModelBatch.objects.filter(pk=batch.pk, state=BatchState.SENT).update(
        provider_status=state.status[:32], asked_at=database_now()
    )
    return state


def collect(batch: ModelBatch, state: ProviderState, model: BatchModel, *, check: Check) -> int:
    """Settle the calls that the provider has answers to; return how many that was.

    ``check`` says what is wrong with a reply's content, if anything. Raises ProviderError.
    """
    open_calls = {str(call.pk): call for call in _open(batch)}
    settled = 0
    for answer in model.answers(state):
        call = open_calls.pop(answer.key, None)
        if call is None:
            continue
        if answer.reply is not None:
            ledger.settle(call, answer.reply, outcome=check(call, answer.reply.content) or ANSWERED)
        elif answer.error is not None:
            ledger.settle_failure(call, answer.error.kind, latency_ms=0)
        settled += 1
    return settled


@transaction.atomic
def end(batch_id: uuid.UUID, outcome: str, *, detail: str = "") -> None:
    """Store how a batch ended and settle the calls that it left unanswered; the first end counts."""
    batch = ModelBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state == BatchState.ENDED:
        return
    kind = UNANSWERED.get(outcome)
    left = ModelCall.objects.filter(batch=batch, state=CallState.RESERVED)
    missing = left.update(
        state=CallState.SETTLED,
        outcome=kind or ABANDONED,
        cost_microcents=0 if kind else F("reserved_microcents"),
        cost_is_estimate=kind is None,
        settled_at=database_now(),
    )
    batch.state, batch.outcome, batch.detail = BatchState.ENDED, outcome[:24], detail[:200]
    batch.ended_at = database_now()
    batch.save(update_fields=["state", "outcome", "detail", "ended_at"])
    log.info("model_batch_ended", batch_id=str(batch_id), outcome=outcome, unanswered=missing)


def is_overdue(batch: ModelBatch, now: dt.datetime) -> bool:
    """Whether nothing more is to be expected of a batch."""
    return now > (batch.sent_at or batch.created_at) + LOST_AFTER


def _open(batch: ModelBatch) -> list[ModelCall]:
    return list(ModelCall.objects.filter(batch=batch, state=CallState.RESERVED).order_by("pk"))


def _request(prepared: PreparedCall) -> str:
    body = {
        "system": prepared.prompt.system,
        "schema": prepared.schema,
        "max_tokens": prepared.max_tokens,
    }
    return json.dumps(body)


def _requests(batch: ModelBatch) -> Iterator[BatchRequest]:
    kinds = [CallContent.PROMPT, CallContent.REQUEST]
    rows = ModelCallContent.objects.filter(call__in=_open(batch), kind__in=kinds)
    texts: dict[uuid.UUID, dict[str, str]] = {}
    for row in rows.order_by("call_id"):
        texts.setdefault(row.call_id, {})[row.kind] = row.text
    for call_id, parts in texts.items():
        # What was erased meanwhile is not sent.
        if len(parts) == len(kinds):
            rest: dict[str, Any] = json.loads(parts[CallContent.REQUEST])
            yield BatchRequest(
                key=str(call_id),
                model=batch.model,
                user=parts[CallContent.PROMPT],
                schema_name=SCHEMA_NAME,
                **rest,
            )


def explain(error: ProviderError) -> str:
    """Return what went wrong, in words that can be stored."""
    return f"{error.kind}: {error}"
