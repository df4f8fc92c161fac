"""The page of a role on which a student starts its assessment."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessments import queries as assessments
from assessments import services
from assessments.enums import AssessmentStatus
from catalog import queries as catalog
from catalog.enums import QuestionType
from companion.pages import caller, refusals_on
from companion.student.access import student_page

MAY = [
    (
        "yes",
        "Yes. A language model may read my texts and propose a score. My name and e-mail address are taken out first, "
        "and a person looks at what is in doubt.",
    ),
    (
        "no",
        "No. A person scores my texts, which takes longer. My sessions with tutors are then shown to no model either. "
        "It has no other consequence.",
    ),
]


class StartForm(forms.Form):
    """Whether a language model may score what the student writes; not asked where nothing is to be written."""

    model_scoring = forms.ChoiceField(
        label="May a language model score your texts?",
        choices=MAY,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose yes or no."},
    )

    def __init__(self, data: Any = None, *, may: bool, has_essays: bool) -> None:
        super().__init__(data, initial={"model_scoring": "yes" if may else "no"})
        if not has_essays:
            del self.fields["model_scoring"]

    def choice(self) -> bool | None:
        """Return what was chosen; None where nothing was asked."""
        said = self.cleaned_data.get("model_scoring")
        return said == "yes" if said else None


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def role(request: HttpRequest, role_id: uuid.UUID) -> HttpResponse:
    """Show what an assessment for a role is like; a POST starts it."""
    by = caller(request)
    found = catalog.assessable(role_id)
    if found.role is None:
        raise Http404("No such role.")
    has_essays = any(one.content["question_type"] == QuestionType.ESSAY for one in found.pool)
    data = request.POST if request.method == "POST" else None
    form = StartForm(data, may=by.model_scoring, has_essays=has_essays)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            return _started(request, role_id, form)
    return _role(request, found, form)


def _started(request: HttpRequest, role_id: uuid.UUID, form: StartForm) -> HttpResponse:
    by, may = caller(request), form.choice()
    started = services.start(by=by, role_id=role_id, metadata={}, model_scoring=may, now=timezone.now())
    if not started.is_new:
        messages.info(request, "You had begun this one already. Go on where you left off.")
    return redirect("student:taking", started.assessment.pk)


def _role(request: HttpRequest, found: catalog.Assessable, form: StartForm) -> HttpResponse:
    by, role = caller(request), found.role
    if role is None:
        raise Http404("No such role.")
    own = assessments.visible_to(by).order_by("-pk")
    is_open = AssessmentStatus.IN_PROGRESS
    standing = assessments.narrow(own, now=timezone.now(), status=is_open, role_id=role.pk)
    context = {
        "role": role,
        "needs": found.needs,
        "number": min(role.assessment_size, len(found.pool)),
        "hours": settings.ASSESSMENT_HOURS,
        "missing": assessments.missing_prerequisites(user=by, role=role),
        "open": standing.first(),
        "form": form,
    }
    return render(request, "student/role.html", context, status=400 if form.errors else 200)
