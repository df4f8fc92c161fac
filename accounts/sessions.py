"""What ends a session on the pages: time, and whatever ends tokens too."""

import datetime as dt
import math
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY, login, logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from accounts import log_ins, second_factor
from accounts.enums import AuthMethod
from accounts.models import PageSession, User
from microcred.logging import CALLER
from ops import audit

STARTED: Final = "started_at"
SEEN: Final = "seen_at"
VERSION: Final = "token_version"
PROVEN: Final = "second_factor"
PROVEN_AT: Final = "proven_at"
AWAITED: Final = "code_awaited"
LOG_IN: Final = "log_in"
# The ways into a session, as it names them.
BACKENDS: Final = {
    AuthMethod.PASSWORD: "django.contrib.auth.backends.ModelBackend",
    AuthMethod.INSTITUTION: "accounts.institution.backend.InstitutionBackend",
    AuthMethod.COURSE: "partners.lti.backend.CourseBackend",
}
# Between the password and the code.
CODE_WITHIN: Final = dt.timedelta(minutes=5)
# A session is written at most so often, not with every request.
NOTE_EVERY: Final = dt.timedelta(minutes=1)
# Where staff without a second factor may go when they must have one.
WAY_OUT: Final = frozenset(
    {
        "second-factor", "logout", "admin:logout", "login", "login-code", "session", "prove", "institution-begin",
        "institution-return",
    }
)  # fmt: skip
# Asked of the session's own address, this tells how long the session lasts and does not count as a request.
LOOK: Final = "look"

Handler = Callable[[HttpRequest], HttpResponse]


@receiver(user_logged_in, dispatch_uid="accounts.begin_session")
def begin(sender: type[User], request: HttpRequest, user: User, **_: object) -> None:
    """Note when the session began, and for which state of the account."""
    now = timezone.now()
    stamp = now.timestamp()
    request.session.update({STARTED: stamp, SEEN: stamp, VERSION: user.token_version})
    _list(request, user, now)


@receiver(user_logged_out, dispatch_uid="accounts.finish_session")
def finish(sender: type[User], request: HttpRequest, **_: object) -> None:
    """Take the session out of the person's list."""
    PageSession.objects.filter(pk__in=_listed(request), ended_at=None).update(ended_at=timezone.now())


def means_of(request: HttpRequest) -> AuthMethod:
    """Return what the session of a request was begun with."""
    begun = request.session.get(BACKEND_SESSION_KEY)
    return next((means for means, backend in BACKENDS.items() if backend == begun), AuthMethod.PASSWORD)


def begin_through_institution(
    request: HttpRequest, *, person: User, proven_at: dt.datetime | None, factor_counts: bool
) -> None:
    """Log in whom the institution vouches for, who showed it at ``proven_at`` who they are, None for who knows when."""
    login(request, person, backend=BACKENDS[AuthMethod.INSTITUTION])
    if factor_counts:
        request.session[PROVEN] = True
    if proven_at is not None:
        request.session[PROVEN_AT] = min(proven_at, timezone.now()).timestamp()


def begin_from_course(request: HttpRequest, *, person: User) -> None:
    """Log in a student whom the platform of a course vouches for; who was logged in before is logged out."""
    if isinstance(request.user, User) and request.user.pk != person.pk:
        logout(request)
    login(request, person, backend=BACKENDS[AuthMethod.COURSE])


def end_course_sessions(people: Iterable[uuid.UUID], *, now: dt.datetime) -> None:
    """End the sessions of these people that were begun from a course."""
    PageSession.objects.filter(person__in=people, means=AuthMethod.COURSE, ended_at=None).update(ended_at=now)


def log_in_of(request: HttpRequest) -> uuid.UUID | None:
    """Return which of the person's log-ins the request came by."""
    noted = request.session.get(LOG_IN)
    return uuid.UUID(noted) if noted else None


def _listed(request: HttpRequest) -> list[uuid.UUID]:
    noted = log_in_of(request)
    return [noted] if noted else []


def _list(request: HttpRequest, person: User, now: dt.datetime) -> None:
    began = dt.datetime.fromtimestamp(request.session[STARTED], dt.UTC)
    row = PageSession.objects.create(
        person=person,
        token_version=person.token_version,
        agent=log_ins.agent_of(request),
        means=means_of(request),
        started_at=began,
        seen_at=now,
    )
    request.session[LOG_IN] = str(row.pk)


def keep_session(request: HttpRequest, *, person: User) -> None:
    """Keep this session although the person has just ended all the others."""
    request.session[VERSION] = person.token_version
    PageSession.objects.filter(pk__in=_listed(request)).update(token_version=person.token_version)


def note_proof(request: HttpRequest, *, person: User, now: dt.datetime) -> None:
    """Remember that the person has just shown once more who they are; their session goes on under another key."""
    request.session.cycle_key()
    request.session[PROVEN_AT] = now.timestamp()
    audit.record(by=person, action="session.proven", resource_type="user", resource_id=person.pk)


def is_proven(request: HttpRequest, *, within: dt.timedelta, now: dt.datetime) -> bool:
    """Whether the person has logged in, or proven who they are, within that time.

    Who comes from elsewhere may have shown it hours ago who they are: there it counts when they did.
    """
    began = request.session.get(STARTED, 0) if means_of(request) == AuthMethod.PASSWORD else 0
    latest = max(began, request.session.get(PROVEN_AT, 0))
    return bool(now.timestamp() - latest <= within.total_seconds())


