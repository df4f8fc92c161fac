"""How often a password may be tried, on the log-in page and over the API together."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_ratelimit.core import get_usage

GROUP = "accounts.login"
BY_ADDRESS = "60/5m"
BY_EMAIL = "10/5m"


def count_page_attempt(request: HttpRequest, *, email: str) -> int:
    """Count an attempt on the page; return the seconds to wait, 0 while the allowance lasts."""
    by_address = _of_address(request, increment=True)
    by_email = _of_email(request, email, increment=True)
    return max(_wait(by_address, "should_limit"), _wait(by_email, "should_limit"))


def count_link_attempt(request: HttpRequest) -> int:
    """Count a try of a link for a new password; return the seconds to wait, 0 while the allowance lasts."""
    return _wait(_of_address(request, increment=True), "should_limit")


def come_back(request: HttpRequest, wait: int) -> HttpResponse:
    """Answer that there were too many, and when there may be more."""
    refusal = render(request, "429.html", {"minutes": math.ceil(wait / 60)}, status=429)
    refusal.headers["Retry-After"] = str(wait)
    return refusal


def seconds_to_wait(request: HttpRequest, *, email: str) -> int:
    """Return how long nobody may try a password of this person, nor of anybody from this address; 0 for no time."""
    usages = _of_address(request, increment=False), _of_email(request, email, increment=False)
    return max(
        _wait({**usage, "used_up": usage["count"] >= usage["limit"]} if usage else None, "used_up")
        for usage in usages
    )


def count_failure(request: HttpRequest, *, email: str) -> None:
    """Count a wrong password given over the API, where programs rightly log in often."""
    _of_address(request, increment=True)
    _of_email(request, email, increment=True)


def _of_address(request: HttpRequest, *, increment: bool) -> Mapping[str, Any] | None:
    usage: Mapping[str, Any] | None = get_usage(
        request, group=GROUP, key="ip", rate=BY_ADDRESS, increment=increment
    )
    return usage


def _of_email(request: HttpRequest, email: str, *, increment: bool) -> Mapping[str, Any] | None:
    named = hashlib.sha256(email.strip().lower().encode(errors="replace")).hexdigest()
    usage: Mapping[str, Any] | None = get_usage(
        request, group=GROUP, key=lambda _group, _request: named, rate=BY_EMAIL, increment=increment
    )
    return usage


def _wait(usage: Mapping[str, Any] | None, refused: str) -> int:
    return max(1, usage["time_left"]) if usage and usage[refused] else 0
