"""What students were reminded of, and how they want to be."""

import uuid
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from companion.pages import caller, page_asked
from companion.post_only import post_only
from companion.student.access import student_page
from microcred.errors import DomainError
from microcred.zones import zone_names
from nudges import queries, services

PAGE_SIZE: Final = 20
KEPT: Final = "How you are reminded is kept."


def _zones() -> list[tuple[str, str]]:
    return [("", "That of your institution"), *((name, name) for name in sorted(zone_names()))]


class ClockField(forms.TimeField):
    """A time of day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **kwargs)


class PreferencesForm(forms.Form):
    """How a student wants to be reminded."""

    in_app = forms.BooleanField(label="Show reminders on these pages", required=False)
    email = forms.BooleanField(label="Send them by e-mail", required=False)
    quiet_from = ClockField(label="Nothing from")
    quiet_until = ClockField(label="Until", help_text="The same time twice for no quiet hours.")
    time_zone = forms.ChoiceField(
        label="Your time zone",
        required=False,
        choices=_zones,
        help_text="When your days begin and end, here and on your list of tasks.",
    )
    stopped = forms.BooleanField(label="No reminders at all", required=False)


@require_safe
@student_page
def reminders(request: HttpRequest) -> HttpResponse:
    """List what the student was reminded of, the latest first."""
    told: Any = queries.own_nudges(caller(request))
    page = page_asked(request, told, PAGE_SIZE)
    return render(request, "student/reminders/list.html", {"page": page})


@student_page
@post_only("student:reminders")
def follow(request: HttpRequest, nudge_id: uuid.UUID) -> HttpResponse:
    """Lead to what a reminder is about, and note that the student went there."""
    nudge = services.click_nudge(by=caller(request), nudge_id=nudge_id, now=timezone.now())
    return redirect(queries.nudge_url(nudge))


@student_page
@post_only("student:reminders")
def note_seen(request: HttpRequest, nudge_id: uuid.UUID) -> HttpResponse:
    """Note that the student has read a reminder."""
    services.open_nudge(by=caller(request), nudge_id=nudge_id, now=timezone.now())
    return redirect("student:reminders")


@student_page
@post_only("student:reminders")
def plan(request: HttpRequest, nudge_id: uuid.UUID) -> HttpResponse:
    """Set what a reminder says on the student's list of tasks, once."""
    task_id = services.plan_nudge(by=caller(request), nudge_id=nudge_id, now=timezone.now())
    messages.success(request, "It is on your list of tasks.")
    return redirect("student:task", task_id)


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def preferences(request: HttpRequest) -> HttpResponse:
    """Show how the student wants to be reminded; a POST changes it, unless it has changed since it was shown."""
    by = caller(request)
    form = PreferencesForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid() and _changed(request, form):
        messages.success(request, KEPT)
        return redirect("student:reminder-preferences")
    wanted = services.preference_of(by=by, now=timezone.now())
    context = {"form": form or PreferencesForm(initial=_as_given(wanted)), "version": wanted.version}
    status = 400 if form is not None else 200
    return render(request, "student/reminders/preferences.html", context, status=status)


def _changed(request: HttpRequest, form: PreferencesForm) -> bool:
    """Keep what the form says, or put on it why that was refused; what is so already, the form sent twice, is kept."""
    by, now = caller(request), timezone.now()
    try:
        services.prefer(by=by, now=now, expected={request.POST.get("seen", "")}, **form.cleaned_data)
    except services.PreferencesChangedMeanwhile:
        if _as_given(services.preference_of(by=by, now=now)) == form.cleaned_data:
            return True
        form.add_error(None, "This was changed in another window. Look at it, then send yours again.")
    except DomainError as error:
        form.add_error(None, error.message)
    return form.is_valid()


def _as_given(wanted: Any) -> dict[str, Any]:
    names = ("in_app", "email", "quiet_from", "quiet_until", "time_zone")
    return {**{name: getattr(wanted, name) for name in names}, "stopped": wanted.stopped_at is not None}
