"""What staff does about a recommendation as a whole: make it anew, read an earlier run, check a contested level."""

import uuid
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments import queries as assessments
from companion.evidence import SKILLS, recommended
from companion.facts import assessment_facts
from companion.pages import caller, refuse, refuse_form, staff_page
from companion.pages_review import review_page
from companion.post_only import post_only
from companion.quality_pages import quality_page
from companion.review_forms import ReasonField
from microcred.errors import DomainError, Missing
from recommendations import queries as recommendations
from recommendations import services
from recommendations.enums import OverrideAction
from recommendations.services import SHORTEST_REASON
from scoring import oversight


class CheckForm(forms.Form):
    """What staff found about a contested level; without a level the one that stands is confirmed."""

    level = forms.DecimalField(min_value=0, max_value=5, max_digits=4, decimal_places=3, required=False)
    reason = ReasonField()


@review_page
@post_only("advisor:assessment", "assessment_id")
def recompute(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Have the recommendations made anew."""
    try:
        run = services.recompute(by=caller(request), assessment_id=assessment_id)
    except Missing:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("advisor:assessment", assessment_id)
    page = reverse("advisor:assessment", args=[assessment_id])
    # Without a part behind #: to the address with one, a browser goes without asking for the page again.
    return redirect(f"{page}?run={run}")


class ListForm(forms.Form):
    """What is to be done to a list, to which credential, and why."""

    action = forms.ChoiceField(choices=OverrideAction.choices)
    credential_id = forms.UUIDField(required=False)
    reason = ReasonField(min_length=SHORTEST_REASON)


DONE: Final = {
    OverrideAction.FIRST: "The credential is first now.",
    OverrideAction.REMOVE: "The credential is off the list.",
    OverrideAction.ADD: "The credential is on the list, in the last place.",
    OverrideAction.TAKE_BACK: "The list that was worked out is in effect again.",
}


@review_page
@post_only("advisor:run", "recommendation_id")
def override(request: HttpRequest, recommendation_id: uuid.UUID) -> HttpResponse:
    """Change the list in effect, or take such changes back."""
    by = caller(request)
    found = recommendations.get_visible(by=by, recommendation_id=recommendation_id)
    page = reverse("advisor:assessment", args=[found.assessment_id]) + "#recommendations"
    form = ListForm(request.POST)
    if not form.is_valid():
        refuse_form(request, form, "The list was not changed.", place="recommendations")
        return redirect(page)
    action = OverrideAction(form.cleaned_data["action"])
    try:
        services.override(
            by=by,
            recommendation_id=recommendation_id,
            action=action,
            credential_id=form.cleaned_data["credential_id"],
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
    except Missing:
        raise
    except DomainError as error:
        refuse(request, f"The list was not changed. {error.message}", place="recommendations")
        return redirect(page)
    messages.success(request, DONE[action], extra_tags="recommendations")
    return redirect(page)


@review_page
@post_only("advisor:assessment", "assessment_id")
def check_skill(request: HttpRequest, assessment_id: uuid.UUID, skill: str) -> HttpResponse:
    """Confirm a contested level, or correct it."""
    page = reverse("advisor:assessment", args=[assessment_id]) + "#skills"
    form = CheckForm(request.POST)
    if not form.is_valid():
        refuse_form(request, form, "The level was not checked.", place="skills")
        return redirect(page)
    try:
        row = oversight.check_skill(
            by=caller(request),
            assessment_id=assessment_id,
            skill_key=skill,
            level=form.cleaned_data["level"],
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
    except Missing:
        raise
    except DomainError as error:
        refuse(request, f"The level was not checked. {error.message}", place="skills")
        return redirect(page)
    found = "is confirmed" if row.outcome == "confirmed" else "is corrected and counts"
    messages.success(
        request, f"The level {found}. The recommendations are being made anew.", extra_tags="skills"
    )
    return redirect(page)


@require_safe
@staff_page
def run(request: HttpRequest, recommendation_id: uuid.UUID) -> HttpResponse:
    """Show one run as it was, in effect or not."""
    found: Any = recommendations.recommendation_of(by=caller(request), recommendation_id=recommendation_id)
    row = found.recommendation
    assessment = assessments.get_visible(by=caller(request), assessment_id=row.assessment_id)
    facts = assessment_facts(assessment, assessments.progress(assessment.pk), now=timezone.now())
    levels = reverse("advisor:assessment", args=[assessment.pk]) + SKILLS
    context = {
        "facts": facts,
        "recommended": recommended(row, levels=levels),
        "is_effective": row.effective,
    }
    return render(request, "advisor/run.html", context)


@require_safe
@quality_page
def calibration(request: HttpRequest) -> HttpResponse:
    """Show how far the confidences of recommendations hold."""
    context = {
        "report": recommendations.calibration_report(),
    }
    return render(request, "advisor/quality/calibration.html", context)
