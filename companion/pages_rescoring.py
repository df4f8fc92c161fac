"""The pages on which curators have past answers scored anew: first to look, then to apply."""

import uuid
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.policy import Permission, allows
from companion import rescoring
from companion.pages import Page, caller, page_asked, staff_page
from companion.queries import PAGE_SIZE
from companion.review_forms import RescoreForm
from microcred.errors import DomainError
from scoring import oversight


def curators_page(page: Page) -> Page:
    """Let curators through; for everybody else there is no page."""

    @staff_page
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not allows(caller(request), Permission.CURATE_CATALOG):
            raise Http404
        return page(request, *args, **kwargs)

    return guarded


@require_safe
@curators_page
def questions(request: HttpRequest) -> HttpResponse:
    """List the questions whose past takers were asked an older version, and how far each has come."""
    return render(request, "advisor/rescoring/questions.html", {"rows": rescoring.question_rows()})


@require_http_methods(["GET", "HEAD", "POST"])
@curators_page
def question(request: HttpRequest, question_id: uuid.UUID) -> HttpResponse:
    """Show what a run found, who falls first; a POST starts one, to look or to apply."""
    row = next((one for one in oversight.superseded_questions() if one.question_id == question_id), None)
    if row is None:
        raise Http404
    is_applying = request.method == "POST" and "apply" in request.POST
    form = RescoreForm(request.POST if is_applying else None)
    if request.method == "POST" and (not is_applying or form.is_valid()):
        try:
            _start(request, question_id, form if is_applying else None)
            return redirect("advisor:rescoring-question", question_id)
        except DomainError as error:
            form = form if is_applying else RescoreForm({})
            form.add_error(None, error.message)
    found = rescoring.overview(question_id, newest_version=row.version)
    page = page_asked(request, found.lines, PAGE_SIZE) if found else None
    context = {"row": row, "found": found, "page": page, "form": form}
    status = 400 if request.method == "POST" else 200
    return render(request, "advisor/rescoring/question.html", context, status=status)


def _start(request: HttpRequest, question_id: uuid.UUID, form: RescoreForm | None) -> None:
    given = form.cleaned_data if form else {}
    oversight.request_rescoring(
        by=caller(request),
        question_id=question_id,
        apply=form is not None,
        reason=given.get("reason", ""),
        no_loss=given.get("no_loss", False),
        now=timezone.now(),
    )
    messages.success(request, "The new version is being applied." if form else "It is being worked out.")
