"""Choosing what to practise, and what has been practised and set so far."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from companion.pages import caller, page_asked
from companion.student.access import student_page
from companion.student.practice_words import STATUSES, set_to
from practice import queries, services
from practice.enums import AssignmentStatus, OverrideKind
from practice.serializers import LONGEST_KEY

PAGE_SIZE: Final = 10
SHOWN_SET: Final = 5


class SkillForm(forms.Form):
    """The key of a skill, empty for the one whose turn it is."""

    skill = forms.SlugField(required=False, max_length=LONGEST_KEY)


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def practice(request: HttpRequest) -> HttpResponse:
    """Show what may be practised; a POST gives what the student is at, or something new, of a skill or of any."""
    if request.method == "POST":
        return _assign(request)
    by, now = caller(request), timezone.now()
    skills = queries.skills_to_choose(by.pk, now=now)
    given = queries.visible_to(by)
    over = given.exclude(status=AssignmentStatus.OPEN)
    page = page_asked(request, over, PAGE_SIZE)
    context = {
        "open": given.filter(status=AssignmentStatus.OPEN),
        "gaps": [one for one in skills if one.is_gap],
        "others": sorted((one for one in skills if not one.is_gap), key=lambda one: not one.is_goal),
        "page": page,
        "rows": [(row, *STATUSES[row.status]) for row in page],
        "before": what_was_set(by),
    }
    return render(request, "student/practice.html", context)


def what_was_set(by: User) -> list[dict[str, Any]]:
    """Return what advisors set for a student lately, the latest first, without who it was."""
    return [
        {
            "what": ", ".join(skill.name for skill in queries.skills_of_override(row)),
            "is_goal": row.kind == OverrideKind.GOAL,
            "before": set_to(row.before),
            "after": set_to(row.after),
            "reason": row.reason,
            "made_at": row.made_at,
        }
        for row in queries.overrides_visible_to(by)[:SHOWN_SET]
    ]


def _assign(request: HttpRequest) -> HttpResponse:
    form = SkillForm(request.POST)
    try:
        if not form.is_valid():
            raise queries.SkillMissing("There is no such skill.")
        given = services.assign(by=caller(request), skill_key=form.cleaned_data["skill"], now=timezone.now())
    except (queries.NothingToPractise, queries.SkillMissing) as error:
        messages.error(request, f"{error.message} Choose another skill.")
        return redirect("student:practice")
    return redirect("student:assignment", given.pk)
