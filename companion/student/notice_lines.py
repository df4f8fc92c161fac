"""What people decided about a student's scores, as the student is told it: never by whom."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime

from companion.student.result_words import standing


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice; ``about`` says which score or level, ``place`` where on the page of the result that stands."""

    notice_id: str
    about: str
    place: str
    message: str
    reason: str
    before: str
    after: str
    changed_at: dt.datetime | None
    is_seen: bool
    assessment_id: str
    role: str


def notice_lines(
    told: Sequence[Mapping[str, Any]], *, positions: Mapping[str, int]
) -> tuple[NoticeLine, ...]:
    """Lay out notices as the API tells them; ``positions`` are those of questions by their id, where known."""
    return tuple(notice_line(one, positions.get(one["question_id"] or "")) for one in told)


def notice_line(one: Mapping[str, Any], position: int | None) -> NoticeLine:
    """Lay out one notice about the question at a position, or about a skill."""
    return NoticeLine(
        notice_id=one["notice_id"],
        about=_about(one, position),
        place=f"question-{position}" if position else "skills",
        message=one["message"],
        reason=one["reason"],
        before=standing(one["before"]),
        after=standing(one["after"]),
        changed_at=parse_datetime(str(one["changed_at"])),
        is_seen=one["seen_at"] is not None,
        assessment_id=one.get("assessment_id", ""),
        role=one.get("role_name", ""),
    )


def _about(one: Mapping[str, Any], position: int | None) -> str:
    if one["skill"]:
        return f"Your level in {one['skill']}"
    question = f"Question {position}" if position else "A question"
    return f"{question}, {one['criterion']}" if one["criterion"] else question
