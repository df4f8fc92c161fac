"""A student's own answers with what came of them: no keys, no rules, nothing that is for staff."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from accounts.models import User
from assessments import queries as assessments
from catalog.answer_views import AnswerView, answer_view
from catalog.enums import QuestionType
from companion.charts import percent
from companion.highlight import Segment, Span, segments
from companion.student.result_forms import AppealForm
from companion.student.result_words import OUTCOMES, SCORERS, number, sureness
from companion.words import QUESTION_TYPES, Label
from scoring import oversight
from scoring.enums import AppealStatus, MarkStatus


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """What was decided about one criterion of an essay; ``label`` is what its quotes are marked with."""

    label: str
    name: str
    level: str
    reason: str
    quotes: tuple[str, ...]
    is_scored: bool


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A question with the student's answer and its score; ``essay`` stands in for ``answer`` where there is one.

    ``appeals`` are those made about it, ``form`` is there while another can be made, until ``appealable_until``.
    """

    question_id: str
    position: int
    prompt: str
    type_name: str
    is_answered: bool
    counts: bool
    outcome: Label
    points: str
    maximum: str
    score_width: str
    answer: AnswerView
    essay: tuple[Segment, ...]
    explanation: str
    feedback: str
    scored_by: str
    sureness: str
    band: tuple[str, str] | None
    criteria: tuple[CriterionLine, ...]
    appealable_until: dt.datetime | None
    appeals: tuple[Any, ...]
    form: forms.Form | None

    @property
    def place(self) -> str:
        """Where on the page it stands."""
        return place_of(self.position)


def place_of(position: int) -> str:
    """Return where on the page a question stands."""
    return f"question-{position}"


def answer_lines(
    body: Mapping[str, Any], *, by: User, typed: Mapping[str, forms.Form], now: dt.datetime
) -> tuple[AnswerLine, ...]:
    """Lay out the questions of a result of ``by``; ``typed`` are forms that were filled in, by their place."""
    assessment_id = uuid.UUID(body["assessment_id"])
    asked = {str(row.question_id): row for row in assessments.snapshots(assessment_id)}
    given = assessments.newest_responses(assessment_id)
    made: dict[str, list[Any]] = defaultdict(list)
    for appeal in oversight.appeals_visible_to(by).filter(assessment_id=assessment_id):
        made[str(appeal.question_snapshot.question_id)].append(appeal)
    lines = []
    for one in body["questions"]:
        row = asked[one["question_id"]]
        response = given.get(row.pk)
        answer = response.answer if response else None
        form = typed.get(place_of(one["position"])) or appeal_form(one, made[one["question_id"]], now=now)
        lines.append(_line(one, row.choices, answer, made[one["question_id"]], form))
    return tuple(lines)


def appeal_form(
    one: Mapping[str, Any], made: Sequence[Any], *, now: dt.datetime, data: Any = None
) -> AppealForm | None:
    """Return the form for an appeal about a question of a result, None where none can be made any more."""
    until = parse_datetime(one["appealable_until"] or "")
    waiting = {row.criterion_name for row in made if row.status == AppealStatus.OPEN}
    scored = [mark["name"] for mark in one["criteria"] if mark["status"] == MarkStatus.SCORED]
    room = [name for name in scored if name not in waiting]
    if until is None or until < now or (waiting and not room) or (one["criteria"] and not room):
        return None
    place = place_of(one["position"])
    return AppealForm(data, criteria=room, initial={"question_id": one["question_id"]}, auto_id=f"{place}-%s")


def _line(
    one: Mapping[str, Any],
    choices: Any,
    answer: Mapping[str, Any] | None,
    made: Sequence[Any],
    form: forms.Form | None,
) -> AnswerLine:
    marks, band = one["criteria"], one["band"]
    return AnswerLine(
        question_id=one["question_id"],
        position=one["position"],
        prompt=one["prompt"],
        type_name=QUESTION_TYPES[one["type"]],
        is_answered=answer is not None,
        counts=one["status"] != "unscored",
        outcome=OUTCOMES[one["status"]],
        points="–" if one["score"] is None else number(one["score"]),
        maximum=number(one["maximum"]),
        score_width=percent(one["score"] or 0, one["maximum"]),
        answer=answer_view(answer, choices, {}),
        essay=_essay(answer, marks) if one["type"] == QuestionType.ESSAY and answer else (),
        explanation=one["explanation"],
        feedback=one["feedback"],
        scored_by=SCORERS.get(one["scored_by"] or "", ""),
        sureness=sureness(one["uncertainty"]) if one["score"] is not None else "",
        band=(number(band["low"]), number(band["high"])) if band else None,
        criteria=tuple(_criterion(str(label), mark) for label, mark in enumerate(marks, start=1)),
        appealable_until=parse_datetime(one["appealable_until"] or ""),
        appeals=tuple(made),
        form=form,
    )


def _essay(answer: Mapping[str, Any], marks: Sequence[Mapping[str, Any]]) -> tuple[Segment, ...]:
    """The student's text, with what each criterion quotes marked by its number."""
    spans = [
        Span(quote["start"], quote["end"], str(label))
        for label, mark in enumerate(marks, start=1)
        for quote in mark["quotes"]
    ]
    return tuple(segments(str(answer.get("text", "")), spans))


def _criterion(label: str, mark: Mapping[str, Any]) -> CriterionLine:
    return CriterionLine(
        label=label,
        name=mark["name"],
        level=mark["level"] or "",
        reason=mark["reason"],
        quotes=tuple(quote["text"] for quote in mark["quotes"]),
        is_scored=mark["status"] == MarkStatus.SCORED,
    )
