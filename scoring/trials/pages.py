"""The page on which curators try answers; where there are scripts, it stands inside the question's own page."""

import uuid
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from catalog import queries as catalog
from scoring.trials.forms import AnswerForm, DraftForm, stored_draft
from scoring.trials.trial import Trial, try_answer

# Sent by the script of the question's page, which puts what comes back into that page.
IN_PLACE: Final = "X-Trial-In-Place"


def trial(request: HttpRequest, question_id: uuid.UUID | None = None) -> HttpResponse:
    """Score an answer by the question as it was sent, else as it is stored; nothing is kept."""
    user: Any = request.user
    if not user.has_perm("catalog.change_question"):
        raise PermissionDenied
    stored = _stored(question_id)
    draft = _draft(request, stored)
    answer, tried = _answer(request, draft)
    context = {
        "title": "Try an answer",
        "stored": stored,
        "draft": draft,
        "differs": stored is None or (request.method == "POST" and draft.has_changed()),
        "answer": answer,
        "tried": tried,
        "in_place": IN_PLACE in request.headers,
    }
    place = "trial.html" if context["in_place"] else "page.html"
    return TemplateResponse(request, f"admin/trial/{place}", {**admin.site.each_context(request), **context})


def _stored(question_id: uuid.UUID | None) -> Any:
    try:
        return catalog.question(question_id) if question_id else None
    except catalog.QuestionMissing as missing:
        raise Http404(str(missing)) from missing


def _draft(request: HttpRequest, stored: Any) -> DraftForm:
    """The question as it was sent; else as it is stored, and checked as if it had been sent."""
    initial = stored_draft(stored) if stored else {}
    if request.method == "POST":
        return DraftForm(request.POST, initial=initial)
    shown = DraftForm(initial=initial)
    return DraftForm({field.name: field.value() for field in shown}, initial=initial) if stored else shown


def _answer(request: HttpRequest, draft: DraftForm) -> tuple[AnswerForm | None, Trial | None]:
    """The form for an answer once the question can score one, and what became of the answer that was sent."""
    if not draft.is_valid():
        return None, None
    question = draft.question()
    if "trial" not in request.POST:
        return AnswerForm(question), None
    answer = AnswerForm(question, request.POST)
    return answer, try_answer(question, answer.raw()) if answer.is_valid() else None
