"""One log-in through the institution on the pages: what the browser is sent away with, and what it brings back.

The session remembers what was asked, under the ``state`` that comes back: an answer to something that this browser has
not asked, or asked too long ago, or has had answered, is none.
"""

import base64
import datetime as dt
import hashlib
import secrets
import urllib.parse
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.external_id_tokens import LEEWAY_SECONDS
from accounts.institution import id_tokens, provider
from accounts.institution.errors import refused
from accounts.institution.id_tokens import Identity
from accounts.institution.provider_http import LINE, SECONDS
from microcred.errors import Invalid
from microcred.outbound_connections import Deadline

log = structlog.get_logger(__name__)

ASKED: Final = "institution_asked"
WITHIN: Final = dt.timedelta(minutes=10)
MOST_AT_ONCE: Final = 5
LONGEST_CODE: Final = 4096
TOO_LATE: Final = "That log-in was not begun here, or took too long. Please try again."


class Purpose(StrEnum):
    """What somebody goes to the provider for: to log in, to link their account, or to prove that it is them."""

    LOG_IN = "log-in"
    LINK = "link"
    PROVE = "prove"


class NothingAsked(Invalid):
    """The answer belongs to nothing that this browser has asked lately."""

    default_code = "OIDC_400"


class NotAnswered(Invalid):
    """The provider says that nothing came of it, such as when somebody turns back there."""

    default_code = "OIDC_400"


@dataclass(frozen=True)
class AuthorizationRequest:
    """What was asked: for what, by whom (their id, empty for nobody yet), where they want to go, and when."""

    purpose: Purpose
    person: str
    wanted: str
    since: dt.datetime
    nonce: str
    verifier: str


def address() -> str:
    """Return where the provider leads back to, which is registered there: the same whatever host was asked for."""
    return f"{settings.PUBLIC_URL}{reverse('institution-return')}"


def begin(request: HttpRequest, *, purpose: Purpose, wanted: str) -> str:
    """Return where to send the browser.

    Raises:
        NotOffered: if there is no provider.
        ProviderAway: if it cannot be asked.
    """
    with LINE.taken():
        known = provider.described(Deadline(SECONDS))
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    _remember(request, state, {
        "nonce": nonce, "verifier": verifier, "purpose": purpose, "wanted": wanted, "issuer": known.issuer,
        "person": str(request.user.pk or ""), "since": timezone.now().timestamp(),
    })  # fmt: skip
    asked = {
        "response_type": "code", "client_id": settings.OIDC_CLIENT_ID, "redirect_uri": address(),
        "scope": " ".join(settings.OIDC_SCOPES), "state": state, "nonce": nonce,
        "code_challenge": pkce_challenge(verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    if purpose == Purpose.PROVE:
        asked |= {"prompt": "login", "max_age": "0"}
    separator = "&" if "?" in known.authorize else "?"
    return f"{known.authorize}{separator}{urllib.parse.urlencode(asked)}"


def asked_by(request: HttpRequest) -> AuthorizationRequest:
    """Return what this answers, and forget it: of several answers to one question the first counts.

    Raises:
        NothingAsked: if this browser has asked nothing of the kind lately.
    """
    waiting = dict(request.session.get(ASKED, {}))
    noted = waiting.pop(request.GET.get("state", ""), None)
    if noted is None:
        raise NothingAsked(TOO_LATE)
    request.session[ASKED] = waiting
    since = dt.datetime.fromtimestamp(noted["since"], dt.UTC)
    if timezone.now() - since > WITHIN or noted["issuer"] != settings.OIDC_ISSUER:
        raise NothingAsked(TOO_LATE)
    return AuthorizationRequest(
        Purpose(noted["purpose"]), noted["person"], noted["wanted"], since, noted["nonce"], noted["verifier"]
    )


def answered(request: HttpRequest, asked: AuthorizationRequest) -> Identity:
    """Return whom the provider vouches for.

    Raises:
        NotAnswered: if the provider says that nothing came of it.
        LogInRefused: if what it says is not good.
        ProviderAway: if it cannot be asked.
    """
    if "error" in request.GET:
        log.info("institution_log_in_declined")
        raise NotAnswered("Nothing came of the log-in at your institution.")
    return exchange_code(
        code=request.GET.get("code", ""),
        verifier=asked.verifier,
        nonce=asked.nonce,
        redirect_uri=address(),
        named=request.GET.get("iss"),
    )


def exchange_code(*, code: str, verifier: str, nonce: str, redirect_uri: str, named: str | None) -> Identity:
    """Exchange a code and return whom the provider vouches for; ``named`` is the issuer that came beside the code.

    Raises:
        NotOffered, LogInRefused, ProviderAway
    """
    clock = Deadline(SECONDS)
    with LINE.taken():
        known = provider.described(clock)
        if named is None and known.names_itself:
            raise refused("issuer not named")
        if named not in (None, known.issuer) or not 0 < len(code) <= LONGEST_CODE:
            raise refused("another issuer, or no code")
        given = provider.redeem(known, code=code, verifier=verifier, redirect_uri=redirect_uri, clock=clock)
        claims = id_tokens.read(
            given.id_token, nonce=nonce, keys=lambda anew: provider.keys(known, clock, anew=anew)
        )
        if "email" not in claims and known.userinfo and given.access_token:
            claims = _with_more(
                claims, provider.userinfo(known, access_token=given.access_token, clock=clock)
            )
    return id_tokens.identity(claims)


def is_anew(identity: Identity, *, since: dt.datetime) -> bool:
    """Whether the provider says that the person has shown it who they are after that time."""
    return identity.proven_at is not None and identity.proven_at >= since - dt.timedelta(
        seconds=LEEWAY_SECONDS
    )


def pkce_challenge(verifier: str) -> str:
    """Return what is shown of a verifier beforehand (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _with_more(claims: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Return the claims with address and name as the provider tells them there of the same subject.

    An address and that it is verified are told by the same answer, or not at all.
    """
    if told.get("sub") != claims["sub"]:
        raise refused("userinfo: another subject")
    verified = settings.OIDC_VERIFIED_CLAIM
    named = claims.get("name", told.get("name"))
    return {**claims, "name": named, "email": told.get("email"), verified: told.get(verified)}


def _remember(request: HttpRequest, state: str, asked: dict[str, Any]) -> None:
    before = list(request.session.get(ASKED, {}).items())[1 - MOST_AT_ONCE :]
    request.session[ASKED] = {**dict(before), state: asked}
