"""Decision records read back: is the chain whole, and does what they say still come out."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from assessments import queries as assessments
from ops import queries as ops
from recommendations import deciding
from recommendations.chain import Link, first_broken
from recommendations.models import DecisionRecord, Recommendation, RecommendationItem
from recommendations.services.records import RECORDED, question_facts
from scoring.queries import QuestionResult
from scoring.replay import Difference, Trace, replay_profile, replay_scores, traced_results

FACTS: Final = ("content", "rubric", "answer", "rule", "override", "essay")


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain of records is not as it was written."""

    sequence: int
    why: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What replaying one record brought."""

    assessment_id: uuid.UUID
    run: int
    differences: tuple[Difference, ...]

    @property
    def is_different(self) -> bool:
        """Whether anything came out otherwise; erased content is no difference."""
        return any(difference.kind == "different" for difference in self.differences)


def verify() -> tuple[int, Broken | None]:
    """Return how many records there are and the first that is not as it was written.

    The chain shows what was changed, removed from the middle, put in or swapped; the audit trail, which notes every
    record's hash, shows what was cut off the end or written anew.
    """
    broken = first_broken(_link(row) for row in DecisionRecord.objects.order_by("sequence").iterator())
    count = DecisionRecord.objects.count()
    if broken is not None:
        return count, Broken(*broken)
    written = dict(DecisionRecord.objects.values_list("sequence", "digest"))
    for sequence, digest in sorted(_noted()):
        if written.get(sequence) != digest:
            why = (
                "it is missing" if sequence not in written else "it is not the one that the audit trail notes"
            )
            return count, Broken(sequence, why)
    return count, None


def assessments_with_records() -> list[uuid.UUID]:
    """Return every assessment that has a record, in the order of their first."""
    rows = DecisionRecord.objects.order_by("sequence").values_list("assessment_id", flat=True)
    return list(dict.fromkeys(rows))


def replay(assessment_id: uuid.UUID) -> list[Replay]:
    """Replay every record of an assessment, with no network and no model."""
    rows = DecisionRecord.objects.filter(assessment_id=assessment_id).order_by("sequence")
    return [_replay(row) for row in rows]


def _replay(row: DecisionRecord) -> Replay:
    body = json.loads(row.body)
    if not assessments.exists(row.assessment_id):
        return Replay(row.assessment_id, body["run"], (Difference("erased", "assessment"),))
    differences = (
        *_scores(row.assessment_id, body),
        *_ranking(row.recommendation_id, body["inputs"]),
    )
    return Replay(row.assessment_id, body["run"], differences)


def _scores(assessment_id: uuid.UUID, body: Mapping[str, Any]) -> Iterator[Difference]:
    """Rows that are no longer what they were; scores and profile that come out otherwise from those that are."""
    questions = body["questions"]
    results = traced_results(assessment_id, [_trace(question) for question in questions])
    sound: list[QuestionResult] = []
    for place, (question, result) in enumerate(zip(questions, results, strict=True), start=1):
        if result is None:
            yield Difference("erased", f"question {place}")
            continue
        now = question_facts(result)
        for fact in FACTS:
            yield from _compare(f"question {place}, {fact}", question[fact], now[fact])
        if all(question[fact] == now[fact] for fact in ("content", "answer")):
            sound.append(result)
    yield from replay_scores(sound)
    if body["profile_run"] is not None and len(sound) == len(questions):
        yield from replay_profile(assessment_id, sound, run=body["profile_run"])


def _trace(question: Mapping[str, Any]) -> Trace:
    return Trace(
        snapshot_id=uuid.UUID(question["snapshot"]),
        rule_score_id=_id(question["rule"]),
        override_id=_id(question["override"]),
        essay_score_id=_id(question["essay"]),
    )


def _ranking(recommendation_id: uuid.UUID, inputs: Mapping[str, Any]) -> Iterator[Difference]:
    if not inputs:
        return
    if inputs["unavailable"] != ["recommendations"]:
        yield from _compare("needs", inputs["needs"], deciding.needs_again(inputs))
        yield from _compare("ranking", inputs["ranking"], deciding.ranking_again(inputs))
    if not Recommendation.objects.filter(pk=recommendation_id).exists():
        yield Difference("erased", "recommendation")
        return
    items = RecommendationItem.objects.filter(recommendation=recommendation_id).order_by("position")
    shown = [{"credential": str(item.credential_id), "parts": dict(item.parts)} for item in items]
    ranked = [{"credential": one["credential"], "parts": one["parts"]} for one in inputs["ranking"]]
    yield from _compare("recommended credentials", ranked, shown)


def _compare(what: str, was: Any, now: Any) -> Iterator[Difference]:
    if was != now:
        yield Difference("different", what, json.dumps(was)[:300], json.dumps(now)[:300])


def _id(row: Mapping[str, Any] | None) -> uuid.UUID | None:
    return uuid.UUID(row["id"]) if row else None


def _link(row: DecisionRecord) -> Link:
    made_at = row.made_at.astimezone(dt.UTC).isoformat()
    return Link(row.sequence, made_at, str(row.assessment_id), row.body, row.previous, row.digest)


def _noted() -> list[tuple[int, str]]:
    return [(facts["sequence"], facts["digest"]) for facts in ops.audited(RECORDED)]
