"""One launch: what the browser is sent to the platform with, and what it must bring back.

The ``state`` is signed, says which platform was asked and with which nonce, and holds the hash of a secret that only
the browser has, in a cookie: a launch that another browser began lets nobody in here.
"""

import hashlib
import hmac
import secrets
import urllib.parse
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from partners.lti import queries
from partners.lti.errors import Refusal, refused
from partners.lti.models import LtiPlatform

SALT: Final = "partners.lti.state"
WITHIN_SECONDS: Final = 5 * 60
LONGEST: Final = 4000
ASKED_WITH: Final = (
    "iss", "client_id", "login_hint", "lti_message_hint", "target_link_uri", "lti_deployment_id",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a platform was asked, of which ``cookie`` is the name of the browser's half."""

    platform: LtiPlatform
    nonce: str
    cookie: str


def address() -> str:
    """Return where platforms send launches, which is registered there."""
    return f"{settings.PUBLIC_URL}{reverse('lti-launch')}"


def named_by(given: QueryDict) -> LtiPlatform:
    """Return the platform that begins a launch.

    Raises:
        LaunchRefused: if it is not registered, or asks for a page that is not ours.
    """
    if any(len(value) > LONGEST or "\0" in value for value in given.values()) or not given.get("login_hint"):
        raise refused(Refusal.REQUEST, "no login_hint, or too long, or no text")
    platform = queries.named(given.get("iss", ""), given.get("client_id", ""))
    if platform is None:
        raise refused(Refusal.PLATFORM, "unknown")
    if not _is_ours(given.get("target_link_uri", "")):
        raise refused(Refusal.TARGET, platform_id=str(platform.pk))
    deployment = given.get("lti_deployment_id", "")
    if deployment and deployment not in platform.deployment_ids:
        raise refused(Refusal.DEPLOYMENT, platform_id=str(platform.pk))
    return platform


def begins_again(given: QueryDict) -> str:
    """Return the address by which the same launch is begun in another window; nothing of it is used up so far."""
    asked = {name: given[name] for name in ASKED_WITH if given.get(name)}
    return f"{reverse('lti-login')}?{urllib.parse.urlencode(asked)}"


def begin(given: QueryDict, platform: LtiPlatform) -> HttpResponse:
    """Return the answer that sends the browser to the platform with what it has begun (OpenID Connect Core, 4)."""
    nonce, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    half = hashlib.sha256(secret.encode()).hexdigest()
    state = signing.dumps({"platform": str(platform.pk), "nonce": nonce, "half": half}, salt=SALT)
    asked = {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
        "client_id": platform.client_id, "redirect_uri": address(), "login_hint": given["login_hint"],
        "state": state, "nonce": nonce,
    }  # fmt: skip
    if given.get("lti_message_hint"):
        asked["lti_message_hint"] = given["lti_message_hint"]
    separator = "&" if "?" in platform.auth_url else "?"
    answer = HttpResponse(status=302)
    answer["Location"] = f"{platform.auth_url}{separator}{urllib.parse.urlencode(asked)}"
    _keep(answer, _cookie(half), secret)
    return answer


def answered(request: HttpRequest) -> Asked:
    """Return what a launch answers.

    Raises:
        LaunchRefused: if this browser has asked nothing of the kind in the last minutes, or the platform is off.
    """
    noted = _noted(request.POST.get("state", ""))
    name = _cookie(noted["half"])
    shown = hashlib.sha256(request.COOKIES.get(name, "").encode()).hexdigest()
    if not hmac.compare_digest(shown, noted["half"]):
        raise refused(Refusal.COOKIE, "missing" if name not in request.COOKIES else "another")
    platform = queries.active_platform(noted["platform"])
    if platform is None:
        raise refused(Refusal.PLATFORM, "switched off")
    return Asked(platform, noted["nonce"], name)


def is_encrypted() -> bool:
    """Whether browsers come over HTTPS, without which they send no cookie along from another site."""
    return settings.PUBLIC_URL.startswith("https://")


def _is_ours(target: str) -> bool:
    """Whether a course asks for what we offer; nobody is led there, for every launch leads to the same pages."""
    return target.partition("?")[0] == address()


def _noted(state: str) -> dict[str, Any]:
    try:
        noted: dict[str, Any] = signing.loads(state[:LONGEST], salt=SALT, max_age=WITHIN_SECONDS)
    except signing.BadSignature as error:
        raise refused(Refusal.STATE, type(error).__name__) from None
    return noted


def _cookie(half: str) -> str:
    # One of sixteen names: other sites can begin launches at will, and browsers forget what they hold too much of.
    return f"{'__Host-' if is_encrypted() else ''}lti-{half[:1]}"


def _keep(answer: HttpResponse, name: str, secret: str) -> None:
    # The platform's page sends the launch: no browser sends it a cookie that is not said to be for other sites too.
    answer.set_cookie(
        name, secret, max_age=WITHIN_SECONDS, httponly=True, secure=is_encrypted(),
        samesite="None" if is_encrypted() else "Lax",
    )  # fmt: skip


def forget(answer: HttpResponse, asked: Asked) -> None:
    """Have the browser forget its half."""
    answer.set_cookie(
        asked.cookie, "", max_age=0, httponly=True, secure=is_encrypted(),
        samesite="None" if is_encrypted() else "Lax",
    )  # fmt: skip
