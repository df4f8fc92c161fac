"""The second factor on the pages: asked for after the password, set up, and taken off."""

from collections.abc import Sequence

import segno
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import attempt_limits, recent_authentication, second_factor, sessions
from accounts.forms import CodeForm, ProofForm, ProvenCodeForm
from accounts.models import User
from accounts.second_factor import CodeRefused


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Ask whoever gave the right password for a code, and log them in."""
    waiting = sessions.second_factor_pending_for(request)
    if waiting is None:
        messages.info(request, "That took too long. Please log in again.")
        return redirect("login")
    person, wanted = waiting
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        wait = attempt_limits.count_page_attempt(request, email=person.email)
        if wait:
            return attempt_limits.too_many_attempts(request, wait)
        if form.is_valid() and is_right_code(form, person):
            login(request, person, backend=sessions.awaited_backend(request))
            request.session.update({sessions.PROVEN: True, sessions.PROVEN_AT: timezone.now().timestamp()})
            return recent_authentication.redirect_to_next(request, wanted)
    return render(request, "registration/code.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def manage(request: HttpRequest) -> HttpResponse:
    """Set the second factor up, or take it off."""
    person = _logged_in(request)
    elsewhere = recent_authentication.instead_of_password(request, person)
    if elsewhere:
        return elsewhere
    if second_factor.is_on(person):
        return _take_off(request, person)
    form = ProvenCodeForm(person, request.POST or None)
    if request.method == "POST":
        wait = attempt_limits.count_page_attempt(request, email=person.email)
        if wait:
            return attempt_limits.too_many_attempts(request, wait)
        codes = _switched_on(form, person) if form.is_valid() else ()
        if codes:
            sessions.keep_session(request, person=person)
            request.session[sessions.PROVEN] = True
            return render(request, "registration/recovery_codes.html", {"codes": codes})
    enrolment = second_factor.enrol(by=person)
    picture = segno.make(enrolment.address, error="m").svg_inline(
        scale=5, border=3, dark="#000", light="#fff", omitsize=False
    )
    context = {"form": form, "key": enrolment.key, "address": enrolment.address, "picture": picture}
    return render(request, "registration/second_factor.html", context)


def _switched_on(form: CodeForm, person: User) -> Sequence[str]:
    try:
        return second_factor.confirm(by=person, code=form.cleaned_data["code"], now=timezone.now())
    except CodeRefused as refusal:
        form.add_error("code", refusal.message)
        return ()


def _take_off(request: HttpRequest, person: User) -> HttpResponse:
    form = ProvenCodeForm(person, request.POST or None)
    if request.method == "POST":
        wait = attempt_limits.count_page_attempt(request, email=person.email)
        if wait:
            return attempt_limits.too_many_attempts(request, wait)
        if form.is_valid() and is_right_code(form, person):
            second_factor.take_off(by=person, person=person)
            sessions.keep_session(request, person=person)
            request.session.pop(sessions.PROVEN, None)
            messages.success(request, "Your second factor is off.")
            return redirect("second-factor")
    left = second_factor.recovery_codes_left(person)
    return render(request, "registration/second_factor_on.html", {"form": form, "left": left})


def is_right_code(form: CodeForm | ProofForm, person: User) -> bool:
    """Whether the code is one of the person's; the form says so if it is not."""
    try:
        second_factor.prove(person=person, code=form.cleaned_data["code"], now=timezone.now())
    except CodeRefused as refusal:
        form.add_error("code", refusal.message)
        return False
    return True


def _logged_in(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("the page lets anonymous visitors through")
    return request.user
