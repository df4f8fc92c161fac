"""The page of a result, and what its student says on it: of a level, and of what is recommended."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments import queries as assessments
from companion.pages import caller, refusals_on
from companion.post_only import post_only
from companion.student.access import student_page
from companion.student.levels import place_of
from companion.student.result_forms import ContestForm, FeedbackForm
from companion.student.result_page import LIST, read_result, result_page
from companion.student.sources import place_at
from microcred.errors import DomainError, Missing, PreconditionFailed
from recommendations import queries as recommendations
from recommendations.enums import Acceptance
from recommendations.services import NothingToTakeBack, record_feedback, take_back_feedback
from scoring import oversight
from scoring import queries as scoring

STEPS: Final = " The steps towards it are on your list of tasks."
Typed = Mapping[str, forms.Form]


@require_safe
@student_page
def result(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show one result; without one, or while it is held back, lead to where the assessment stands."""
    return shown(request, assessment_id)


@student_page
@post_only("student:result", "assessment_id")
def contest(request: HttpRequest, assessment_id: uuid.UUID, skill: str) -> HttpResponse:
    """Say that a level is wrong."""
    place = place_of(skill)
    form = ContestForm(request.POST, auto_id=f"{place}-%s")
    if not form.is_valid():
        return shown(request, assessment_id, typed={place: form}, status=400)
    reason, by, now = form.cleaned_data["reason"], caller(request), timezone.now()
    try:
        oversight.contest_skill(by=by, assessment_id=assessment_id, skill_key=skill, reason=reason, now=now)
    except Missing as error:
        if not isinstance(error, oversight.SkillNotInferred):
            raise
        form.add_error(None, error.message)
    except DomainError as error:
        if not _is_contested(request, assessment_id, skill, reason):
            form.add_error(None, error.message)
    if form.errors:
        return shown(request, assessment_id, typed={place: form}, status=409)
    return _back(request, assessment_id, place, "Thank you. What you wrote is noted.")


def _is_contested(request: HttpRequest, assessment_id: uuid.UUID, skill: str, reason: str) -> bool:
    """Whether the very same was said a moment ago: a form that is sent twice says it once."""
    assessment = assessments.get_visible(by=caller(request), assessment_id=assessment_id)
    said = scoring.standings(assessment.pk).get(skill)
    return bool(said and said.open and said.open.reason == reason)


@student_page
@post_only("student:run", "recommendation_id")
def feedback(request: HttpRequest, recommendation_id: uuid.UUID) -> HttpResponse:
    """Say what one thinks of a recommended credential or of the whole list, or take that back."""
    by = caller(request)
    row = recommendations.get_visible(by=by, recommendation_id=recommendation_id)
    form = FeedbackForm(request.POST)
    takes_back = "take_back" in request.POST
    if takes_back:
        for name in ("relevance", "acceptance"):
            form.fields[name].required = False
    is_valid = form.is_valid()
    place = _place(row.assessment_id, form.cleaned_data.get("credential_id"))
    form.auto_id = f"{place}-%s"
    write = _takes_back if takes_back else _records
    if not is_valid or not write(request, form, recommendation_id):
        return shown(request, row.assessment_id, typed={place: form}, status=400)
    return _back(request, row.assessment_id, place, _thanks(form, takes_back=takes_back))


def _thanks(form: FeedbackForm, *, takes_back: bool) -> str:
    if takes_back:
        return "What you said no longer counts."
    takes_up = form.about() and form.cleaned_data["acceptance"] == Acceptance.ACCEPTED
    return f"Thank you. What you think is noted.{STEPS if takes_up else ''}"


def _place(assessment_id: uuid.UUID, credential_id: uuid.UUID | None) -> str:
    """Where on the page a credential stands, or the list; the list may have been made anew since the page was shown."""
    run: Any = recommendations.effective(assessment_id)
    places = {item.credential_id: place_at(item.position) for item in run.items.all()} if run else {}
    return places.get(credential_id, LIST) if credential_id else LIST


def _records(request: HttpRequest, form: FeedbackForm, recommendation_id: uuid.UUID) -> bool:
    """Record what is thought, or put on the form why it was refused."""
    given, by = form.cleaned_data, caller(request)
    said = {
        "relevance_score": given["relevance"],
        "acceptance_status": given["acceptance"],
        "comments": given["comments"],
    }
    try:
        record_feedback(
            by=by, recommendation_id=recommendation_id, credential_id=form.about(),
            expected=[given["version"]] if given["version"] else None, now=timezone.now(), **said,
        )  # fmt: skip
    except Missing:
        raise
    except PreconditionFailed as error:
        found = recommendations.feedback_of(by=by, recommendation_id=recommendation_id)
        if _says(found, form.about(), said):
            return True
        form.data = {**request.POST.dict(), "version": recommendations.feedback_version(found)}
        form.add_error(None, f"{error.message} Send it again if it is still what you mean.")
        return False
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    return True


def _says(found: Any, about: uuid.UUID | None, said: Mapping[str, Any]) -> bool:
    """Whether the very same was said a moment ago: a form that is sent twice says it once."""
    for row in found:
        if (row.item.credential_id if row.item else None) == about:
            return all(getattr(row, name) == value for name, value in said.items())
    return False


def _takes_back(request: HttpRequest, form: FeedbackForm, recommendation_id: uuid.UUID) -> bool:
    """Take back what was said, or put on the form why not; what is taken back already stays so."""
    with refusals_on(form), suppress(NothingToTakeBack):
        take_back_feedback(
            by=caller(request),
            recommendation_id=recommendation_id,
            credential_id=form.about(),
            now=timezone.now(),
        )
    return not form.errors


def shown(
    request: HttpRequest, assessment_id: uuid.UUID, *, typed: Typed | None = None, status: int = 200
) -> HttpResponse:
    """Show a result with forms that were filled in, by their place; without a result lead to its status."""
    by, now = caller(request), timezone.now()
    try:
        body = read_result(by=by, assessment_id=assessment_id, now=now)
    except Missing:
        raise
    except DomainError:
        return redirect("student:status", assessment_id)
    page = result_page(by=by, body=body, typed=typed or {}, now=now)
    said = list(messages.get_messages(request))
    context = {
        "page": page,
        "said": [one for one in said if one.extra_tags in page.places],
        "top": [one for one in said if one.extra_tags not in page.places],
        # What was meant is no longer on the page.
        "lost": [form for place, form in (typed or {}).items() if place not in page.places],
    }
    return render(request, "student/result.html", context, status=status)


def _back(request: HttpRequest, assessment_id: uuid.UUID, place: str, said: str) -> HttpResponse:
    messages.success(request, said, extra_tags=place)
    return redirect(f"{reverse('student:result', args=[assessment_id])}#{place}")
