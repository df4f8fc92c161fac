"""Coming from a course: away to its platform, back with its word, and which account is whose."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt  # noqa: TID251 - platforms send these, with a state
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import attempt_limits, recent_authentication, second_factor, sessions
from accounts.enums import AuthMethod, Role
from accounts.models import User
from microcred.errors import DomainError
from ops.limits import seconds_to_wait
from partners.lti import (
    framing,
    grade_sync,
    launch_validation,
    links,
    login_initiation,
    pending_launches,
    queries,
)
from partners.lti.claims import Launch
from partners.lti.errors import LaunchRefused, Refusal, refused
from partners.lti.keys import published
from partners.lti.models import LtiPlatform


# Platforms begin here from pages of theirs, and change nothing by it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser back to the platform that has sent it, with what its word is checked by; from inside a page of
    the platform, into a window of its own first."""
    # What leads to a window leaves nothing behind, and a class sits behind one address.
    is_framed = framing.is_framed(request)
    wait = 0 if is_framed else attempt_limits.count_leaving(request)
    if wait:
        return attempt_limits.too_many_attempts(request, wait)
    given = request.POST if request.method == "POST" else request.GET
    try:
        platform = login_initiation.named_by(given)
    except LaunchRefused as refusal:
        return _told(request, refusal)
    if is_framed:
        context = {"platform": platform, "address": login_initiation.begins_again(given)}
        return framing.shown(request, "lti/window.html", context)
    return login_initiation.begin(given, platform)


# The state, which the browser's cookie belongs to, is the guard.
@csrf_exempt
@require_POST
@never_cache
@sensitive_variables()
def launch(request: HttpRequest) -> HttpResponse:
    """Take the platform's word, once, and let in whom it vouches for."""
    wait = attempt_limits.count_arriving(request)
    if wait:
        return attempt_limits.too_many_attempts(request, wait)
    try:
        asked = login_initiation.answered(request)
        if framing.is_framed(request):
            raise refused(Refusal.FRAMED, platform_id=str(asked.platform.pk))
        if "error" in request.POST:
            raise refused(Refusal.DECLINED, platform_id=str(asked.platform.pk))
        answer = _let_in(
            request, launch_validation.read(request.POST.get("id_token", ""), asked), asked.platform
        )
    except LaunchRefused as refusal:
        return _told(request, refusal)
    login_initiation.forget(answer, asked)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_variables()
def choose(request: HttpRequest) -> HttpResponse:
    """Ask whoever came from a course for the first time which account is theirs, or make them one."""
    waiting = pending_launches.waiting(request)
    if request.method == "POST":
        return _chosen(request, waiting)
    if waiting is None:
        return render(request, "lti/link.html", {})
    came, platform = waiting
    context: dict[str, Any] = {
        "came": came,
        "platform": platform,
        "is_student": isinstance(request.user, User) and request.user.role == Role.STUDENT,
        "can_be_student": links.can_be_student(came, platform),
        "is_known": bool(came.email) and queries.has_account(came.email),
    }
    return render(request, "lti/link.html", context)


def _let_in(request: HttpRequest, came: Launch, platform: LtiPlatform) -> HttpResponse:
    person = links.owner_of(came, platform)
    if person is None:
        answer = redirect("lti-link")
        pending_launches.hold(answer, came, platform)
        return answer
    links.note_launch(person, platform)
    wanted = _arrived(came, platform, person)
    if second_factor.is_on(person):
        sessions.begin_second_factor(request, person=person, wanted=wanted, means=AuthMethod.COURSE)
        return redirect("login-code")
    sessions.begin_from_course(request, person=person)
    return redirect(wanted)


def _chosen(request: HttpRequest, waiting: tuple[Launch, LtiPlatform] | None) -> HttpResponse:
    if waiting is None:
        messages.info(request, "That took too long. Open the link in your course again.")
        return redirect("lti-link")
    came, platform = waiting
    person = request.user
    try:
        if not isinstance(person, User):
            person = links.make_student(came, platform, now=timezone.now())
            sessions.begin_from_course(request, person=person)
        else:
            elsewhere = recent_authentication.reauthentication_required(request)
            if elsewhere:
                return elsewhere
            links.link(came, platform, by=person, now=timezone.now())
            messages.success(request, f"From now on {platform.name} leads you to this account.")
    except DomainError as failure:
        messages.error(request, failure.message)
        return redirect("lti-link")
    return pending_launches.forget(redirect(_arrived(came, platform, person)))


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Publish the keys that we prove ourselves with to platforms."""
    wait = seconds_to_wait(request, "keys")
    if wait:
        return attempt_limits.too_many_attempts(request, wait)
    answer = JsonResponse({"keys": published(now=timezone.now())})
    patch_cache_control(answer, public=True, max_age=300)
    return answer


def _arrived(came: Launch, platform: LtiPlatform, person: User) -> str:
    """Return where a launch leads: to the assessment of the role that the course has named, or to where it begins; the
    course is told of its result from now on, if it wants to be."""
    now = timezone.now()
    role_id = queries.role_named(came.role_wanted) if came.role_wanted else None
    if role_id is None:
        return reverse("student:home")
    if came.line_item:
        grade_sync.expect(came, platform, person=person, role_id=role_id, now=now)
    under_way = queries.open_assessment(person, role_id, now=now)
    return (
        reverse("student:taking", args=[under_way]) if under_way else reverse("student:role", args=[role_id])
    )


def _told(request: HttpRequest, refusal: LaunchRefused) -> HttpResponse:
    context = {"failure": refusal, "is_staffs": refusal.refusal == Refusal.STAFF}
    return framing.shown(request, "lti/refused.html", context, status=refusal.status)
