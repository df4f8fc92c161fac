"""The ledger rows that scores rest on, with the texts that were sent and came back, as long as they are kept."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from assessments import queries as assessments
from scoring.calls.writer import Writer
from scoring.enums import CallContent
from scoring.essays.judge import ModelJudge
from scoring.essays.prompt import AVAILABLE
from scoring.essays.task import EssayTask
from scoring.models import ModelCall, ModelCallContent
from scoring.replay.recorded import RecordedModel

# What a settled row says; the database refuses to change any of it.
_ROW = (
    "assessment_id", "purpose", "reading", "provider", "host", "model", "prompt_version", "prompt_sha256",
    "input_sha256", "job_id", "attempt", "month", "reserved_microcents", "started_at", "state", "outcome",
    "answered_model", "input_tokens", "output_tokens", "latency_ms", "cost_microcents", "cost_is_estimate",
    "settled_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredCall:
    """One call: its ledger ``row`` as JSON values, the prompt and the reply word for word, and by label what was
    sent of each essay. The texts are None where they are erased."""

    call_id: uuid.UUID
    assessment_id: uuid.UUID | None
    row: Mapping[str, str | None]
    prompt: str | None
    reply: str | None
    sent: Mapping[str, ModelCallContent]

    @property
    def is_erased(self) -> bool:
        """Whether what was sent and came back is gone."""
        return self.reply is None or not self.sent

    def label_of(self, task: EssayTask, snapshot_id: uuid.UUID, writer: Writer) -> str | None:
        """Return what an essay is called in this call, which may have been made for another assessment."""
        own = [label for label, sent in self.sent.items() if sent.question_snapshot_id == snapshot_id]
        if own or len(self.sent) == 1:
            return next(iter(own or self.sent))
        instructions = AVAILABLE.get(str(self.row["prompt_version"]))
        if instructions is None:
            return None
        model = RecordedModel(str(self.row["provider"]), str(self.row["model"]))
        fingerprint = ModelJudge(model, redact=writer.redacted, instructions=instructions).fingerprint(task)
        return next((label for label, sent in self.sent.items() if sent.fingerprint == fingerprint), None)


def stored_calls(call_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, StoredCall]:
    """Return the calls that are (still) in the ledger, by id; two queries."""
    if not call_ids:
        return {}
    rows = ModelCall.objects.filter(pk__in=call_ids).prefetch_related("contents").order_by()
    return {row.pk: _stored(row, list(row.contents.all())) for row in rows}


def is_owner_erased(assessment_id: uuid.UUID | None) -> bool:
    """Whether the assessment that a call was made for is gone, and the call with it."""
    return assessment_id is None or not assessments.exists(assessment_id)


def _stored(row: ModelCall, contents: list[ModelCallContent]) -> StoredCall:
    texts = {content.kind: content.text for content in contents}
    return StoredCall(
        call_id=row.pk,
        assessment_id=row.assessment_id,
        row={name: _text(getattr(row, name)) for name in _ROW},
        prompt=texts.get(CallContent.PROMPT),
        reply=texts.get(CallContent.REPLY),
        sent={content.label: content for content in contents if content.kind == CallContent.ANSWER},
    )


def _text(value: Any) -> str | None:
    return None if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
