"""What students set out to reach."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from companion.pages import caller
from companion.student.access import student_page
from companion.student.practice_words import GOAL_STATUSES, level
from companion.student.tags import TagsField, typed_or_kept
from microcred.errors import DomainError, Missing
from microcred.labels import LONGEST_TITLE
from practice import queries, services
from practice.enums import GoalStatus

NONE_YET: Final = uuid.UUID(int=0)
_DIFFICULTIES: Final = [(str(number), f"{number}, {level(number)}") for number in range(1, 11)]
_CHANGED: Final = (
    "You have changed this goal in another window. What you typed is still here, and not saved yet."
)


class GoalForm(forms.Form):
    """What a goal is called, how far it goes, and by when."""

    title = forms.CharField(
        label="What do you want to reach?",
        max_length=LONGEST_TITLE,
        error_messages={"required": "Say what you want to reach."},
    )
    target_difficulty = forms.TypedChoiceField(
        label="Difficulty to reach", choices=_DIFFICULTIES, coerce=int, initial="7",
        help_text="From 1, the easiest, to 10.",
    )  # fmt: skip
    due_on = forms.DateField(
        label="By which day, if any", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )  # fmt: skip
    tags = TagsField()


class NewGoalForm(GoalForm):
    """A goal in a skill, and in further ones; ``seen`` is the latest goal that stood on the page."""

    skill = forms.ChoiceField(label="Skill")
    further = forms.MultipleChoiceField(
        label="Further skills, up to four", required=False, widget=forms.CheckboxSelectMultiple
    )
    seen = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("title", "skill", "further", "target_difficulty", "due_on", "tags", "seen")

    def __init__(self, skills: Sequence[queries.ChoosableSkill], data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        gaps = [(one.key, one.name) for one in skills if one.is_gap]
        rest = [(one.key, one.name) for one in skills if not one.is_gap]
        groups = [("What your result leaves to learn", gaps), ("Other skills", rest)]
        self.fields["skill"].choices = groups if gaps else rest  # type: ignore[attr-defined]
        self.fields["further"].choices = sorted(gaps + rest, key=lambda one: one[1].casefold())  # type: ignore[attr-defined]


class ChangedGoalForm(GoalForm):
    """What a goal is to be, and the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def goals(request: HttpRequest) -> HttpResponse:
    """Show the student's goals and how far they have come; a POST sets one."""
    by, now = caller(request), timezone.now()
    skills = queries.skills_to_choose(by.pk, now=now)
    if request.method != "POST":
        return _list(request, skills, None)
    form = NewGoalForm(skills, request.POST)
    if not form.is_valid():
        return _list(request, skills, form, status=400)
    given = dict(form.cleaned_data)
    try:
        goal = services.set_goal(by=by, skill_key=given.pop("skill"), now=now, **given)
    except DomainError as error:
        _refuse(form, error)
        return _list(request, skills, form, status=400)
    messages.success(request, f"“{goal.title}” is set.")
    return redirect("student:goals")


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def goal(request: HttpRequest, goal_id: uuid.UUID) -> HttpResponse:
    """Show one goal to change it; a POST changes it, ends it, or takes it up again."""
    found = queries.own_goal(by=caller(request), goal_id=goal_id)
    if request.method != "POST":
        return _one(request, found, ChangedGoalForm(initial=_fields(found)))
    if "status" in request.POST:
        return _end_or_resume(request, found)
    form = ChangedGoalForm(request.POST)
    if not form.is_valid():
        return _one(request, found, form, status=400)
    wanted = {**form.cleaned_data, "tags": typed_or_kept(form.cleaned_data["tags"], found.tags)}
    expected = {str(wanted.pop("version"))}
    try:
        services.change_goal(
            by=caller(request), goal_id=goal_id, expected=expected, now=timezone.now(), **wanted
        )
    except Missing:
        raise
    except services.GoalChangedMeanwhile:
        return _changed_meanwhile(request, goal_id, wanted)
    except DomainError as error:
        _refuse(form, error)
        return _one(request, found, form, status=400)
    messages.success(request, "The goal is changed.")
    return redirect("student:goals")


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def delete(request: HttpRequest, goal_id: uuid.UUID) -> HttpResponse:
    """Ask whether a goal is to be taken away for good; a POST does it, and of one that is gone says so."""
    by = caller(request)
    if request.method != "POST":
        return render(request, "student/goal_delete.html", {"goal": queries.own_goal(by=by, goal_id=goal_id)})
    try:
        title = queries.own_goal(by=by, goal_id=goal_id).title
        services.delete_goal(by=by, goal_id=goal_id)
    except queries.GoalMissing:
        messages.info(request, "There is no such goal any more.")
    else:
        messages.success(request, f"“{title}” is deleted.")
    return redirect("student:goals")


