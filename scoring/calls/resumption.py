"""Answers of paid calls that the provider keeps: their names are written down while the call is under way, and whoever
goes on after a process that died, or after a wait that was too short, fetches them instead of paying again."""

import uuid
from collections.abc import Collection
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q

from microcred.ai import providers
from microcred.ai.base import ProviderError
from microcred.pipelining import PipelinedQuery, Statement
from scoring.calls import ledger
from scoring.calls.outgoing import Payer
from scoring.enums import CallContent, CallPurpose, CallState
from scoring.models import ModelCall

log = structlog.get_logger(__name__)

# What ends the wait for an answer, and not the answer.
ENDS_THE_WAIT: Final = frozenset({"timeout", "connection"})
_LEFT: Final = Statement(f"""
SELECT 1 FROM model_calls
 WHERE assessment_id = %(assessment_id)s AND state = '{CallState.RESERVED}' AND kept_as <> ''
 LIMIT 1
""")  # noqa: S608 - constants only


def note(call: ModelCall, kept_as: str) -> None:
    """Write down under which name the answer of a call is kept. Without a database the call goes on all the same."""
    call.kept_as = kept_as
    try:
        ModelCall.objects.filter(pk=call.pk, state=CallState.RESERVED, kept_as="").update(kept_as=kept_as)
    except (OperationalError, InterfaceError) as error:
        if connection.in_atomic_block:
            raise
        log.warning("kept_answer_not_noted", call_id=str(call.pk), error=type(error).__name__)
        connection.close()


def may_still_come(call: ModelCall, error: ProviderError) -> bool:
    """Whether an answer that was not heard can be fetched later; such a call stays open."""
    return bool(call.kept_as) and error.kind in ENDS_THE_WAIT


def resume_open_calls(payer: Payer, *, purposes: Collection[CallPurpose]) -> int:
    """Settle what was asked before for the payer's assessment and is open; return how many answers were fetched.

    What the provider keeps is fetched, and can be read like any reply that was paid for, whichever job asked; the rest
    of the payer's own job is settled at what was reserved for it.

    Raises:
        ProviderError: a retryable one, where the provider could not be asked or has not answered yet. Everything that
            is kept stays open then.
    """
    fetched = 0
    for call in _left(payer, purposes) if has_resumable_calls(payer.assessment_id) else ():
        try:
            fetched += _fetch(call)
        except ProviderError as error:
            # An answer that ended badly is retryable too, but not by fetching it again.
            if error.retryable and error.kind != "server":
                raise
            log.warning("kept_answer_lost", call_id=str(call.pk), kind=error.kind)
            ledger.abandon(call)
    ledger.abandon_earlier(payer)
    return fetched


def has_resumable_calls(assessment_id: uuid.UUID | None) -> bool:
    """Whether any call for this assessment is open whose answer is kept: under none, nothing is to be taken over."""
    return assessment_id is not None and bool(_LEFT.rows(assessment_id=assessment_id))


def left_read(assessment_id: uuid.UUID) -> PipelinedQuery[Any]:
    """Return what `has_resumable_calls` asks."""
    return _LEFT.read(assessment_id=assessment_id)


def _left(payer: Payer, purposes: Collection[CallPurpose]) -> list[ModelCall]:
    """The open calls of earlier attempts and jobs whose answers are kept where answers are asked for now."""
    if payer.job_id is None or payer.assessment_id is None or providers.chat_model() is None:
        return []
    calls = ModelCall.objects.filter(
        assessment_id=payer.assessment_id,
        purpose__in=purposes,
        state=CallState.RESERVED,
        host=providers.chat_host(),
    ).exclude(kept_as="")
    own_now = Q(job_id=payer.job_id, attempt__gte=payer.attempt)
    return list(calls.exclude(own_now).prefetch_related("contents").order_by("pk"))


def _fetch(call: ModelCall) -> bool:
    sent = sum(len(row.text) for row in call.contents.all() if row.kind == CallContent.PROMPT)
    reply = providers.fetch_response(
        call.kept_as, model=call.model, task=call.purpose, prompt_characters=sent
    )
    log.info("kept_answer_fetched", call_id=str(call.pk))
    return ledger.settle(call, reply)
