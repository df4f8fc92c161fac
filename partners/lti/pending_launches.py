"""Who came from a course and has yet to say which account is theirs, sealed in a cookie of ten minutes.

A launch is sent by another site's page, to which browsers give no session: what is kept in one would end the session
that the browser may have. Nobody but us can read the cookie or make one.
"""

import json
import uuid
from dataclasses import asdict
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from microcred import sealing
from partners.lti import queries
from partners.lti.claims import Launch
from partners.lti.login_initiation import is_encrypted
from partners.lti.models import LtiPlatform

PURPOSE: Final = "microcred.lti-held"
WITHIN_SECONDS: Final = 10 * 60


def hold(answer: HttpResponse, launch: Launch, platform: LtiPlatform) -> None:
    """Keep a launch with the browser that brought it."""
    kept = {"platform": str(platform.pk), "launch": asdict(launch), "since": timezone.now().timestamp()}
    sealed = sealing.seal(json.dumps(kept), key=settings.SECRET_KEY, purpose=PURPOSE)
    answer.set_cookie(
        _name(), sealed, max_age=WITHIN_SECONDS, httponly=True, secure=is_encrypted(), samesite="Lax"
    )


def waiting(request: HttpRequest) -> tuple[Launch, LtiPlatform] | None:
    """Return the launch that waits, and its platform; None where there is none, or none that is good any more."""
    try:
        kept = json.loads(
            sealing.unseal(
                request.COOKIES.get(_name(), ""), key=settings.SECRET_KEY, purpose=PURPOSE,
                former=settings.SECRET_KEY_FALLBACKS,
            )
        )  # fmt: skip
    except sealing.SealBroken:
        return None
    if not 0 <= timezone.now().timestamp() - kept["since"] <= WITHIN_SECONDS:
        return None
    platform = queries.active_platform(uuid.UUID(kept["platform"]))
    return (Launch(**kept["launch"]), platform) if platform is not None else None


def forget(answer: HttpResponse) -> HttpResponse:
    """Have the browser forget it."""
    answer.set_cookie(_name(), "", max_age=0, httponly=True, secure=is_encrypted(), samesite="Lax")
    return answer


def _name() -> str:
    return f"{'__Host-' if is_encrypted() else ''}lti-held"
