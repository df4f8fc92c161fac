"""Decision records replayed: does what they say still come out."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessments import queries as assessments
from microcred.errors import DomainError
from recommendations import ranking_replay
from recommendations.facts import (
    call_facts,
    changed_in_call,
    override_facts,
    question_facts,
    shown_facts,
    stored_items,
)
from recommendations.models import DecisionRecord, Recommendation, RecommendationOverride
from recommendations.services.records import FORMAT
from recommendations.stored_rows import CONTENT, absent, fact_differences, trace_of
from scoring import oversight
from scoring import queries as scoring
from scoring.queries import QuestionResult
from scoring.replay import (
    PROFILE_EDITION,
    Difference,
    StoredCall,
    Writer,
    compare,
    profile_again,
    replay_profile,
    replay_score,
    stored_calls,
    traced_results,
    writer_of,
)


@dataclass(frozen=True, slots=True)
class Move:
    """A score that was in effect when a record was made and is not any more, with the occasion on which it changed."""

    position: int
    was: str
    now: str
    why: str

    def __str__(self) -> str:
        return f"question {self.position}: {self.was} then, {self.now} now ({self.why})"


@dataclass(frozen=True, slots=True)
class ScoreComparison:
    """Points over what was scored: those in effect when a record was made, and those in effect now."""

    then: str
    now: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What replaying one record brought; ``standing`` is None where there is nothing to compare with any more.

    ``differences`` are about the rows that counted then. That other rows count now is no difference but a move.
    """

    sequence: int
    assessment_id: uuid.UUID
    run: int
    is_newest: bool
    differences: tuple[Difference, ...]
    standing: ScoreComparison | None = None

    @property
    def is_different(self) -> bool:
        """Whether anything came out otherwise; what is erased or has moved on is no difference."""
        return any(difference.kind == "different" for difference in self.differences)


def assessments_with_records() -> list[uuid.UUID]:
    """Return every assessment that has a record, in the order of their first."""
    rows = DecisionRecord.objects.order_by("sequence").values_list("assessment_id", flat=True)
    return list(dict.fromkeys(rows.iterator()))


def replay(assessment_id: uuid.UUID) -> list[Replay]:
    """Replay every record of an assessment, the oldest first, with no network and no model."""
    rows = list(DecisionRecord.objects.filter(assessment_id=assessment_id).order_by("sequence"))
    if not rows or not assessments.exists(assessment_id):
        return [_unread(row, Difference("erased", "assessment"), row is rows[-1]) for row in rows]
    writer, now = writer_of(assessment_id), scoring.question_results(assessment_id)
    return [_replay(row, writer, now, is_newest=row is rows[-1]) for row in rows]


def _replay(row: DecisionRecord, writer: Writer, now: Sequence[QuestionResult], *, is_newest: bool) -> Replay:
    body = json.loads(row.body)
    if body["format"] != FORMAT:
        written = Difference("moved_on", "record", f"format {body['format']}", f"format {FORMAT}")
        return _unread(row, written, is_newest)
    differences = (
        *_scores(row.assessment_id, body, writer),
        *_shown(row, body),
        *_override(row, body),
        *ranking_replay.replay(body["inputs"]),
    )
    return Replay(
        row.sequence, row.assessment_id, body["run"], is_newest, differences, _standing(row, body, now)
    )


def _unread(row: DecisionRecord, why: Difference, is_newest: bool) -> Replay:
    return Replay(row.sequence, row.assessment_id, json.loads(row.body)["run"], is_newest, (why,))


def _scores(assessment_id: uuid.UUID, body: Mapping[str, Any], writer: Writer) -> Iterator[Difference]:
    """Rows that are no longer what they were; scores and profile that come out otherwise from those that are."""
    questions = body["questions"]
    traces = [trace_of(question) for question in questions]
    results = traced_results(assessment_id, traces)
    calls = stored_calls({call.call_id for trace in traces for call in trace.calls})
    sound: list[QuestionResult] = []
    for question, trace, result in zip(questions, traces, results, strict=True):
        place = f"question {question['position']}"
        if result is None:
            yield absent(assessment_id, place)
            continue
        now = question_facts(result, calls=calls, writer=writer)
        yield from fact_differences(place, question, now)
        yield from _calls(assessment_id, place, question, calls)
        is_sound = all(question[part] == now[part] for part in CONTENT)
        try:
            yield from replay_score(result, trace, calls=calls, writer=writer)
        except (DomainError, LookupError, TypeError, ValueError) as error:
            if is_sound:
                raise
            # What was changed makes no sense to the rules any more.
            yield Difference(
                "different", f"{place}, score", "worked out", f"refused ({type(error).__name__})"
            )
        if is_sound:
            sound.append(result)
    if body["profile_run"] is not None and len(sound) == len(questions):
        yield from _profile(assessment_id, body, sound)


