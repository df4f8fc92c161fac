"""Answers of paid calls that the provider keeps: their names are written down while the call is under way, and whoever
does the job of a process that died fetches them instead of paying again."""

import structlog
from django.db import InterfaceError, OperationalError, connection

from microcred.ai import providers
from microcred.ai.base import ProviderError
from scoring.calls import ledger
from scoring.calls.outgoing import Payer
from scoring.enums import CallContent, CallState
from scoring.models import ModelCall

log = structlog.get_logger(__name__)


def note(call: ModelCall, kept_as: str) -> None:
    """Write down under which name the answer of a call is kept. Without a database the call goes on all the same."""
    try:
        ModelCall.objects.filter(pk=call.pk, state=CallState.RESERVED, kept_as="").update(kept_as=kept_as)
    except (OperationalError, InterfaceError) as error:
        if connection.in_atomic_block:
            raise
        log.warning("kept_answer_not_noted", call_id=str(call.pk), error=type(error).__name__)
        connection.close()


def take_over(payer: Payer, *, is_last_attempt: bool) -> int:
    """Settle what earlier attempts of the payer's job left open; return how many answers were fetched.

    What the provider keeps is fetched, and can be read like any reply that was paid for; the rest is settled at what
    was reserved for it.

    Raises:
        ProviderError: a retryable one, where the provider could not be asked; at the last attempt its answers are given
            up instead.
    """
    fetched = 0
    for call in _left(payer):
        try:
            fetched += _fetch(call)
        except ProviderError as error:
            if error.retryable and error.kind != "server" and not is_last_attempt:
                raise
            log.warning("kept_answer_lost", call_id=str(call.pk), kind=error.kind)
    ledger.abandon_earlier(payer)
    return fetched


def _left(payer: Payer) -> list[ModelCall]:
    """The calls of earlier attempts whose answers are kept where answers are asked for now."""
    if payer.job_id is None or providers.chat_model() is None:
        return []
    calls = ModelCall.objects.filter(
        job_id=payer.job_id, attempt__lt=payer.attempt, state=CallState.RESERVED, host=providers.chat_host()
    )
    return list(calls.exclude(kept_as="").prefetch_related("contents").order_by("pk"))


def _fetch(call: ModelCall) -> bool:
    sent = sum(len(row.text) for row in call.contents.all() if row.kind == CallContent.PROMPT)
    reply = providers.kept_answer(call.kept_as, model=call.model, task=call.purpose, prompt_characters=sent)
    log.info("kept_answer_fetched", call_id=str(call.pk))
    return ledger.settle(call, reply)