def shown_goals(goals: Sequence[queries.Goal]) -> list[dict[str, Any]]:
    """Return goals as the pages lay them out, the open ones first."""
    ordered = sorted(goals, key=lambda one: one.goal.status != GoalStatus.OPEN)
    return [
        {
            "goal": one.goal,
            "skills": ", ".join(skill.name for skill in one.goal.skills),
            "status": GOAL_STATUSES[one.goal.status],
            "percent": round(100 * one.progress),
            "sessions": one.sessions,
        }
        for one in ordered
    ]


def _list(request: HttpRequest, skills: Any, form: NewGoalForm | None, *, status: int = 200) -> HttpResponse:
    by, tag = caller(request), request.GET.get("tag", "")
    found = queries.goals_of(by=by, student_id=by.pk)
    newest = max((one.goal.pk for one in found), default=NONE_YET)
    context = {
        "goals": shown_goals([one for one in found if not tag or tag in one.goal.tags]),
        "tag": tag,
        "form": form or NewGoalForm(skills, initial={"seen": newest}),
        "is_refused": form is not None,
        "can_set": bool(skills),
    }
    return render(request, "student/goals.html", context, status=status)


def _one(request: HttpRequest, found: Any, form: forms.Form, *, status: int = 200) -> HttpResponse:
    context = {
        "goal": found,
        "form": form,
        "status": GOAL_STATUSES[found.status],
        "skills": ", ".join(skill.name for skill in found.skills),
        "is_changeable": found.status != GoalStatus.REACHED,
    }
    return render(request, "student/goal.html", context, status=status)


def _end_or_resume(request: HttpRequest, found: Any) -> HttpResponse:
    wanted = GoalStatus.OPEN if request.POST["status"] == GoalStatus.OPEN else GoalStatus.DROPPED
    try:
        services.change_goal(by=caller(request), goal_id=found.pk, status=wanted.value, now=timezone.now())
    except services.GoalReached as error:
        messages.error(request, error.message)
        return redirect("student:goal", found.pk)
    said = "is open again" if wanted == GoalStatus.OPEN else "is ended. You can take it up again"
    messages.success(request, f"“{found.title}” {said}.")
    return redirect("student:goals")


def _changed_meanwhile(request: HttpRequest, goal_id: uuid.UUID, wanted: dict[str, Any]) -> HttpResponse:
    """Show the goal as it stands beside what was typed, unless it stands so already: then it was sent twice."""
    now_is = queries.own_goal(by=caller(request), goal_id=goal_id)
    if all(getattr(now_is, name) == value for name, value in wanted.items()):
        return redirect("student:goals")
    form = ChangedGoalForm({**_typed(wanted), "version": now_is.version})
    form.add_error(None, _CHANGED)
    return _one(request, now_is, form, status=412)


def _fields(found: Any) -> dict[str, Any]:
    return {
        name: getattr(found, name) for name in ("title", "target_difficulty", "due_on", "tags", "version")
    }


def _typed(wanted: dict[str, Any]) -> dict[str, Any]:
    due: dt.date | None = wanted["due_on"]
    return {**wanted, "due_on": due.isoformat() if due else "", "tags": ", ".join(wanted["tags"])}


def _refuse(form: forms.Form, error: DomainError) -> None:
    """Say what is wrong at the field that it is about."""
    named = {"skills": "further"}
    about = str((error.details or {}).get("field", ""))
    field = named.get(about, about)
    form.add_error(field if field in form.fields else None, error.message)
