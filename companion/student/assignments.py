"""Practising with one item: answering, hints, giving up, and saying that something is wrong with it."""

import uuid
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from companion.pages import caller
from companion.post_only import post_only
from companion.student.access import student_page
from companion.student.answer_fields import AnswerForm, AskedQuestion, in_words
from companion.student.practice_words import REASONS, STATUSES, level
from companion.student.text_fields import MultilineField
from microcred.api.rendered_responses import represent
from microcred.errors import Conflict, Invalid
from practice import queries, services
from practice.enums import AssignmentStatus, ReportReason
from practice.serializers import A_DAY, AssignmentView

EMPTY: Final = "Answer before you send it."
_SHOWN: Final = AssignmentView()


class SentWith(forms.Form):
    """What a page sends beside an answer: how often it was tried and how many hints were shown when it was made, and
    the seconds that it was looked at, where a script has counted them."""

    attempts = forms.IntegerField(min_value=0)
    hints = forms.IntegerField(min_value=0)
    seconds = forms.FloatField(min_value=0, max_value=A_DAY, required=False)

    def number(self, name: str) -> Any:
        """Return one of them, None where it was not sent or makes no sense."""
        return self.cleaned_data.get(name)


class ReportForm(forms.Form):
    """What is wrong with an item."""

    reason = forms.ChoiceField(label="What is wrong?", choices=ReportReason.choices)
    comment = MultilineField(
        rows=3, label="Say more, if you like", required=False, max_length=services.LONGEST_COMMENT
    )


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def assignment(request: HttpRequest, assignment_id: uuid.UUID) -> HttpResponse:
    """Show what was given to practise with, and what came of it; a POST answers it, or asks for a hint."""
    given = queries.get_visible(by=caller(request), assignment_id=assignment_id)
    if request.method != "POST":
        return _page(request, given)
    return _hint(request, given) if "hint" in request.POST else _answer(request, given)


@student_page
@post_only("student:assignment", "assignment_id")
def give_up(request: HttpRequest, assignment_id: uuid.UUID) -> HttpResponse:
    """End it without the right answer."""
    try:
        services.give_up(by=caller(request), assignment_id=assignment_id, now=timezone.now())
    except Conflict as error:
        _say_unless_over(request, error)
    return _back(assignment_id, "#outcome")


@student_page
@post_only("student:assignment", "assignment_id")
def report(request: HttpRequest, assignment_id: uuid.UUID) -> HttpResponse:
    """Say that something is wrong with it."""
    by = caller(request)
    given = queries.get_visible(by=by, assignment_id=assignment_id)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _page(request, given, report=form, status=400)
    try:
        services.report_item(by=by, assignment_id=assignment_id, now=timezone.now(), **form.cleaned_data)
    except services.ReportedAlready:
        return _back(assignment_id, "#report")
    except Conflict as error:
        form.add_error(None, error.message)
        return _page(request, given, report=form, status=400)
    return _back(assignment_id, "#report")


def _answer(request: HttpRequest, given: Any) -> HttpResponse:
    form, sent = AnswerForm(_asked(given), request.POST), _sent(request)
    if form.is_valid() and form.answer is None:
        form.add_error(None, EMPTY)
    if not form.is_valid():
        return _page(request, given, form=form, status=400)
    try:
        services.answer(
            by=caller(request),
            assignment_id=given.pk,
            given=form.answer,
            seconds=sent.number("seconds"),
            attempts=sent.number("attempts"),
            now=timezone.now(),
        )
    except Invalid as error:
        form.add_error(None, error.message)
        return _page(request, given, form=form, status=400)
    except Conflict as error:
        _say_unless_over(request, error)
    return _back(given.pk, "#outcome")


def _hint(request: HttpRequest, given: Any) -> HttpResponse:
    """Show the next hint beside what has been typed so far; a page that is loaded again shows no further one."""
    try:
        shown = services.show_hint(
            by=caller(request), assignment_id=given.pk, seen=_sent(request).number("hints")
        )
    except Conflict as error:
        _say_unless_over(request, error)
        return _back(given.pk, "#hints")
    asked, last = _asked(given), queries.last_answer(given)
    typed = AnswerForm(asked, request.POST)
    form = AnswerForm(asked, answer=last.answer if last else None)
    form.initial = {name: typed[name].data for name in typed.fields}
    return _page(request, shown, form=form)


def _page(
    request: HttpRequest, given: Any, *, form: Any = None, report: Any = None, status: int = 200
) -> HttpResponse:
    asked, last = _asked(given), queries.last_answer(given)
    at = queries.practised_skills(given.user_id, now=timezone.now()).get(given.skill.key)
    context = {
        "given": represent(_SHOWN, given),
        "assignment": given,
        "status": STATUSES[given.status],
        "is_open": given.status == AssignmentStatus.OPEN,
        "reason": REASONS.get(given.reason, ""),
        "form": form or AnswerForm(asked, answer=last.answer if last else None),
        "last": last,
        "last_words": in_words(asked, last.answer) if last else [],
        "goals": queries.goals_reached_by(given),
        "at": at,
        "level": level(at.difficulty) if at else "",
        "report": report or ReportForm(),
        "is_reported": getattr(given, "report", None) is not None,
    }
    return render(request, "student/assignment.html", context, status=status)


def _asked(given: Any) -> AskedQuestion:
    question = given.question
    return AskedQuestion(question["type"], question["choices"] or (), question["answer_format"])


def _sent(request: HttpRequest) -> SentWith:
    found = SentWith(request.POST)
    found.is_valid()
    return found


def _say_unless_over(request: HttpRequest, error: Conflict) -> None:
    """Say why nothing was done; that it is over, or was answered in another window, the page shows itself."""
    is_shown = error.details is not None and "status" in error.details
    if not is_shown and not isinstance(error, services.TriedMeanwhile):
        messages.error(request, error.message)


def _back(assignment_id: uuid.UUID, place: str) -> HttpResponse:
    return redirect(reverse("student:assignment", args=[assignment_id]) + place)
