"""Sessions of students with their tutors."""

import uuid
from functools import partial
from typing import Final

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from catalog.skill_texts import skill_texts
from companion import session_summaries
from companion.pages import caller, page_asked, refusals_on, refuse, staff_page
from companion.queries import PAGE_SIZE
from companion.summary_forms import CorrectionForm, WithdrawalForm
from tutoring import queries, services

WITHDRAW: Final = "withdraw"


@require_safe
@staff_page
def sessions(request: HttpRequest) -> HttpResponse:
    """List the sessions of students in the caller's sight, the latest first."""
    found = queries.summaries_visible_to(caller(request))
    page = page_asked(request, found, PAGE_SIZE)
    context = {"page": page, "sessions": session_summaries.rows(page.object_list)}
    return render(request, "advisor/sessions/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def session(request: HttpRequest, summary_id: uuid.UUID) -> HttpResponse:
    """Show a session with its summary and what that rests on; a POST corrects or withdraws it."""
    found = session_summaries.session(by=caller(request), summary_id=summary_id)
    given = request.POST if request.method == "POST" else None
    withdraws = given is not None and given.get("do") == WITHDRAW
    skills = [(one.key, one.name) for one in skill_texts()]
    correction = CorrectionForm(found, skills, None if withdraws else given)
    withdrawal = WithdrawalForm(found, given if withdraws else None)
    form = withdrawal if withdraws else correction
    if form.is_valid() and _decided(request, found, form):
        corrected = "The summary is corrected. The student reads why."
        messages.success(request, "The summary counts no more." if withdraws else corrected)
        return redirect("advisor:session", summary_id)
    if given is not None and not found.can_be_corrected:
        refuse(request, "Only a summary that is there and counts can be corrected.", place="")
        return redirect("advisor:session", summary_id)
    context = {"session": found, "correction": correction, "withdrawal": withdrawal}
    status = 400 if given is not None else 200
    return render(request, "advisor/sessions/session.html", context, status=status)


def _decided(request: HttpRequest, found: session_summaries.Session, form: Form) -> bool:
    """Correct or withdraw the summary, or put on the form why that was refused."""
    change = services.withdraw
    if isinstance(form, CorrectionForm):
        change = partial(services.correct, words=form.words())
    with refusals_on(form):
        change(
            by=caller(request),
            user_id=found.user_id,
            summary_id=found.row.pk,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
            expected={str(form.cleaned_data["version"])},
        )
    return not form.errors
