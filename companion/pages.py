"""The advisor's pages."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page as Paged
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.policy import Permission, allows
from companion import queries
from companion.dossier import Dossier, dossier
from companion.evidence import Recommended
from companion.forms import AssessmentFilters, FeedbackForm
from companion.waiting import waiting_for
from microcred.errors import DomainError, Missing
from recommendations.services import NothingToTakeBack, record_feedback, take_back_feedback
from scoring.oversight import LONGEST_REASON

Page = Callable[..., HttpResponseBase]


def page_for(may: Callable[[User], bool]) -> Callable[[Page], Page]:
    """Let in those who ``may``; for everybody else, and for what is missing or not theirs to see, there is no page."""

    def guard(page: Page) -> Page:
        @never_cache
        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(_way_back(request))
            if not may(caller(request)):
                raise Http404
            try:
                return page(request, *args, **kwargs)
            except Missing as error:
                raise Http404(error.message) from None

        return guarded

    return guard


def _way_back(request: HttpRequest) -> str:
    """Where to go on after a log-in: what was sent is lost, so to the page that it was sent from."""
    if request.method != "POST":
        return request.get_full_path()
    sent_from = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(sent_from, hosts, require_https=request.is_secure()):
        return reverse("start")
    _, _, path, query, _ = urlsplit(sent_from)
    return f"{path}?{query}" if query else path


def _is_staff(by: User) -> bool:
    return allows(by, Permission.READ_STAFF_VIEW)


staff_page = page_for(_is_staff)


def refuse(request: HttpRequest, said: str, *, place: str) -> None:
    """Say at a place of the page that follows why nothing was changed, and give back the reason that was written."""
    written = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    text = f"{said} You had written: “{written}”" if written else said
    messages.error(request, text, extra_tags=place)


@contextmanager
def refusals_on(form: Form) -> Iterator[None]:
    """Put on the form why what it says was refused; what is missing stays missing."""
    try:
        yield
    except Missing:
        raise
    except DomainError as error:
        form.add_error(None, error.message)


def refuse_form(request: HttpRequest, form: Form, said: str, *, place: str) -> None:
    """Say at a place of the page that follows that nothing was changed, for each thing that is wrong with a form."""
    for problem in (text for texts in form.errors.values() for text in texts):
        refuse(request, f"{said} {problem}", place=place)


def caller(request: HttpRequest) -> User:
    """Return whoever is logged in."""
    if not isinstance(request.user, User):
        raise TypeError("the page lets anonymous callers through")
    return request.user


@require_safe
@staff_page
def assessments(request: HttpRequest) -> HttpResponse:
    """List the assessments in the caller's sight."""
    by, now = caller(request), timezone.now()
    form = AssessmentFilters(request.GET, by=by, roles=queries.roles_in_sight(by))
    filters = form.chosen()
    page = queries.assessment_page(by=by, filters=filters, number=request.GET.get("page", "1"), now=now)
    rows = queries.assessment_rows(list(page), by=by, now=now)
    is_narrowed = filters != queries.Filters(synthetic=filters.synthetic)
    return render(
        request,
        "advisor/assessments.html",
        {
            "form": form,
            "page": page,
            "rows": rows,
            "is_narrowed": is_narrowed,
            "waiting": list(waiting_for(by, now=now)),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def assessment(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show one assessment; a POST gives feedback about its recommendation."""
    found = dossier(by=caller(request), assessment_id=assessment_id, now=timezone.now())
    if found.recommended is None:
        if request.method == "POST":
            raise Http404
        return _assessment_page(request, found, None)
    if request.method != "POST":
        return _assessment_page(request, found, FeedbackForm(credentials=found.recommended.credentials))
    takes_back = "take_back" in request.POST
    form = FeedbackForm(request.POST, credentials=found.recommended.credentials, needs_verdict=not takes_back)
    write = _takes_back if takes_back else _records
    if not form.is_valid() or not write(request, form, found.recommended):
        return _assessment_page(request, found, form, status=400)
    said = "What you said is taken back." if takes_back else "Thank you. Your feedback is recorded."
    messages.success(request, said, extra_tags="feedback")
    return redirect(reverse("advisor:assessment", args=[assessment_id]) + "#feedback")


@require_safe
@staff_page
def document(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """Show a credential's source document, the cited passage marked."""
    start, end = number_asked(request, "start"), number_asked(request, "end")
    page = queries.document_page(document_id=document_id, start=start, end=end)
    facts = queries.came_from(
        by=caller(request), assessment_id=request.GET.get("from", ""), now=timezone.now()
    )
    return render(request, "advisor/document.html", {"page": page, "facts": facts})


def _assessment_page(
    request: HttpRequest, found: Dossier, form: FeedbackForm | None, status: int = 200
) -> HttpResponse:
    shown = found.recommended.run if found.recommended else 0
    wanted = number_asked(request, "run")
    others = [run for run, _ in found.recommended.others] if found.recommended else []
    following = found.recommended.next_run if found.recommended else 1
    context = {
        "dossier": found,
        "form": form,
        "said": _said(request, found, form),
        # The run that the reader has asked for: on its way, there, or neither.
        "wanted_run": wanted,
        "awaits_run": found.is_renewed and wanted > shown and wanted not in others,
        "has_wanted_run": 0 < wanted == shown,
        "lacks_run": not found.is_renewed and wanted == following,
        # Worked out beside a list that a person changed, which stays.
        "is_beside": wanted > shown and wanted in others,
    }
    return render(request, "advisor/assessment.html", context, status=status)


def _said(request: HttpRequest, found: Dossier, form: FeedbackForm | None) -> dict[str, list[Message]]:
    """Sort what there is to say by the part of the page that it is about, which is where the reader looks."""
    there = {
        "recommendations": found.recommended,
        "skills": found.skills,
        "practice": found.steering,
        "answers": found.scores,
        "changes": found.changes,
        "feedback": form,
    }
    said: dict[str, list[Message]] = {}
    for message in messages.get_messages(request):
        place = message.extra_tags if there.get(message.extra_tags or "") else ""
        said.setdefault(place or "top", []).append(message)
    return said


def _records(request: HttpRequest, form: FeedbackForm, recommended: Recommended) -> bool:
    """Record the feedback, or put on the form why it was refused."""
    given = form.cleaned_data
    with refusals_on(form):
        record_feedback(
            by=caller(request),
            recommendation_id=recommended.pk,
            credential_id=form.credential_id(),
            relevance_score=given["relevance"],
            acceptance_status=given["acceptance"],
            comments=given["comments"],
            now=timezone.now(),
        )
    return not form.errors


def _takes_back(request: HttpRequest, form: FeedbackForm, recommended: Recommended) -> bool:
    """Take back what the caller said, or put on the form that there is nothing."""
    try:
        take_back_feedback(
            by=caller(request),
            recommendation_id=recommended.pk,
            credential_id=form.credential_id(),
            now=timezone.now(),
        )
    except NothingToTakeBack as error:
        form.add_error(None, error.message)
        return False
    return True


def page_asked(request: HttpRequest, rows: Any, size: int, *, name: str = "page") -> Paged[Any]:
    """Return the page of a list that the address asks for; where it has none such, the nearest."""
    return Paginator(rows, size).get_page(request.GET.get(name, "1"))


def number_asked(request: HttpRequest, name: str) -> int:
    """Read a number from the address; what has no digits, or more than nine, is 0."""
    raw = request.GET.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
