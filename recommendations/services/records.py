"""Writing decision records."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.db import connection

from ops import audit
from recommendations.chain import FIRST, digest, keyed, linked
from recommendations.drafts import Draft
from recommendations.models import DecisionRecord, EmbeddingArtifact, Recommendation
from scoring import queries as scoring
from scoring.queries import QuestionResult

FORMAT: Final = 1
RECORDED: Final = "decision.recorded"
# Held until the transaction ends: records are numbered without gaps, one at a time.
_LOCK: Final = 0x6D63_7265_636F_7264


def append(recommendation: Recommendation, draft: Draft, *, now: dt.datetime) -> DecisionRecord:
    """Append the record of a run, in the transaction that stores the run.

    The number and hash are also noted in the audit trail, so that records cut off the end are missed.
    """
    body = _body(recommendation, draft)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = DecisionRecord.objects.order_by("-sequence").first()
    link = linked(
        sequence=last.sequence + 1 if last else 1,
        made_at=now.astimezone(dt.UTC).isoformat(),
        assessment_id=str(recommendation.assessment_id),
        body=body,
        previous=last.digest if last else FIRST,
    )
    record = DecisionRecord.objects.create(
        sequence=link.sequence,
        assessment_id=recommendation.assessment_id,
        recommendation_id=recommendation.pk,
        body=link.body,
        previous=link.previous,
        digest=link.digest,
        made_at=now,
    )
    audit.record(
        by=None, action=RECORDED, resource_type="decision_record", resource_id=record.pk,
        metadata={"sequence": record.sequence, "digest": record.digest},
    )  # fmt: skip
    return record


def _body(recommendation: Recommendation, draft: Draft) -> dict[str, Any]:
    newest = scoring.next_run(recommendation.assessment_id) - 1
    rests_on = draft.parameters.get("profile_run", newest)
    results = scoring.question_results(recommendation.assessment_id)
    return {
        "format": FORMAT,
        "recommendation": str(recommendation.pk),
        "run": recommendation.run,
        "status": str(recommendation.status),
        "missing": sorted(recommendation.missing),
        # Scores may have moved on since the profile was drawn; then another run follows.
        "profile_run": rests_on if rests_on == newest else None,
        "questions": [question_facts(result) for result in results],
        "inputs": dict(draft.inputs),
        "passages": _passages(draft),
    }


def question_facts(result: QuestionResult) -> dict[str, Any]:
    """Return what a record says of one question: ids and scores as they are, all content by hash."""
    asked = result.question
    frozen = [asked.prompt, asked.choices, dict(asked.answer_format), dict(asked.rules), dict(asked.rubric)]
    return {
        "snapshot": str(asked.snapshot_id),
        "question": str(asked.question_id),
        "type": asked.question_type,
        "version": asked.version,
        "content": digest(
            [*frozen, str(asked.weight), [[skill, str(weight)] for skill, weight in asked.skills]]
        ),
        "rubric": digest(dict(asked.rubric)),
        "response": str(asked.response_id) if asked.response_id else None,
        "answer": answer_hash(asked.answer),
        "rule": _rule(result),
        "override": _override(result),
        "essay": _essay(result),
    }


def answer_hash(answer: Any) -> str | None:
    """Return the keyed hash that stands for an answer; None where there is none."""
    return None if answer is None else keyed(answer, settings.RECORD_HASH_KEY)


def _rule(result: QuestionResult) -> dict[str, Any] | None:
    row = result.rule_score
    if row is None:
        return None
    return {
        "id": str(row.pk),
        "engine": row.engine_version,
        "score": str(row.score),
        "maximum": str(row.maximum),
        "key_version": _text(row.question_version_id),
    }


def _override(result: QuestionResult) -> dict[str, Any] | None:
    row = result.override
    return {"id": str(row.pk), "score": str(row.score), "maximum": str(row.maximum)} if row else None


def _essay(result: QuestionResult) -> dict[str, Any] | None:
    row = result.essay_score
    if row is None:
        return None
    return {
        "id": str(row.pk),
        "source": str(row.source),
        "outcome": str(row.outcome),
        "provider": row.provider,
        "model": row.model,
        "prompt": row.prompt_version,
        "rubric_version": _text(row.question_version_id),
        "reply": keyed(row.response_payload, settings.RECORD_HASH_KEY),
        "score": _text(row.score),
        "scored_weight": str(row.scored_weight),
        "maximum": str(row.maximum),
        "marks": [
            [mark.criterion_key, mark.level_id, str(mark.status), _text(mark.points), str(mark.weight)]
            for mark in result.marks
        ],
    }


def _passages(draft: Draft) -> dict[str, str]:
    """The content hash of every passage shown, by the id of its vector."""
    ids: Iterable[uuid.UUID] = {passage.artifact_id for item in draft.items for passage in item.passages}
    rows = EmbeddingArtifact.objects.filter(pk__in=ids).values_list("pk", "content_hash")
    return {str(key): content for key, content in rows}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
