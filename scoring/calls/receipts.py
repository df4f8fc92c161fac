"""What was sent to a provider of an assessment's answers, for those it concerns to read."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accounts.models import User
from accounts.policy import Permission, allows
from assessments import queries as assessments
from assessments.queries import AssessmentMissing
from scoring.calls.ledger import MICROCENTS_A_CENT
from scoring.enums import CallContent, CallPurpose, CallState
from scoring.models import ModelCall, ModelCallContent

# The breaker kept the call back, or the provider never took its batch: nothing left.
NOT_SENT: Final = ("circuit_open", "not_sent")


@dataclass(frozen=True, slots=True)
class SentText:
    """A student's own answer as it was sent; ``replaced`` counts what was replaced, by kind."""

    question_id: uuid.UUID
    position: int
    text: str
    replaced: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One call: to whom, when, with which model, at what cost, and what of the student's it carried.

    ``facts`` is what a model was told that put recommendations into words: the student's levels and gaps, what is
    recommended and passages of the catalog. Nothing else of the prompts is here: rubrics' guidance and instructions
    are for staff. What was embedded is no answer of the student's, but skills and what is looked for about them.
    """

    call_id: uuid.UUID
    sent_at: dt.datetime
    purpose: str
    reading: int
    provider: str
    host: str
    model: str
    prompt_version: str
    outcome: str
    cost_cents: float
    cost_is_estimate: bool
    input_tokens: int | None
    output_tokens: int | None
    latency_ms: int | None
    answers: tuple[SentText, ...]
    facts: str
    is_erased: bool


def receipts(*, by: User, assessment_id: uuid.UUID) -> list[Receipt]:
    """Return a receipt for every call, oldest first, to the student and to staff in whose sight they are.

    Raises:
        AssessmentMissing: if it is not there or not for the caller to read; the two look the same.
    """
    assessment = assessments.get_visible(by=by, assessment_id=assessment_id)
    if assessment.user_id != by.pk and not allows(by, Permission.READ_STAFF_VIEW):
        raise AssessmentMissing("No such assessment.")
    return receipts_of(assessment_id)


def receipts_of(assessment_id: uuid.UUID) -> list[Receipt]:
    """Return a receipt for every call of an assessment, oldest first, whoever asks."""
    calls = (
        ModelCall.objects.filter(assessment_id=assessment_id)
        .exclude(outcome__in=NOT_SENT)
        .prefetch_related("contents__question_snapshot")
        .order_by("started_at", "pk")
    )
    return [_receipt(call, list(call.contents.all())) for call in calls]


def _receipt(call: ModelCall, contents: list[ModelCallContent]) -> Receipt:
    return Receipt(
        call_id=call.pk,
        sent_at=call.started_at,
        purpose=call.purpose,
        reading=call.reading,
        provider=call.provider,
        host=call.host,
        model=call.answered_model or call.model,
        prompt_version=call.prompt_version,
        outcome=call.outcome or "open",
        cost_cents=call.spent_microcents / MICROCENTS_A_CENT,
        cost_is_estimate=call.cost_is_estimate or call.state == CallState.RESERVED,
        input_tokens=call.input_tokens,
        output_tokens=call.output_tokens,
        latency_ms=call.latency_ms,
        answers=tuple(
            SentText(
                question_id=row.question_snapshot.question_id,
                position=row.question_snapshot.position,
                text=row.text,
                replaced=row.replaced,
            )
            for row in contents
            if row.kind == CallContent.ANSWER and row.question_snapshot
        ),
        facts=_facts(call, contents),
        is_erased=not contents and call.purpose != CallPurpose.EMBEDDING,
    )


def _facts(call: ModelCall, contents: list[ModelCallContent]) -> str:
    if call.purpose != CallPurpose.WORDS:
        return ""
    return "\n".join(row.text for row in contents if row.kind == CallContent.PROMPT)
