"""The page on which people see their log-ins and end them."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import attempt_limits, log_ins, recent_authentication, services, sessions
from accounts.forms import ALL_OTHERS, LogInsForm
from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def manage(request: HttpRequest) -> HttpResponse:
    """Show one's log-ins, and end one or all others for whoever knows the password."""
    person = request.user
    if not isinstance(person, User):
        raise TypeError("the page lets anonymous visitors through")
    elsewhere = recent_authentication.instead_of_password(request, person)
    if elsewhere:
        return elsewhere
    found = log_ins.open_log_ins(person, current=sessions.log_in_of(request), now=timezone.now())
    form = LogInsForm(person, found, request.POST or None)
    if request.method == "POST":
        wait = attempt_limits.count_page_attempt(request, email=person.email)
        if wait:
            return attempt_limits.too_many_attempts(request, wait)
        if form.is_valid():
            _end(request, person, form.cleaned_data["which"])
            return redirect("log-ins")
    return render(request, "registration/log_ins.html", {"form": form, "log_ins": found})


def _end(request: HttpRequest, person: User, which: str) -> None:
    if which == ALL_OTHERS:
        services.end_log_ins(by=person, person=person)
        sessions.keep_session(request, person=person)
        messages.success(request, "You are logged out everywhere else.")
        return
    try:
        log_ins.end_one(by=person, log_in_id=uuid.UUID(which), now=timezone.now())
    except log_ins.LogInMissing:
        messages.info(request, "That log-in was over already.")
    else:
        messages.success(request, "That log-in is ended.")
