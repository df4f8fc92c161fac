"""The ledger of paid calls: one row before a call, settled once after it."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from microcred.ai.base import ChatReply, EmbeddingReply, FailureKind, ProviderError
from microcred.bulk_inserts import insert_rows
from microcred.db import database_now
from microcred.pipelining import Statement, prefetched
from ops.claims import ensure_latest, latest_read
from scoring.calls import claims, limits, settling
from scoring.calls.claims import BeingAsked as BeingAsked
from scoring.calls.claims import ClaimStatus
from scoring.calls.limits import MICROCENTS_A_CENT as MICROCENTS_A_CENT
from scoring.calls.limits import BudgetExceeded as BudgetExceeded
from scoring.calls.limits import BudgetHeadroom
from scoring.calls.limits import assessment_limit as assessment_limit
from scoring.calls.limits import month_limit as month_limit
from scoring.calls.limits import spent as spent
from scoring.calls.outgoing import ABANDONED, ANSWERED
from scoring.calls.outgoing import Outgoing as Outgoing
from scoring.calls.outgoing import Payer as Payer
from scoring.calls.outgoing import SentAnswer as SentAnswer
from scoring.enums import CallContent, CallState
from scoring.models import ModelBatch, ModelCall, ModelCallContent

log = structlog.get_logger(__name__)

# One lock for every reservation of an installation: what is added up stays true until it is written.
_LOCK: Final = 7_310_468_201
_TURN: Final = Statement("SELECT pg_advisory_xact_lock(%(lock)s)")
# A worker's job ends long before this; nobody settles its calls any more.
STALE_AFTER: Final = dt.timedelta(minutes=15)


def reserve(outgoing: Outgoing, *, payer: Payer) -> ModelCall:
    """Write the call down, set its highest possible cost aside, and claim the essays in it.

    Workers that race reserve one after the other, so that together they never exceed a limit, and never ask
    about the same words at the same time.

    Raises:
        BudgetExceeded, BeingAsked, LeaseLost: and writes nothing; for the last, another attempt of the job has begun.
    """
    fingerprints = [answer.fingerprint for answer in outgoing.answers]
    with transaction.atomic():
        standing = _in_turn(fingerprints, payer, reading=outgoing.reading)
        standing.ensure_free(job_id=payer.job_id, seen=outgoing.seen)
        limits.check(outgoing.highest_microcents, payer.assessment_id, month=_month(standing.now))
        call = _row(outgoing, payer, standing.now)
        _write([(call, outgoing)], standing)
    return call


def reserve_together(made: Sequence[Outgoing], *, payer: Payer) -> list[ModelCall | None]:
    """Do as `reserve` for first readings that go side by side, in one transaction; return None for the others.

    Those are calls over an essay that is being asked about, or was answered meanwhile, and all from the first on that
    does not fit into a limit while the ones before it stand at their highest cost.
    """
    fingerprints = [[answer.fingerprint for answer in outgoing.answers] for outgoing in made]
    with transaction.atomic():
        standing = _in_turn([one for own in fingerprints for one in own], payer, reading=1)
        room = BudgetHeadroom(_month(standing.now), [payer.assessment_id])
        taken = standing.not_free(job_id=payer.job_id)
        calls: list[ModelCall | None] = []
        for outgoing, own in zip(made, fingerprints, strict=True):
            is_free = taken.isdisjoint(own)
            if is_free and not room.take(outgoing.highest_microcents, payer.assessment_id):
                break
            taken.update(own)
            calls.append(_row(outgoing, payer, standing.now) if is_free else None)
        calls += [None] * (len(made) - len(calls))
        _write([(call, outgoing) for call, outgoing in zip(calls, made, strict=True) if call], standing)
    return calls


def _in_turn(fingerprints: Sequence[str], payer: Payer, *, reading: int) -> ClaimStatus:
    """Hold off other reservations until the transaction ends, and see in the same round trip how things stand then.

    Once another attempt has begun nobody asks about essays any more; what an earlier one has reserved is given up.
    """
    turn = _TURN.read(lock=_LOCK)
    attempt = (payer.job_id, payer.attempt) if fingerprints and payer.job_id else None
    later = [latest_read(*attempt)] if attempt else []
    with prefetched(turn, *claims.standing_reads(fingerprints, reading=reading), *later):
        turn.rows()
        if attempt:
            ensure_latest(*attempt)
        standing = claims.standing(fingerprints, reading=reading)
    if attempt:
        abandon_earlier(payer)
    return standing


def _write(written: Sequence[tuple[ModelCall, Outgoing]], standing: ClaimStatus) -> None:
    """Write down calls with what they carry, and claim it."""
    contents = [content for call, outgoing in written for content in _contents(call, outgoing)]
    carried = [(call, [answer.fingerprint for answer in outgoing.answers]) for call, outgoing in written]
    insert_rows([call for call, _ in written], contents, claims.renewed(carried, standing=standing))


def reserve_all(made: Sequence[tuple[Outgoing, Payer]], *, batch: ModelBatch) -> list[ModelCall]:
    """Write down the calls of a batch that fit into the limits, in their order; return those.

    The caller's transaction holds off other reservations until it ends, so it ends soon. Nothing is claimed:
    nobody waits a day for an answer.
    """
    now = _in_turn([], Payer(None), reading=1).now
    room = BudgetHeadroom(_month(now), [payer.assessment_id for _, payer in made])
    calls, contents = [], []
    for outgoing, payer in made:
        if not room.take(outgoing.highest_microcents, payer.assessment_id):
            continue
        call = _row(outgoing, payer, now)
        call.batch = batch
        calls.append(call)
        contents += _contents(call, outgoing)
    ModelCall.objects.bulk_create(calls)
    ModelCallContent.objects.bulk_create(contents)
    return calls


def ensure_month_has_room() -> None:
    """Raise BudgetExceeded if the budget of the month is used up."""
    limits.check(1, None, month=_month(database_now()))


def note(outgoing: Outgoing, came_of_it: ChatReply | ProviderError, *, latency_ms: int) -> None:
    """Write down a call that is over and belongs to no assessment; it counts against the month whatever the limits."""
    with transaction.atomic():
        call = _row(outgoing, Payer(None), database_now())
        call.save(force_insert=True)
        ModelCallContent.objects.bulk_create(_contents(call, outgoing))
        if isinstance(came_of_it, ProviderError):
            settle_failure(call, came_of_it.kind, latency_ms=latency_ms)
        else:
            settle(call, came_of_it)


def settle(call: ModelCall, reply: ChatReply, *, outcome: str = ANSWERED) -> bool:
    """Write down a reply and its cost, and whether that was news; ``outcome`` says if it turned out to be of no use.

    A reply without a known price counts with what was reserved for it.
    """
    settled = settling.settle(
        call.pk,
        outcome=outcome,
        answered_model=reply.model[:64],
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        latency_ms=reply.latency_ms,
        cost_microcents=reply.cost_microcents if reply.price_known else call.reserved_microcents,
        cost_is_estimate=not (reply.price_known and reply.usage_reported),
        reply=_storable(reply.content),
    )
    if not settled:
        log.warning("model_call_settled_late", call_id=str(call.pk))
    return settled


def settle_embedding(call: ModelCall, reply: EmbeddingReply) -> None:
    """Write down what embedding texts took; the vectors are kept elsewhere."""
    settling.settle(
        call.pk,
        outcome=ANSWERED,
        input_tokens=reply.input_tokens,
        output_tokens=0,
        latency_ms=reply.latency_ms,
        cost_microcents=reply.cost_microcents if reply.price_known else call.reserved_microcents,
        cost_is_estimate=not (reply.price_known and reply.usage_reported),
    )


def settle_failure(call: ModelCall, kind: FailureKind, *, latency_ms: int) -> None:
    """Write down that a call brought no reply.

    Where the provider may have worked for it, what was reserved counts as spent.
    """
    charged = kind in MAYBE_CHARGED
    settling.settle(
        call.pk,
        outcome=kind,
        latency_ms=latency_ms,
        cost_microcents=call.reserved_microcents if charged else 0,
        cost_is_estimate=charged,
    )


def abandon(call: ModelCall) -> None:
    """Settle a call whose answer is lost, at what was reserved."""
    _abandon(ModelCall.objects.filter(pk=call.pk))


def abandon_earlier(payer: Payer) -> int:
    """Settle what earlier attempts of the payer's job left open, at what was reserved; return how many.

    Their workers are dead or have lost the job, so nobody else will.
    """
    if payer.job_id is None or payer.attempt == 1:
        return 0
    left = _abandon(ModelCall.objects.filter(job_id=payer.job_id, attempt__lt=payer.attempt))
    if left:
        log.warning("model_calls_abandoned", calls=left)
    return left


def abandon_stale(*, now: dt.datetime) -> int:
    """Settle calls that nobody can still be waiting for, at what was reserved; return how many.

    Whoever made them died and was not followed by another attempt. A batch settles its own.
    """
    return _abandon(ModelCall.objects.filter(batch=None, started_at__lt=now - STALE_AFTER))


# The provider may have read the prompt, and may have written something, before this became of the call.
MAYBE_CHARGED: Final[frozenset[FailureKind]] = frozenset(
    {"timeout", "connection", "refusal", "truncated", "empty", "bad_reply", "too_large"}
)


def _abandon(calls: QuerySet[ModelCall]) -> int:
    with transaction.atomic():
        left = list(
            calls.filter(state=CallState.RESERVED)
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)
        )
        if not left:
            return 0
        ModelCall.objects.filter(pk__in=left).update(
            state=CallState.SETTLED,
            outcome=ABANDONED,
            cost_microcents=F("reserved_microcents"),
            cost_is_estimate=True,
            settled_at=database_now(),
        )
        claims.release(left)
    return len(left)


def _row(outgoing: Outgoing, payer: Payer, now: dt.datetime) -> ModelCall:
    return ModelCall(
        assessment_id=payer.assessment_id,
        person_id=payer.person_id,
        purpose=outgoing.purpose,
        reading=outgoing.reading,
        provider=outgoing.provider,
        host=outgoing.host,
        model=outgoing.model,
        prompt_version=outgoing.prompt_version,
        prompt_sha256=outgoing.prompt_sha256,
        texts=outgoing.texts,
        input_sha256=input_sha256(outgoing.prompt),
        job_id=payer.job_id,
        attempt=payer.attempt,
        correlation_id=payer.correlation_id[:64],
        month=_month(now),
        reserved_microcents=outgoing.highest_microcents,
        started_at=now,
    )


def _contents(call: ModelCall, outgoing: Outgoing) -> list[ModelCallContent]:
    if outgoing.texts is not None:
        return []
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


def input_sha256(prompt: str) -> str:
    """Return the hash under which a call keeps what was sent."""
    return hashlib.sha256(prompt.encode("utf-8", "replace")).hexdigest()


def _month(now: dt.datetime) -> dt.date:
    return now.astimezone(dt.UTC).date().replace(day=1)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
