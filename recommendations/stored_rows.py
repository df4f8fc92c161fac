"""The rows that a decision record names, held against what the record says of them."""

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from assessments import queries as assessments
from ops import erasure
from recommendations.facts import question_facts
from recommendations.models import DecisionRecord
from scoring.replay import (
    CallTrace,
    Difference,
    Trace,
    compare,
    traced_results,
)

CONTENT: Final = ("content", "rubric", "answer")
FACTS: Final = (*CONTENT, "rule", "override", "essay", "result")


def row_differences(row: DecisionRecord) -> Iterator[Difference]:
    """Yield every question, answer, score and mark behind a record that is not as the record says; nothing is worked
    out again, and the calls to a model are looked at elsewhere."""
    if not assessments.exists(row.assessment_id):
        return
    questions = json.loads(row.body)["questions"]
    results = traced_results(row.assessment_id, [trace_of(question) for question in questions])
    for question, result in zip(questions, results, strict=True):
        place = f"question {question['position']}"
        if result is None:
            yield absent(row.assessment_id, place)
        else:
            yield from fact_differences(place, question, question_facts(result, calls={}, writer=None))


def trace_of(question: Mapping[str, Any]) -> Trace:
    """Return the rows and calls that a record names for a question."""
    calls = (question["essay"] or {}).get("calls", ())
    return Trace(
        snapshot_id=uuid.UUID(question["snapshot"]),
        rule_score_id=_id(question["rule"]),
        override_id=_id(question["override"]),
        essay_score_id=_id(question["essay"]),
        calls=tuple(CallTrace(uuid.UUID(one["call"]), one["label"]) for one in calls),
    )


def fact_differences(place: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield what a question's rows say otherwise, the calls left out."""
    for fact in FACTS:
        yield from compare(f"{place}, {fact}", _without_calls(was[fact]), _without_calls(now[fact]))


def absent(assessment_id: uuid.UUID, what: str) -> Difference:
    """A row that is not there any more: erased if its student's data was, and otherwise lost or taken away."""
    student = assessments.subject(assessment_id).user_id
    if erasure.was_begun(subject_ids=[assessment_id, student]):
        return Difference("erased", what)
    return Difference("different", what, "stored", "missing")


def _without_calls(fact: Any) -> Any:
    return {name: part for name, part in fact.items() if name != "calls"} if isinstance(fact, dict) else fact


def _id(row: Mapping[str, Any] | None) -> uuid.UUID | None:
    return uuid.UUID(row["id"]) if row else None
