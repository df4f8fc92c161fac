"""What staff sets for a student to practise."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from assessments import queries as assessments
from companion.pages import caller, refuse, refuse_form, staff_page
from companion.post_only import post_only
from companion.review_forms import ReasonField
from microcred.errors import DomainError, Missing
from practice import queries, services
from practice.enums import SETTABLE_STATUSES


class LevelForm(forms.Form):
    """A skill, the difficulty at which it is to be practised, why, and of each skill the version that was shown."""

    skill = forms.SlugField(max_length=64)
    difficulty = forms.IntegerField(min_value=1, max_value=10)
    reason = ReasonField()

    def seen(self) -> str:
        """Return the version that was shown of the skill."""
        return str(self.data.get(f"version-{self.cleaned_data['skill']}", ""))


class GoalForm(forms.Form):
    """What a goal is to be, why, and the version that was shown."""

    target_difficulty = forms.IntegerField(label="Difficulty", min_value=1, max_value=10)
    due_on = forms.DateField(label="Due", required=False)
    status = forms.ChoiceField(label="Status", choices=SETTABLE_STATUSES)
    reason = ReasonField()
    version = forms.IntegerField()


@staff_page
@post_only("advisor:assessment", "assessment_id")
def set_level(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Have the student of an assessment practise a skill at another difficulty."""
    student_id = assessments.get_visible(by=caller(request), assessment_id=assessment_id).user_id
    page = reverse("advisor:assessment", args=[assessment_id]) + "#practice"
    form = LevelForm(request.POST)
    if not form.is_valid():
        refuse_form(request, form, "Nothing was set.", place="practice")
        return redirect(page)
    try:
        made = services.set_level(
            by=caller(request),
            student_id=student_id,
            skill_key=form.cleaned_data["skill"],
            level=form.cleaned_data["difficulty"],
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
            expected={form.seen()},
        )
    except Missing:
        raise
    except DomainError as error:
        refuse(request, f"Nothing was set. {error.message}", place="practice")
        return redirect(page)
    back = " What they were at is taken back." if made.withdrawn_id else ""
    said = f"{made.skill.name} is practised at difficulty {made.after['difficulty']} from now on.{back}"
    messages.success(request, said, extra_tags="practice")
    return redirect(page)


@staff_page
@post_only("advisor:assessment", "assessment_id")
def override_goal(request: HttpRequest, assessment_id: uuid.UUID, goal_id: uuid.UUID) -> HttpResponse:
    """Change a goal of the student of an assessment."""
    by = caller(request)
    student_id = assessments.get_visible(by=by, assessment_id=assessment_id).user_id
    if not queries.goals_visible_to(by).filter(pk=goal_id, user=student_id).exists():
        raise queries.GoalMissing("There is no such goal.")
    page = reverse("advisor:assessment", args=[assessment_id]) + "#practice"
    form = GoalForm(request.POST)
    if not form.is_valid():
        refuse_form(request, form, "The goal was not changed.", place="practice")
        return redirect(page)
    given = dict(form.cleaned_data)
    expected = {str(given.pop("version"))}
    try:
        services.override_goal(by=by, goal_id=goal_id, now=timezone.now(), expected=expected, **given)
    except Missing:
        raise
    except DomainError as error:
        refuse(request, f"The goal was not changed. {error.message}", place="practice")
        return redirect(page)
    messages.success(request, "The goal is changed.", extra_tags="practice")
    return redirect(page)
