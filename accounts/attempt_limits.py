"""How often a password may be tried, and a new one be asked for, on the pages and over the API together."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_ratelimit.core import get_usage

Usage = Mapping[str, Any] | None

GROUP = "accounts.login"
BY_ADDRESS = "60/5m"
BY_EMAIL = "10/5m"
# Each letter ends the link of the one before.
ASKING_GROUP = "accounts.forgotten"
ASKING_BY_ADDRESS = "30/15m"
ASKING_BY_EMAIL = "3/h"
# Each leaves a session behind; many people of an institution come from one address.
LEAVING_GROUP = "accounts.institution"
LEAVING_BY_ADDRESS = "600/5m"
# Apart from passwords: a platform that is set up wrongly must not keep those who have one from logging in.
ARRIVING_GROUP = "partners.lti"
ARRIVING_BY_ADDRESS = "600/5m"


def count_page_attempt(request: HttpRequest, *, email: str) -> int:
    """Count an attempt on the page; return the seconds to wait, 0 while the allowance lasts."""
    by_address = _of_address(request, increment=True)
    by_email = _of_email(request, email, increment=True)
    return max(_wait(by_address, "should_limit"), _wait(by_email, "should_limit"))


def count_link_attempt(request: HttpRequest) -> int:
    """Count a try of a link for a new password; return the seconds to wait, 0 while the allowance lasts."""
    return _wait(_of_address(request, increment=True), "should_limit")


def link_wait(request: HttpRequest) -> int:
    """Return how long nobody may try a link from this address; 0 for no time."""
    return _wait_if_used_up([_of_address(request, increment=False)])


def count_asking(request: HttpRequest, *, email: str) -> int:
    """Count that somebody asks for a link by letter; return the seconds to wait, 0 while the allowance lasts."""
    of_address = _usage(request, ASKING_GROUP, "ip", ASKING_BY_ADDRESS, increment=True)
    of_email = _usage(request, ASKING_GROUP, _keyed(email), ASKING_BY_EMAIL, increment=True)
    return max(_wait(of_address, "should_limit"), _wait(of_email, "should_limit"))


def count_leaving(request: HttpRequest) -> int:
    """Count that somebody sets out for the institution's log-in; return the seconds to wait, 0 for none."""
    return _wait(_usage(request, LEAVING_GROUP, "ip", LEAVING_BY_ADDRESS, increment=True), "should_limit")


def count_arriving(request: HttpRequest) -> int:
    """Count that somebody comes from a course; return the seconds to wait, 0 for none."""
    return _wait(_usage(request, ARRIVING_GROUP, "ip", ARRIVING_BY_ADDRESS, increment=True), "should_limit")


def too_many_attempts(request: HttpRequest, wait: int) -> HttpResponse:
    """Answer that there were too many, and when there may be more."""
    refusal = render(request, "429.html", {"minutes": math.ceil(wait / 60)}, status=429)
    refusal.headers["Retry-After"] = str(wait)
    return refusal


def seconds_to_wait(request: HttpRequest, *, email: str) -> int:
    """Return how long nobody may try a password of this person, nor of anybody from this address; 0 for no time."""
    usages = _of_address(request, increment=False), _of_email(request, email, increment=False)
    return _wait_if_used_up(usages)


def count_failure(request: HttpRequest, *, email: str) -> None:
    """Count a wrong password given over the API, where programs rightly log in often."""
    _of_address(request, increment=True)
    _of_email(request, email, increment=True)


def _of_address(request: HttpRequest, *, increment: bool) -> Usage:
    return _usage(request, GROUP, "ip", BY_ADDRESS, increment=increment)


def _of_email(request: HttpRequest, email: str, *, increment: bool) -> Usage:
    return _usage(request, GROUP, _keyed(email), BY_EMAIL, increment=increment)


def _keyed(email: str) -> Callable[[str, HttpRequest], str]:
    named = hashlib.sha256(email.strip().lower().encode(errors="replace")).hexdigest()
    return lambda _group, _request: named


def _usage(request: HttpRequest, group: str, key: Any, rate: str, *, increment: bool) -> Usage:
    usage: Usage = get_usage(request, group=group, key=key, rate=rate, increment=increment)
    return usage


def _wait(usage: Usage, refused: str) -> int:
    return max(1, usage["time_left"]) if usage and usage[refused] else 0


def _wait_if_used_up(usages: Iterable[Usage]) -> int:
    return max(
        _wait({**usage, "used_up": usage["count"] >= usage["limit"]} if usage else None, "used_up")
        for usage in usages
    )
