"""The pages on which curators see what a new version of a question would change for past takers, and apply it."""

import uuid
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.policy import Permission, allows
from companion.pages import Page, caller, staff_page
from companion.review_forms import RescoreForm
from microcred.errors import DomainError
from scoring import oversight

# More takers than this are worked out by the command: a page has to answer within seconds.
MOST_TAKERS: Final = 200


def curators_page(page: Page) -> Page:
    """Let curators through; for everybody else there is no page."""

    @staff_page
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not allows(caller(request), Permission.CURATE_CATALOG):
            raise Http404
        return page(request, *args, **kwargs)

    return guarded


@require_safe
@curators_page
def questions(request: HttpRequest) -> HttpResponse:
    """List the questions whose past takers were scored by an older version."""
    rows = oversight.superseded_questions()
    return render(request, "advisor/rescoring/questions.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@curators_page
def question(request: HttpRequest, question_id: uuid.UUID) -> HttpResponse:
    """Show who would move and by how much; a POST applies it.

    Whose first recommendation would change is for the command to say: the web process ranks nothing.
    """
    row = next((one for one in oversight.superseded_questions() if one.question_id == question_id), None)
    if row is None:
        raise Http404
    if row.takers > MOST_TAKERS:
        return render(request, "advisor/rescoring/question.html", {"row": row, "plan": None})
    plan = oversight.plan_rescoring(question_id)
    form = RescoreForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            moved = oversight.apply_rescoring(
                plan=plan, by=caller(request), now=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request, f"{len(moved)} scores changed. The recommendations are being made anew."
            )
            return redirect("advisor:rescoring")
    left = [line for line in plan.lines if line.obstacle]
    context = {"row": row, "plan": plan, "lines": plan.moving, "left": left, "form": form}
    status = 400 if request.method == "POST" else 200
    return render(request, "advisor/rescoring/question.html", context, status=status)
