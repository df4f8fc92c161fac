"""Background work of conversations."""

import uuid

import structlog
from django.utils import timezone

from conversations import queries, services
from conversations.answering import NOTHING, UNAVAILABLE, AnsweringContext, Draft, Earlier
from conversations.answering import answer as answered
from conversations.enums import Outcome
from conversations.models import Turn
from microcred.ai import providers
from microcred.ai.base import ProviderError
from ops.jobs import Claim, RetryLater
from scoring.services import answers_model, writer_by

log = structlog.get_logger(__name__)


def answer(claim: Claim) -> None:
    """Answer a question; what fails for the moment is tried again."""
    turn = queries.to_answer(uuid.UUID(claim.payload["turn_id"]))
    if turn is None:
        return
    earlier = queries.earlier_turns(turn)
    draft = _answered(claim, turn, [_earlier(one) for one in earlier])
    follows = None if draft.follows is None else earlier[draft.follows].pk
    with claim.finish():
        services.keep(turn_id=turn.pk, draft=draft, follows=follows, now=timezone.now())


def give_up(claim: Claim) -> None:
    """Say that there is no answer, and hand the question to the advisor."""
    draft = Draft(Outcome.UNAVAILABLE, UNAVAILABLE, NOTHING, degraded=True)
    with claim.finish():
        services.keep(turn_id=uuid.UUID(claim.payload["turn_id"]), draft=draft, now=timezone.now())


def _earlier(turn: Turn) -> Earlier:
    cited = dict.fromkeys(uuid.UUID(one["credential_id"]) for one in turn.citations)
    return Earlier(turn.question, turn.answer, turn.topic, tuple(cited))


def _answered(claim: Claim, turn: Turn, earlier: list[Earlier]) -> Draft:
    person = turn.conversation.user
    writer = writer_by(person)
    try:
        means = AnsweringContext(
            embedder=providers.local_embedder(),
            model=answers_model(person, job_id=claim.job_id, attempt=claim.attempt),
            redacted=lambda text: writer.redacted(text).text,
        )
        return answered(turn.question, earlier, means)
    except ProviderError as error:
        raise RetryLater(error.kind, delay=error.wait(attempt=claim.attempt)) from error
