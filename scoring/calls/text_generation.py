"""Having the released model put something into words, in the ledger and under the limits of every paid call."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.locking import lock_if_present
from accounts.models import User
from accounts.personal_data import consents
from microcred.ai import providers
from microcred.ai.base import ChatModel, ChatReply, ProviderError
from microcred.ai.stored_responses import on_response_id
from scoring.calls import ledger, resumption
from scoring.calls.limits import BudgetExceeded, assessment_limit, month_limit
from scoring.calls.outgoing import ANSWERED, Outgoing, Payer
from scoring.calls.writer import writer_of
from scoring.enums import CallContent, CallPurpose
from scoring.models import ModelCall, ModelCallContent
from scoring.releasing import configured_scorer, released

TASK = "words"
ANSWERS = "answers"
SUMMARIES = "summaries"
PRACTICE = "practice"
PRACTICE_CHECK = "practice_check"


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What is asked: instructions by version and hash, the rest, and the schema of the reply."""

    version: str
    sha256: str
    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class GeneratedText:
    """What came back, and the call in the ledger that it came by."""

    content: str
    call_id: uuid.UUID
    model: str


class AccountedTextModel:
    """Asks for one assessment, one person or nobody; a reply that was paid for and is kept is read instead of asking
    the same again."""

    def __init__(
        self,
        chat: ChatModel,
        payer: Payer,
        *,
        purpose: CallPurpose = CallPurpose.WORDS,
        task: str = TASK,
        model: str = "",
    ) -> None:
        self._chat, self._payer, self._purpose, self._task = chat, payer, purpose, task
        self._model = model or chat.model

    def ask(self, wording: GenerationRequest) -> GeneratedText:
        """Return the reply.

        Raises:
            ProviderError: from the provider; of kind ``budget`` where there is no money left, of kind ``refusal`` where
                the person is being erased.
        """
        outgoing = self._outgoing(wording)
        if resumption.resume_open_calls(self._payer, purposes=[self._purpose]) and (
            known := self.recall(wording)
        ):
            return known
        call = self._reserved(outgoing)
        started = time.monotonic()
        try:
            reply = self._complete(wording, call)
        except ProviderError as error:
            ledger.settle_failure(call, error.kind, latency_ms=round((time.monotonic() - started) * 1000))
            raise
        ledger.settle(call, reply)
        return GeneratedText(reply.content, call.pk, reply.model)

    @transaction.atomic
    def _reserved(self, outgoing: Outgoing) -> ModelCall:
        """Write the call down; of somebody who is being erased meanwhile nothing is sent any more, nor kept."""
        if self._payer.person_id and not lock_if_present(self._payer.person_id):
            raise ProviderError("whose it is is being erased", retryable=False, kind="refusal")
        try:
            return ledger.reserve(outgoing, payer=self._payer)
        except BudgetExceeded as error:
            message = f"no money is left for words in the limit of the {error.limit}"
            raise ProviderError(message, retryable=False, kind="budget") from error

    def _complete(self, wording: GenerationRequest, call: ModelCall) -> ChatReply:
        with on_response_id(partial(resumption.note, call)):
            return self._chat.complete(
                system=wording.system,
                user=wording.user,
                schema_name=wording.schema_name,
                schema=wording.schema,
                task=self._task,
                max_tokens=wording.max_tokens,
            )

    def recall(self, wording: GenerationRequest) -> GeneratedText | None:
        """Return the reply to the very same that this assessment or person has paid for, if it is still kept."""
        whose: dict[str, Any] = {
            "call__assessment_id": self._payer.assessment_id,
            "call__person_id": self._payer.person_id,
        }
        rows = ModelCallContent.objects.filter(
            **whose,
            kind=CallContent.REPLY,
            call__purpose=self._purpose,
            call__outcome=ANSWERED,
            call__model=self._model,
            call__prompt_version=wording.version,
            call__input_sha256=ledger.input_sha256(wording.user),
        )
        row = rows.select_related("call").order_by("pk").first()
        return GeneratedText(row.text, row.call_id, row.call.answered_model) if row else None

    def _outgoing(self, wording: GenerationRequest) -> Outgoing:
        return Outgoing(
            purpose=self._purpose,
            reading=1,
            provider=self._chat.provider,
            host=providers.chat_host(),
            model=self._model,
            prompt_version=wording.version,
            prompt_sha256=wording.sha256,
            prompt=wording.user,
            answers=(),
            highest_microcents=providers.highest_chat_cost(
                self._model,
                sent=wording.system + wording.user + str(wording.schema),
                max_tokens=wording.max_tokens,
                assume_price=bool(month_limit() or assessment_limit()),
            ),
        )


def words_model(assessment_id: uuid.UUID, *, job_id: uuid.UUID, attempt: int) -> AccountedTextModel | None:
    """Return what puts the recommendations of an assessment into words, or None for templates.

    That is the model that scores, where one is released, words by model are not switched off, and the student lets a
    model see what is theirs. Only for workers.
    """
    # Without a model to score by there is no release of one, and nothing to look up.
    release = released() if settings.MODEL_WORDS and configured_scorer().kind == "model" else None
    chat = providers.chat_model(release.model) if release and release.kind == "model" else None
    if chat is None or not writer_of(assessment_id).model_scoring:
        return None
    return AccountedTextModel(chat, Payer(assessment_id=assessment_id, job_id=job_id, attempt=attempt))


def answers_model(person: User, *, job_id: uuid.UUID, attempt: int) -> AccountedTextModel | None:
    """Return what answers a person's questions, or None for passages alone.

    That is the model that the settings name, where there is a key, answers by model are not switched off, and the
    person lets a model see what is theirs. It scores nothing, so that no release is asked for. Only for workers.
    """
    if not settings.MODEL_ANSWERS or not consents.covers_questions(person):
        return None
    payer = Payer(assessment_id=None, job_id=job_id, attempt=attempt, person_id=person.pk)
    return _accounted(payer, CallPurpose.ANSWERS, ANSWERS)


def summaries_model(person: User, *, job_id: uuid.UUID, attempt: int) -> AccountedTextModel | None:
    """Return what writes the summary of a person's session with a tutor, or None for sentences that quote it.

    That is the model that the settings name, where there is a key, summaries by model are not switched off, and the
    person agreed to a text that speaks of sessions. Only for workers.
    """
    if not settings.MODEL_SUMMARIES or not consents.covers_sessions(person):
        return None
    payer = Payer(assessment_id=None, job_id=job_id, attempt=attempt, person_id=person.pk)
    return _accounted(payer, CallPurpose.SUMMARIES, SUMMARIES)


def trial_model(task: str) -> AccountedTextModel | None:
    """Return the model of a task, to be measured on texts of our own, which are nobody's; None without a key."""
    return _accounted(Payer(assessment_id=None), CallPurpose.GATE, task)


def practice_model(*, job_id: uuid.UUID, attempt: int, checks: bool = False) -> AccountedTextModel | None:
    """Return what writes items to practise with, or with ``checks`` what answers them blindly; None without a key.

    Nothing of anybody's is sent, so that nobody is asked. Only for workers.
    """
    payer = Payer(assessment_id=None, job_id=job_id, attempt=attempt)
    return _accounted(payer, CallPurpose.PRACTICE, PRACTICE_CHECK if checks else PRACTICE)


def _accounted(payer: Payer, purpose: CallPurpose, task: str) -> AccountedTextModel | None:
    chat = providers.chat_model()
    if chat is None:
        return None
    return AccountedTextModel(chat, payer, purpose=purpose, task=task, model=settings.AI_MODELS[task])
