"""Calls and replies for tests of the ledger."""

import uuid
from typing import Any

from assessments.models import Assessment
from microcred.ai.base import ChatReply
from scoring.calls.ledger import Outgoing, Payer, SentAnswer
from scoring.enums import CallPurpose

CENT = 1_000_000
# What is different about a call that embeds.
EMBEDDING = {"purpose": CallPurpose.EMBEDDING, "prompt_version": "", "prompt_sha256": "", "texts": 1}


def outgoing(cost: int = CENT, **changes: Any) -> Outgoing:
    """A call that may cost so much."""
    return Outgoing(
        **{
            "purpose": CallPurpose.SCORING,
            "reading": 1,
            "provider": "openai",
            "host": "models.example.org",
            "model": "model-1",
            "prompt_version": "essay-1@0123456789ab",
            "prompt_sha256": "a" * 64,
            "prompt": "what was sent",
            "answers": [],
            "highest_microcents": cost,
            **changes,
        }
    )


def reply(cost: int = 400, **changes: Any) -> ChatReply:
    """What came back."""
    return ChatReply(
        **{
            "content": '{"e1": {}}',
            "model": "model-1-2024",
            "input_tokens": 120,
            "output_tokens": 30,
            "latency_ms": 700,
            "cost_microcents": cost,
            "finish_reason": "stop",
            **changes,
        }
    )


def answer_of(assessment: Assessment, fingerprint: str = "f" * 64, label: str = "e1") -> SentAnswer:
    """The assessment's essay as it would be sent."""
    snapshot = assessment.snapshots.get(question_type="essay")
    return SentAnswer(snapshot.pk, label, fingerprint, "the essay")


def payer(assessment: Assessment, *, attempt: int = 1) -> Payer:
    """The first job of an assessment."""
    return Payer(assessment.pk, uuid.UUID(int=1), attempt, "request-7")
