"""Lists of recommendations as they were, in effect or not."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessments import queries as assessments
from companion.pages import caller
from companion.student.access import student_page
from companion.student.recommendation_list import SKILLS, acts_of, listed
from companion.student.result_words import MISSING, MOVED
from recommendations import queries as recommendations
from recommendations.run_serializers import RunView


@require_safe
@student_page
def run(request: HttpRequest, recommendation_id: uuid.UUID) -> HttpResponse:
    """Show one list as it was."""
    by = caller(request)
    found = recommendations.recommendation_of(by=by, recommendation_id=recommendation_id)
    row = found.recommendation
    body = RunView(row, context={"run": found}).data
    context = {
        "run": row,
        "assessment": assessments.get_visible(by=by, assessment_id=row.assessment_id),
        "list": listed(body, skills=reverse("student:result", args=[row.assessment_id]) + SKILLS),
        "acts": acts_of(body),
        "missing": [MISSING[part] for part in body["missing"]],
        "moved": [MOVED[name] for name in body["stale_because"]],
        "what_if": body["what_if"]["sentence"] if body["what_if"] else "",
    }
    return render(request, "student/run.html", context)
