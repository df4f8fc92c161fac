"""A prepared call as the ledger takes it, and as it is when that has it."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from microcred.ai import providers
from scoring.calls.limits import assessment_limit, month_limit
from scoring.calls.outgoing import Outgoing, SentAnswer
from scoring.enums import CallPurpose
from scoring.essays.judge import ModelJudge, PreparedCall
from scoring.essays.task import EssayTask
from scoring.models import ModelCall

# The essays of one call, by question and words.
Together = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reserved:
    """A call that is written down and not made yet."""

    prepared: PreparedCall
    row: ModelCall


def together(tasks: Sequence[EssayTask]) -> Together:
    """Return what a call over these essays is known by within a job."""
    return tuple((task.question_id, task.answer) for task in tasks)


def outgoing(
    judge: ModelJudge,
    prepared: PreparedCall,
    *,
    provider: str,
    model: str,
    snapshots: Sequence[uuid.UUID],
    purpose: CallPurpose,
    reading: int = 1,
    seen: frozenset[uuid.UUID] = frozenset(),
    share: Decimal = Decimal(1),
) -> Outgoing:
    """Return a prepared call as the ledger takes it, at ``share`` of the price; ``snapshots`` are its questions'."""
    prompt = prepared.prompt
    everything = prompt.system + prompt.user + json.dumps(prepared.schema)
    highest = providers.highest_chat_cost(
        model,
        sent=everything,
        max_tokens=prepared.max_tokens,
        assume_price=bool(month_limit() or assessment_limit()),
        share=share,
    )
    return Outgoing(
        purpose=purpose,
        reading=reading,
        provider=provider,
        host=providers.chat_host(),
        model=model,
        prompt_version=prompt.version,
        prompt_sha256=judge.instructions.sha256,
        prompt=prompt.user,
        answers=_answers(judge, prepared, snapshots),
        highest_microcents=highest,
        seen=seen,
    )


def _answers(judge: ModelJudge, prepared: PreparedCall, snapshots: Sequence[uuid.UUID]) -> list[SentAnswer]:
    parts = zip(prepared.tasks, prepared.prompt.labels, prepared.redacted, snapshots, strict=True)
    return [
        SentAnswer(
            snapshot_id=snapshot,
            label=label,
            fingerprint=judge.fingerprint(task),
            text=redacted.text,
            replaced=redacted.counts(),
        )
        for task, label, redacted, snapshot in parts
    ]
