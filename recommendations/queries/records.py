"""Decision records in the words of those whom the results are about."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from accounts.policy import Permission, allows
from assessments import queries as assessments
from recommendations.fusion import WEIGHTS
from recommendations.models import DecisionRecord

# How the hash of a record is made, for those who check one by hand.
HASHED: Final = "SHA-256 of the canonical JSON of [number, made_at, assessment_id, body, previous]"


@dataclass(frozen=True, slots=True)
class CallMade:
    """A call to a model behind the score of an essay; the hashes cover what was sent and what came back."""

    call_id: uuid.UUID
    reading: int
    provider: str
    model: str
    prompt_version: str
    asked_at: dt.datetime
    sent_hash: str
    reply_hash: str


@dataclass(frozen=True, slots=True)
class QuestionUsed:
    """What the score of one question rests on; what does not apply is None.

    ``scored_by`` is rule, code, local, model or human. ``prompt_version`` and ``scorer_version`` belong to essays.
    ``rescored`` says that a later version of the question counted.
    """

    question_id: uuid.UUID
    position: int
    type: str
    version: str
    rescored: bool
    answer_hash: str | None
    status: str
    score: str | None
    maximum: str
    scored_by: str | None
    rule_version: str | None
    provider: str | None
    model: str | None
    prompt_version: str | None
    scorer_version: int | None
    band: str | None
    calls: tuple[CallMade, ...]


@dataclass(frozen=True, slots=True)
class RankingUsed:
    """What the recommendations rest on: the measured levels (0 to 5 by skill), the weights of the parts, the model of
    the embeddings with how many passages came near, the nearest of how many learners, and the credentials in order
    with their parts."""

    levels: Mapping[str, float]
    weights: Mapping[str, float]
    embedding_provider: str | None
    embedding_model: str | None
    passages: int
    neighbours: int
    learners: int
    credentials: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RecordOfResult:
    """What one result rests on. ``number`` is its place in the chain of all records, ``hash`` covers it and, through
    ``previous_hash``, every record before it; ``in_effect`` is the newest of an assessment."""

    number: int
    hash: str
    previous_hash: str
    made_at: dt.datetime
    run: int
    in_effect: bool
    missing: Sequence[str]
    questions: tuple[QuestionUsed, ...]
    ranking: RankingUsed


def records_of(*, by: User, assessment_id: uuid.UUID) -> list[RecordOfResult]:
    """Return the records of an assessment's results, the newest first; none before there is a result to see.

    No key, rubric or prompt is in them, nor a hash that would give one away.

    Raises:
        AssessmentMissing: if it is not there or not for the caller to see; the two look the same.
    """
    rows = _rows(by, assessment_id)
    bodies = [(row, json.loads(row.body)) for row in rows]
    return [_record(row, body, in_effect=row is rows[0]) for row, body in bodies if "shown" in body]


def exported_records(*, by: User, assessment_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return the records as they are chained, for staff to keep and check, the newest first.

    Raises:
        AssessmentMissing: for everybody else, and if it is not there or not in their sight.
    """
    if not allows(by, Permission.READ_STAFF_VIEW):
        raise assessments.AssessmentMissing("No such assessment.")
    return [
        {
            "number": row.sequence,
            "made_at": row.made_at.astimezone(dt.UTC).isoformat(),
            "assessment_id": str(row.assessment_id),
            "body": row.body,
            "previous": row.previous,
            "hash": row.digest,
            "hash_is": HASHED,
        }
        for row in _rows(by, assessment_id)
    ]


def _rows(by: User, assessment_id: uuid.UUID) -> list[DecisionRecord]:
    assessment = assessments.get_visible(by=by, assessment_id=assessment_id)
    if not allows(by, Permission.READ_RESULT):
        raise assessments.AssessmentMissing("No such assessment.")
    if assessments.is_hidden_from(by, assessment):
        return []
    return list(DecisionRecord.objects.filter(assessment_id=assessment_id).order_by("-sequence"))


def _record(row: DecisionRecord, body: Mapping[str, Any], *, in_effect: bool) -> RecordOfResult:
    return RecordOfResult(
        number=row.sequence,
        hash=row.digest,
        previous_hash=row.previous,
        made_at=row.made_at,
        run=body["run"],
        in_effect=in_effect,
        missing=body["shown"]["missing"],
        questions=tuple(_question(question) for question in body["questions"]),
        ranking=_ranking(body),
    )


def _question(question: Mapping[str, Any]) -> QuestionUsed:
    result, rule, essay = question["result"], question["rule"], question["essay"]
    counted = essay or rule or {}
    scorer = essay["scorer"] if essay else None
    return QuestionUsed(
        question_id=uuid.UUID(question["question"]),
        position=question["position"],
        type=question["type"],
        version=question["version"],
        rescored="version" in counted,
        answer_hash=question["answer"],
        status=result["status"],
        score=result["score"],
        maximum=result["maximum"],
        scored_by=result["by"],
        rule_version=rule["engine"] if rule else None,
        provider=essay["provider"] if essay else None,
        model=(essay["model"] or None) if essay else None,
        prompt_version=(essay["prompt_version"] or None) if essay else None,
        scorer_version=scorer["version"] if scorer else None,
        band=essay["band"] if essay else None,
        calls=tuple(_call(call) for call in essay["calls"]) if essay else (),
    )


def _call(call: Mapping[str, Any]) -> CallMade:
    return CallMade(
        call_id=uuid.UUID(call["call"]),
        reading=int(call["reading"]),
        provider=call["provider"],
        model=call["model"],
        prompt_version=call["prompt_version"],
        asked_at=dt.datetime.fromisoformat(call["asked_at"]),
        sent_hash=call["sent"] or "",
        reply_hash=call["reply"] or "",
    )


def _ranking(body: Mapping[str, Any]) -> RankingUsed:
    inputs: Mapping[str, Any] = body["inputs"]
    embedding, around = inputs.get("embedding") or {}, inputs.get("neighbours") or {}
    return RankingUsed(
        levels=inputs.get("levels", {}),
        weights=dict.fromkeys(WEIGHTS, 0.0) | inputs.get("weights", {}),
        embedding_provider=embedding.get("provider"),
        embedding_model=embedding.get("model"),
        passages=len(embedding.get("passages", ())),
        neighbours=around.get("size", 0),
        learners=around.get("learners", 0),
        credentials=_overridden(body) if "override" in body else _ranked(inputs, body["shown"]),
    )


def _ranked(inputs: Mapping[str, Any], shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "credential_id": one["credential"],
            "key": one["key"],
            "confidence": shown["items"][str(place)]["confidence"],
            "parts": one["parts"],
        }
        for place, one in enumerate(inputs.get("ranking", ()), start=1)
    ]


def _overridden(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The credentials as they stand since a person changed the list."""
    shown = body["shown"]
    return [
        {
            "credential_id": one,
            "key": body["keys"][one],
            "confidence": shown["items"][str(place)]["confidence"],
            "parts": shown["items"][str(place)]["parts"],
        }
        for place, one in enumerate(shown["credentials"], start=1)
    ]
