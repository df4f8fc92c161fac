"""Descriptions of credentials, for students who look up where something is said."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments import queries as assessments
from catalog import queries as catalog
from companion import queries
from companion.pages import caller, number_asked
from companion.student.access import student_page
from conversations import queries as questions
from microcred.errors import Missing


@require_safe
@student_page
def document(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """Show the description of a credential that is on offer, a passage marked; others the API does not tell either."""
    if not catalog.document(document_id).credential.active:
        raise Http404
    start, end = number_asked(request, "start"), number_asked(request, "end")
    page = queries.document_page(document_id=document_id, start=start, end=end)
    context = {"page": page, "came_from": _came_from(request), "question": _question(request)}
    return render(request, "student/document.html", context)


def _came_from(request: HttpRequest) -> object:
    """Return the student's assessment that they came from; None where there is none of this id."""
    try:
        wanted = uuid.UUID(request.GET.get("from", ""))
        return assessments.get_visible(by=caller(request), assessment_id=wanted)
    except (ValueError, Missing):
        return None


def _question(request: HttpRequest) -> object:
    """Return the student's question that they came from; None where there is none of this id."""
    try:
        return questions.get_visible(by=caller(request), turn_id=uuid.UUID(request.GET.get("question", "")))
    except (ValueError, Missing):
        return None
