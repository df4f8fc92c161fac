"""A student's sessions with tutors: what was worked on, and what was agreed on."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from companion.cited import Piece
from companion.pages import caller, page_asked
from companion.post_only import post_only
from companion.session_summaries import said_at
from companion.student.access import student_page
from companion.words import Label
from planner import queries as planner
from planner.enums import Source
from tutoring import queries, services
from tutoring.enums import Author, Failure, Speaker, SummaryStatus
from tutoring.serializers import SummaryDetail, SummaryView, shown, shown_whole

PAGE_SIZE: Final = 20
SPEAKERS: Final[Mapping[str, str]] = {
    Speaker.TUTOR: "Tutor",
    Speaker.STUDENT: "You",
    Speaker.OTHER: "Somebody",
    "advisor": "Advisor",
}
AUTHORS: Final[Mapping[str, str]] = {
    Author.EXTRACT: "in the session’s own words",
    Author.MODEL: "by a language model, from what was said",
    Author.PERSON: "by your advisor",
}
WAITS: Final = "It will be here in a moment."
NOT_MADE: Final = "The summary could not be made this time."
NOTHING_READ: Final = "What was said could not be read, so there is no summary."
WAITING: Final = Label("Being summarised", "busy")
NONE: Final = Label("No summary")
CORRECTED: Final = Label("Corrected", "good")
THERE: Final = Label("Summarised", "good")


@dataclass(frozen=True, slots=True)
class Step:
    """What was agreed on, who said so, where on the page, and whether it stands on the list of tasks."""

    number: int
    text: str
    said_by: str
    places: Sequence[Piece]
    is_planned: bool


@require_safe
@student_page
def sessions(request: HttpRequest) -> HttpResponse:
    """List the student's sessions, the latest first."""
    by = caller(request)
    found = queries.summaries_of(by=by, user_id=by.pk)
    page = page_asked(request, found, PAGE_SIZE)
    told = SummaryView([shown(one) for one in page], many=True).data
    rows = [(one, body, _label(body)) for one, body in zip(page, told, strict=True)]
    return render(request, "student/sessions/list.html", {"page": page, "rows": rows})


@require_safe
@student_page
def session(request: HttpRequest, summary_id: uuid.UUID) -> HttpResponse:
    """Show a session with its summary, and what that rests on."""
    by = caller(request)
    found = queries.summary_of(by=by, user_id=by.pk, summary_id=summary_id)
    body = SummaryDetail(shown_whole(found, with_transcript=True)).data
    context = {
        "session": found,
        "correction": body["correction"],
        "label": _label(body),
        "note": _note(body),
        "author": AUTHORS.get(body["author"], ""),
        "sentences": [(one["text"], said_at(one["lines"])) for one in body["sentences"]],
        "steps": _steps(found, body),
        "lines": [
            {**one, "speaker": SPEAKERS[one["speaker"]]} for one in body["transcript"] or body["lines"]
        ],
        "is_whole": bool(body["transcript"]),
    }
    return render(request, "student/sessions/session.html", context)


@student_page
@post_only("student:session", "summary_id")
def plan(request: HttpRequest, summary_id: uuid.UUID, number: int) -> HttpResponse:
    """Set a step that was agreed on on the list of tasks, where it stands once however often it is sent."""
    by = caller(request)
    services.plan_step(by=by, user_id=by.pk, summary_id=summary_id, number=number, now=timezone.now())
    messages.success(request, "It stands on your list of tasks.")
    return redirect("student:session", summary_id)


def _label(body: Mapping[str, Any]) -> Label:
    if body["status"] == SummaryStatus.WAITING:
        return WAITING
    if not body["narrative"]:
        return NONE
    return CORRECTED if body["correction"] else THERE


def _note(body: Mapping[str, Any]) -> str:
    """What to say where there are no sentences."""
    if body["status"] == SummaryStatus.WAITING:
        return WAITS
    if body["failure"]:
        return NOT_MADE if body["failure"] == Failure.UNAVAILABLE else NOTHING_READ
    return body["note"] or ""


def _steps(found: Any, body: Mapping[str, Any]) -> list[Step]:
    planned = planner.references({found.user_id}, source=Source.SESSION)
    return [
        Step(
            one["number"],
            one["text"],
            SPEAKERS[one["said_by"]],
            said_at(one["lines"]),
            is_planned=(found.user_id, queries.reference_of(found, one)) in planned,
        )
        for one in body["steps"]
    ]