def _calls(
    assessment_id: uuid.UUID, place: str, question: Mapping[str, Any], calls: Mapping[uuid.UUID, StoredCall]
) -> Iterator[Difference]:
    """The calls behind an essay, as they are in the ledger now."""
    for was in (question["essay"] or {}).get("calls", ()):
        stored, name = calls.get(uuid.UUID(was["call"])), f"{place}, model call {was['call']}"
        if stored is None:
            yield absent(assessment_id, name)
            continue
        changed, is_erased = changed_in_call(was, stored)
        if is_erased:
            yield Difference("erased", name)
        now = call_facts(stored, was["label"])
        for part in changed:
            yield from compare(f"{name}, {part}", was[part], now[part])


def _profile(
    assessment_id: uuid.UUID, body: Mapping[str, Any], results: Sequence[QuestionResult]
) -> Iterator[Difference]:
    """The stored profile, and the levels that the ranking started from."""
    kind: Any = "different" if body["profile_edition"] == PROFILE_EDITION else "moved_on"
    yield from replay_profile(assessment_id, results, run=body["profile_run"], kind=kind)
    followed = scoring.corrections_of_run(assessment_id, body["profile_run"])
    again = profile_again(results, followed)
    for skill, level in body["inputs"].get("levels", {}).items():
        drawn = again.get(skill)
        yield from compare(f"levels, {skill}", level, float(drawn[0]) if drawn else None, kind=kind)


def _shown(row: DecisionRecord, body: Mapping[str, Any]) -> Iterator[Difference]:
    shown = Recommendation.objects.filter(pk=row.recommendation_id).first()
    if shown is None:
        yield absent(row.assessment_id, "recommendation")
        return
    was, now = body["shown"], shown_facts(shown, stored_items(shown))
    if was["credentials"] != now["credentials"]:
        yield from compare("recommended credentials", was["credentials"], now["credentials"])
        return
    yield from compare("recommendation", was, now)


def _override(row: DecisionRecord, body: Mapping[str, Any]) -> Iterator[Difference]:
    """What a person did to the list before, as it is stored now."""
    was = body.get("override")
    if was is None:
        return
    stored = RecommendationOverride.objects.filter(pk=was["id"]).first()
    if stored is None:
        yield absent(row.assessment_id, "override")
        return
    yield from compare("override", was, override_facts(stored))


def _standing(row: DecisionRecord, body: Mapping[str, Any], now: Sequence[QuestionResult]) -> ScoreComparison:
    """What was in effect then and is now, and what happened in between."""
    occasions = {
        change.question_snapshot_id: f"{change.kind} of {change.made_at:%Y-%m-%d}"
        for change in reversed(oversight.changes_of(row.assessment_id))
        if change.made_at >= row.made_at
    }
    by_snapshot = {str(result.question.snapshot_id): result for result in now}
    moves = []
    for question in body["questions"]:
        result = by_snapshot.get(question["snapshot"])
        before = _points(question["result"])
        after = _points({"score": result.score, "maximum": result.maximum}) if result else "erased"
        if result and before != after:
            why = occasions.get(result.question.snapshot_id, "scored later")
            moves.append(Move(question["position"], before, after, why))
    totals = scoring.totals(now)
    return ScoreComparison(
        _total(body["questions"]), f"{totals.score:.2f} of {totals.maximum:.2f}", tuple(moves)
    )


def _total(questions: Sequence[Mapping[str, Any]]) -> str:
    """Add the points as `scoring.queries.totals` does."""
    score = scored = Decimal(0)
    for question in questions:
        result, essay = question["result"], question["essay"]
        if result["status"] == "unscored" or result["score"] is None:
            continue
        score += Decimal(result["score"])
        scored += Decimal(essay["scored_weight"] if essay else result["maximum"])
    return f"{score:.2f} of {scored:.2f}"


def _points(result: Mapping[str, Any]) -> str:
    score = result["score"]
    return "no score" if score is None else f"{Decimal(score):.2f} of {Decimal(result['maximum']):.2f}"
