"""Whether whoever is at a page has shown lately who they are, and the way to where they do."""

import datetime as dt
import urllib.parse
from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import sessions
from accounts.enums import Role
from accounts.models import User
from accounts.policy import Permission, allows

# A form is shown to those who have proven who they are so lately, and taken from them a while longer, so that nobody
# who takes their time over it has to begin again.
SHOWN_WITHIN: Final = dt.timedelta(minutes=10)
TAKEN_WITHIN: Final = dt.timedelta(minutes=30)
# The page below which all pages of a role stand that is not staff's.
_AREAS: Final[Mapping[Role, str]] = {Role.STUDENT: "student:home"}


def reauthentication_required(request: HttpRequest) -> HttpResponse | None:
    """Return the way to the page that asks who one is; None for whoever has proven it lately."""
    within = TAKEN_WITHIN if request.method == "POST" else SHOWN_WITHIN
    return None if is_recently_authenticated(request, within) else redirect_to_reauthentication(request)


def instead_of_password(request: HttpRequest, person: User) -> HttpResponse | None:
    """Return the way to proof for whoever has no password that the form could ask for, before it is taken."""
    if (
        person.has_usable_password()
        or request.method != "POST"
        or is_recently_authenticated(request, TAKEN_WITHIN)
    ):
        return None
    return redirect_to_reauthentication(request)


def is_recently_authenticated(request: HttpRequest, within: dt.timedelta) -> bool:
    """Whether the person has logged in, or proven who they are, within that time."""
    return sessions.is_proven(request, within=within, now=timezone.now())


def redirect_to_reauthentication(request: HttpRequest) -> HttpResponse:
    """Return the way to the page that asks who one is, and back here."""
    return redirect(f"{reverse('prove')}?{urllib.parse.urlencode({'next': request.get_full_path()})}")


def safe_next_url(person: User, wanted: str) -> str:
    """Return where somebody wanted to go if pages of their role may stand there, and nothing otherwise."""
    if allows(person, Permission.READ_STAFF_VIEW):
        return wanted
    area = _AREAS.get(Role(person.role))
    return wanted if area and wanted.startswith(reverse(area)) else ""


def redirect_to_next(request: HttpRequest, wanted: str) -> HttpResponse:
    """Lead to where somebody wanted to go, or to the start page if that is not one of ours."""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return redirect(wanted if wanted and safe else "start")