def begin_second_factor(
    request: HttpRequest,
    *,
    person: User,
    wanted: str,
    means: AuthMethod = AuthMethod.PASSWORD,
) -> None:
    """Remember who has given the right password, or is vouched for; nobody is logged in yet."""
    request.session.flush()
    request.session[AWAITED] = {
        "person": str(person.pk),
        "version": person.token_version,
        "since": timezone.now().timestamp(),
        "next": wanted,
        "means": means,
    }


def second_factor_pending_for(request: HttpRequest) -> tuple[User, str] | None:
    """Return who is to give a code now, and where they wanted to go; None if nobody is, or it took too long."""
    waiting = request.session.get(AWAITED)
    if not waiting or timezone.now().timestamp() - waiting["since"] > CODE_WITHIN.total_seconds():
        return None
    person = User.objects.filter(pk=waiting["person"], token_version=waiting["version"]).first()
    return (person, waiting["next"]) if person is not None and person.is_active else None


def awaited_backend(request: HttpRequest) -> str:
    """Return by which way whoever is to give a code has come so far."""
    return BACKENDS[AuthMethod(request.session[AWAITED].get("means", AuthMethod.PASSWORD))]


class SessionLimits:
    """Middleware: end sessions that were idle, that are old, or whose account has changed since."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the session of whoever has one."""
        # Requests of the API carry none, and must not be marked as depending on it.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            now = timezone.now()
            why = _ended(request, request.user, now)
            if why:
                logout(request)
                messages.info(request, why)
            else:
                request.META[CALLER] = str(request.user.pk)
                if not _only_looks(request):
                    _note(request, now)
                return _unless_said(self.get_response(request))
        return self.get_response(request)


def _unless_said(response: HttpResponse) -> HttpResponse:
    """Have nobody keep a page of somebody who is logged in, such as one that is missing and has their name on it."""
    if "Cache-Control" not in response:
        add_never_cache_headers(response)
    return response


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How long a session lasts if nothing is asked of it, and if something is asked again and again."""

    idle: dt.timedelta
    at_most: dt.timedelta

    @property
    def seconds(self) -> int:
        """Whole seconds until it ends by itself."""
        return max(0, math.ceil(min(self.idle, self.at_most).total_seconds()))

    @property
    def can_be_prolonged(self) -> bool:
        """Whether a request would make it last longer."""
        return self.idle < self.at_most


def time_left(request: HttpRequest, now: dt.datetime) -> TimeLeft:
    """Return how long the session of a request lasts."""
    idle = now.timestamp() - request.session.get(SEEN, 0)
    age = now.timestamp() - request.session.get(STARTED, 0)
    return TimeLeft(
        idle=dt.timedelta(minutes=settings.SESSION_IDLE_MINUTES, seconds=-idle),
        at_most=dt.timedelta(seconds=settings.SESSION_COOKIE_AGE - age),
    )


def page_context(request: HttpRequest) -> dict[str, TimeLeft | str]:
    """Context processor: how long the session of whoever is logged in lasts, so that their page can end with it; and
    what the institution's log-in is called, where there is one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not isinstance(request.user, User):
        return {}
    named = {"institution": settings.OIDC_NAME} if settings.OIDC_ISSUER else {}
    return {"session_left": time_left(request, timezone.now()), **named}


def _only_looks(request: HttpRequest) -> bool:
    return LOOK in request.GET and request.path_info == reverse("session")


def _note(request: HttpRequest, now: dt.datetime) -> None:
    session = request.session
    if now.timestamp() - session.get(SEEN, 0) > NOTE_EVERY.total_seconds():
        session[SEEN] = now.timestamp()
        PageSession.objects.filter(pk=session[LOG_IN], ended_at=None).update(seen_at=now)


def _ended(request: HttpRequest, person: User, now: dt.datetime) -> str:
    """Return why the session is over, nothing while it goes on."""
    session, left = request.session, time_left(request, now)
    if session.get(VERSION) != person.token_version:
        return "Your account was changed. Please log in again."
    if left.idle < dt.timedelta():
        return f"You were logged out after {settings.SESSION_IDLE_MINUTES} minutes without a request."
    if left.at_most < dt.timedelta():
        return f"You were logged out {settings.SESSION_COOKIE_AGE // 3600} hours after you had logged in."
    if LOG_IN not in session:  # begun before log-ins were listed
        _list(request, person, now)
    if not PageSession.objects.filter(pk=session[LOG_IN], ended_at=None).exists():
        return "You were logged out from elsewhere."
    return ""


class SecondFactorRequired:
    """Middleware: where staff must have a second factor, lead those without one to where they get it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Lead away from every page but the ones that lead there."""
        if not settings.SECOND_FACTOR_REQUIRED or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        person, match = request.user, request.resolver_match
        if not isinstance(person, User) or (match and match.view_name in WAY_OUT):
            return None
        if request.session.get(PROVEN) or not second_factor.is_missing(person):
            return None
        messages.info(request, "Your institution asks its staff for a second factor. Please set one up.")
        return redirect("second-factor")
