"""Logging in through the institution on the pages, and linking one's account to it."""

import urllib.parse
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts import attempt_limits, recent_authentication, second_factor, sessions
from accounts.enums import AuthMethod, LinkState
from accounts.institution import authorization, links, pending_link, provider
from accounts.institution.authorization import AuthorizationRequest, Purpose
from accounts.institution.errors import LogInRefused, NotOffered, NotProven
from accounts.institution.id_tokens import Identity
from accounts.models import User
from microcred.errors import DomainError

# What browsers say of a request that comes from a page of ours, or from nobody's: typed, or kept as a bookmark.
OWN: Final = frozenset({"same-origin", "none"})
NOT_ASKED_ANEW: Final = (
    "Your institution did not ask you anew who you are. Prove it with a password or a code, or ask an administrator "
    "for a link to choose a password."
)


@require_GET
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider, for whoever pressed a button of ours; others are shown the button first."""
    if request.headers.get("Sec-Fetch-Site", "none") not in OWN:
        return redirect(f"{reverse('login')}?{urllib.parse.urlencode({'next': request.GET.get('next', '')})}")
    elsewhere = _not_from_here(request)
    if elsewhere:
        return elsewhere
    wait = attempt_limits.count_leaving(request)
    if wait:
        return attempt_limits.too_many_attempts(request, wait)
    purpose = _purpose(request)
    if purpose != Purpose.LOG_IN and not isinstance(request.user, User):
        return redirect("login")
    try:
        return redirect(authorization.begin(request, purpose=purpose, wanted=request.GET.get("next", "")))
    except DomainError as failure:
        return _told(request, purpose, failure, wanted=request.GET.get("next", ""))


@require_GET
@never_cache
@sensitive_variables()
def come_back(request: HttpRequest) -> HttpResponse:
    """Take what the browser brings back from the provider, once."""
    wait = attempt_limits.link_wait(request)
    if wait:
        return attempt_limits.too_many_attempts(request, wait)
    try:
        asked = authorization.asked_by(request)
    except authorization.NothingAsked as failure:
        messages.info(request, failure.message)
        return redirect("start" if isinstance(request.user, User) else "login")
    try:
        return _taken(request, asked, authorization.answered(request, asked))
    except DomainError as failure:
        if isinstance(failure, LogInRefused):
            attempt_limits.count_link_attempt(request)
        return _told(request, asked.purpose, failure, wanted=asked.wanted)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def manage(request: HttpRequest) -> HttpResponse:
    """Show whether one's account is linked, link it to the log-in that was just shown to be one's own, or unlink it."""
    person = request.user
    if not isinstance(person, User):
        raise TypeError("the page lets anonymous visitors through")
    if not provider.is_offered():
        return render(request, "registration/institution.html", {"is_offered": False})
    if request.method == "POST":
        return recent_authentication.reauthentication_required(request) or _change(request, person)
    link = links.link_of(person)
    waiting = pending_link.waiting(request, person)
    context: dict[str, Any] = {
        "is_offered": True,
        "link": link,
        "is_linked": link is not None and link.state == LinkState.LINKED,
        "is_only_way": not person.has_usable_password(),
        "waiting": waiting,
    }
    return render(request, "registration/institution.html", context)


def _purpose(request: HttpRequest) -> Purpose:
    named = request.GET.get("for", "")
    return Purpose(named) if named in set(Purpose) else Purpose.LOG_IN


def _taken(request: HttpRequest, asked: AuthorizationRequest, identity: Identity) -> HttpResponse:
    person = request.user
    if asked.purpose == Purpose.LOG_IN:
        return _log_in(request, identity, asked)
    if not isinstance(person, User) or str(person.pk) != asked.person:
        messages.info(request, "Somebody else was logged in when that began. Nothing was changed.")
        return redirect("login")
    if asked.purpose == Purpose.PROVE:
        return _prove(request, person, identity, asked)
    # Kept until the person says that it is them: somebody else may have sent their browser there.
    pending_link.hold(request, person, identity)
    return redirect("institution")


def _log_in(request: HttpRequest, identity: Identity, asked: AuthorizationRequest) -> HttpResponse:
    """Let in whose account it is, or ask for their code where the provider has asked for none that counts."""
    person = links.owner_of(identity, now=timezone.now())
    wanted = recent_authentication.safe_next_url(person, asked.wanted)
    if second_factor.is_on(person) and not identity.factor_counts:
        sessions.begin_second_factor(request, person=person, wanted=wanted, means=AuthMethod.INSTITUTION)
        return redirect("login-code")
    sessions.begin_through_institution(
        request, person=person, proven_at=identity.proven_at, factor_counts=identity.factor_counts
    )
    return recent_authentication.redirect_to_next(request, wanted)


def _prove(
    request: HttpRequest, person: User, identity: Identity, asked: AuthorizationRequest
) -> HttpResponse:
    if not links.is_of(identity, person):
        raise NotProven("That is another log-in than the one of this account.")
    if not authorization.is_anew(identity, since=asked.since):
        raise NotProven(NOT_ASKED_ANEW)
    if second_factor.is_on(person) and not identity.factor_counts:
        raise NotProven(
            "Your institution asked for no second factor that counts here. Prove it with your code."
        )
    sessions.note_proof(request, person=person, now=timezone.now())
    return recent_authentication.redirect_to_next(request, asked.wanted)


def _change(request: HttpRequest, person: User) -> HttpResponse:
    identity = pending_link.taken(request, person)
    try:
        if request.POST.get("do") == "unlink":
            links.unlink(by=person, now=timezone.now())
            sessions.keep_session(request, person=person)
            messages.success(request, "Your account is not linked any more. Your password logs you in.")
        elif identity is None:
            messages.info(request, "That took too long. Please begin again.")
        else:
            links.link(identity, by=person, now=timezone.now())
            messages.success(request, "Your account is linked.")
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("institution")


def _not_from_here(request: HttpRequest) -> HttpResponse | None:
    """Lead whoever came by another name of this host to the one that the provider leads back to, for its cookie."""
    ours = authorization.address().removesuffix(reverse("institution-return"))
    if not provider.is_offered() or ours == request.build_absolute_uri("/").rstrip("/"):
        return None
    if "again" in request.GET:  # Such as behind a proxy that hides what was asked for.
        return None
    query = request.GET.copy()
    query["again"] = "1"
    return redirect(f"{ours}{request.path}?{query.urlencode()}")


def _told(request: HttpRequest, purpose: Purpose, failure: DomainError, *, wanted: str = "") -> HttpResponse:
    """Say what happened on the page that it was begun from."""
    if isinstance(failure, NotOffered):
        return redirect("login")
    messages.error(request, failure.message)
    where = {Purpose.LINK: "institution", Purpose.PROVE: "prove"}.get(purpose, "login")
    query = f"?{urllib.parse.urlencode({'next': wanted})}" if wanted else ""
    return redirect(f"{reverse(where)}{query}")
