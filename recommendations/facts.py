"""What a decision record says of a question, of the calls behind its score, and of what was shown: ids and figures as
they are, all content by hash.

Content is hashed under a key: an answer, or the key of a question with four choices, could be found from a plain hash
by trying all.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.conf import settings

from catalog import queries as catalog
from recommendations.chain import keyed
from recommendations.models import RagTrace, Recommendation, RecommendationItem, RecommendationOverride
from scoring import queries as scoring
from scoring.queries import QuestionResult
from scoring.replay import StoredCall, Writer, scorer_behind, stored_calls, task_of

# What is gone of a call when its texts are erased.
TEXTS: Final = ("prompt", "sent", "reply")


def hashed(content: Any) -> str | None:
    """Return the keyed hash that stands for some content; None where there is none."""
    return None if content is None else keyed(content, settings.RECORD_HASH_KEY)


def calls_behind(results: Iterable[QuestionResult]) -> dict[uuid.UUID, StoredCall]:
    """Return the calls that the essay scores among these outcomes rest on, by id."""
    return stored_calls([call_id for result in results for call_id in _call_ids(result)])


def question_facts(
    result: QuestionResult, *, calls: Mapping[uuid.UUID, StoredCall], writer: Writer | None
) -> dict[str, Any]:
    """Return what a record says of one question; only calls are read with the ``writer``."""
    asked = result.question
    return {
        "snapshot": str(asked.snapshot_id),
        "question": str(asked.question_id),
        "position": asked.position,
        "type": asked.question_type,
        "version": asked.version,
        "content": {
            "prompt": hashed(asked.prompt),
            "choices": hashed(asked.choices),
            "answer format": hashed(dict(asked.answer_format)),
            "rules": hashed(dict(asked.rules)),
            "weight": str(asked.weight),
            "skills": hashed([[skill, str(weight)] for skill, weight in asked.skills]),
        },
        "rubric": _rubric(asked.rubric),
        "response": _text(asked.response_id),
        "answer": hashed(asked.answer),
        "rule": _rule(result),
        "override": _override(result),
        "essay": _essay(result, calls, writer),
        "result": standing(result),
    }


def standing(result: QuestionResult) -> dict[str, Any]:
    """Return the score that counts, who or what gave it, and out of how much."""
    return {
        "status": str(result.status),
        "score": _text(result.score),
        "maximum": str(result.maximum),
        "by": _text(scoring.scored_by(result)),
    }


def call_facts(call: StoredCall, label: str) -> dict[str, Any]:
    """Return what a record says of a call; ``label`` is what the essay is called in it."""
    sent = call.sent.get(label)
    return {
        "call": str(call.call_id),
        "label": label,
        "assessment": _text(call.assessment_id),
        **{
            name: call.row[name]
            for name in ("reading", "provider", "model", "prompt_version", "input_sha256")
        },
        "asked_at": call.row["started_at"],
        "row": hashed(dict(call.row)),
        "prompt": hashed(call.prompt),
        "sent": hashed(sent.text if sent else None),
        "reply": hashed(call.reply),
    }


def changed_in_call(was: Mapping[str, Any], stored: StoredCall) -> tuple[list[str], bool]:
    """Return which facts of a call are not as a record says, and whether all texts of the call are erased, which is
    no change."""
    now = call_facts(stored, was["label"])
    is_erased = all(now[text] is None for text in TEXTS)
    left = TEXTS if is_erased else ()
    return [name for name in was if name not in left and was[name] != now[name]], is_erased


def stored_items(recommendation: Recommendation) -> list[tuple[RecommendationItem, Sequence[RagTrace]]]:
    """Return the stored items of a run, in order, each with its passages."""
    items = RecommendationItem.objects.filter(recommendation=recommendation).order_by("position")
    return [(item, list(item.traces.all())) for item in items.prefetch_related("traces")]


def shown_facts(
    recommendation: Recommendation, items: Sequence[tuple[RecommendationItem, Sequence[RagTrace]]]
) -> dict[str, Any]:
    """Return what the student was shown of a run: credentials in order, confidence and parts, texts and passages by
    hash. Numbers are those of the columns, to the last place."""
    return {
        "status": str(recommendation.status),
        "missing": sorted(recommendation.missing),
        "summary": hashed(recommendation.summary),
        "credentials": [str(item.credential_id) for item, _ in items],
        "items": {
            str(item.position): {
                "confidence": _text(item.confidence),
                "parts": item.parts and dict(item.parts),
                "text": hashed([item.title, item.rationale]),
                "passages": hashed(sorted(map(_passage, traces))),
            }
            for item, traces in items
        },
    }


def override_facts(row: RecommendationOverride) -> dict[str, Any]:
    """Return what a record says of what a person did to a list."""
    return {
        "id": str(row.pk),
        "of": str(row.overridden_id),
        "action": str(row.action),
        "credential": _text(row.credential_id),
        "by": str(row.made_by_id),
        "reason": hashed(row.reason),
    }


def _rubric(rubric: Mapping[str, Any]) -> dict[str, str | None]:
    """By criterion, and the rest by name, so that a difference can be named."""
    rest = {name: hashed(part) for name, part in rubric.items() if name != "criteria"}
    return {str(one["key"]): hashed(one) for one in rubric.get("criteria", [])} | rest


def _rule(result: QuestionResult) -> dict[str, Any] | None:
    row = result.rule_score
    if row is None:
        return None
    return {
        "id": str(row.pk),
        "engine": row.engine_version,
        "score": str(row.score),
        "maximum": str(row.maximum),
        "applied": hashed(row.rules_applied),
        "explanation": hashed([row.explanation, row.staff_explanation]),
        **_version(row.question_version_id),
    }


def _override(result: QuestionResult) -> dict[str, Any] | None:
    row = result.override
    if row is None:
        return None
    return {
        "id": str(row.pk),
        "score": str(row.score),
        "maximum": str(row.maximum),
        "by": str(row.scored_by_id),
        "reason": hashed(row.explanation),
    }


def _essay(
    result: QuestionResult, calls: Mapping[uuid.UUID, StoredCall], writer: Writer | None
) -> dict[str, Any] | None:
    row = result.essay_score
    if row is None:
        return None
    return {
        "id": str(row.pk),
        "run": row.run,
        "source": str(row.source),
        "outcome": str(row.outcome),
        "provider": row.provider,
        "model": row.model,
        "prompt_version": row.prompt_version,
        "edition": row.response_payload.get("edition"),
        "scorer": scorer_behind(row, result.question.question_id),
        "by": _text(row.scored_by_id),
        "reply": hashed(row.response_payload),
        "score": _text(row.score),
        "scored_weight": str(row.scored_weight),
        "maximum": str(row.maximum),
        "band": None if row.band_low is None else f"{row.band_low} to {row.band_high}",
        "uncertainty": row.uncertainty,
        "flags": sorted(row.flags),
        "marks": {mark.criterion_key: _mark(mark) for mark in result.marks},
        "calls": _calls(result, calls, writer),
        **_version(row.question_version_id),
    }


def _mark(mark: Any) -> dict[str, Any]:
    return {
        "level": mark.level_id,
        "status": str(mark.status),
        "points": _text(mark.points),
        "maximum": str(mark.maximum),
        "weight": str(mark.weight),
        "evidence": hashed([mark.reason, mark.quotes, mark.absence, mark.carried]),
    }


def _version(version_id: uuid.UUID | None) -> dict[str, str | None]:
    """The version of the question whose key or rubric counted, where it is not the one that was asked."""
    if version_id is None:
        return {}
    return {"version": str(version_id), "version content": hashed(catalog.version_content(version_id))}


def _calls(
    result: QuestionResult, calls: Mapping[uuid.UUID, StoredCall], writer: Writer | None
) -> list[dict[str, Any]]:
    """One for each reading, in order; those that are gone are left out."""
    kept = [calls[call_id] for call_id in _call_ids(result) if call_id in calls]
    task = task_of(result) if kept else None
    return [
        call_facts(call, label)
        for call in kept
        if task and writer and (label := call.label_of(task, result.question.snapshot_id, writer))
    ]


def _call_ids(result: QuestionResult) -> list[uuid.UUID]:
    payload = result.essay_score.response_payload if result.essay_score else {}
    return [uuid.UUID(call_id) for call_id in payload.get("model_calls", [])]


def _passage(trace: RagTrace) -> list[str]:
    place = [trace.source_uri, str(trace.start), str(trace.end)]
    return [str(trace.rank), *place, trace.snippet, str(trace.similarity), trace.provider, trace.model]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
