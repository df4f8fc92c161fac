"""The provider of the institution's log-in: what it says of itself, its keys, and the exchange of codes."""

import base64
import threading
import time
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import structlog
from django.conf import settings

from accounts.external_id_tokens import Jwk
from accounts.institution.errors import LogInRefused, NotOffered, ProviderAway, away, refused
from accounts.institution.provider_http import LINE, Json, fetch, send
from microcred.outbound_connections import Deadline

log = structlog.get_logger(__name__)
Value = TypeVar("Value")

KEPT_SECONDS: Final = 3600.0
# No more often than this are keys asked for again because a token names one that is not known.
AGAIN_SECONDS: Final = 60.0
CLIENT_REFUSED: Final = "client refused"


@dataclass(frozen=True)
class Provider:
    """What the provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorize: str
    token: str
    keys: str
    userinfo: str
    names_itself: bool  # in the answer that the browser brings (RFC 9207)
    takes_secret_in_form: bool


@dataclass(frozen=True)
class TokenResponse:
    """What a code was exchanged for."""

    id_token: str
    access_token: str


class SingleValueCache(Generic[Value]):
    """The one value that was fetched last, for an hour; while one thread fetches it, others wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[Value, str, float] | None = None

    def get(self, of: str, make: Callable[[], Value], *, older_than: float = KEPT_SECONDS) -> Value:
        """Return the value ``of`` this address, made anew if it is older than so many seconds."""
        with self._lock:
            known = self.known(of, older_than=older_than)
            if known is None:
                now = time.monotonic()
                known = make()
                self._kept = known, of, now
            return known

    def known(self, of: str, *, older_than: float = KEPT_SECONDS) -> Value | None:
        """Return the value ``of`` this address if it is no older, without waiting for whoever fetches it anew."""
        kept = self._kept
        if kept is None or kept[1] != of or time.monotonic() - kept[2] > older_than:
            return None
        return kept[0]

    def forget(self) -> None:
        """Have it fetched the next time."""
        with self._lock:
            self._kept = None


_PROVIDER: Final[SingleValueCache[Provider]] = SingleValueCache()
_KEYS: Final[SingleValueCache[Sequence[Jwk]]] = SingleValueCache()


def is_offered() -> bool:
    """Whether people log in through an institution here."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID and settings.OIDC_CLIENT_SECRET)


def described(clock: Deadline) -> Provider:
    """Return what the provider says of itself, an hour old at most.

    Raises:
        NotOffered: if there is none.
        ProviderAway: if it does not say it, or speaks for another issuer.
    """
    if not is_offered():
        raise NotOffered("Nobody logs in through an institution here.")
    issuer = settings.OIDC_ISSUER
    place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    return _PROVIDER.get(issuer, lambda: _described(fetch(place, step="discovery", clock=clock)))


def keys(provider: Provider, clock: Deadline, *, anew: bool = False) -> Sequence[Jwk]:
    """Return the public keys of the provider; ``anew`` those of the last minute instead of the last hour."""

    return keys_at(provider.keys, _KEYS, lambda url: fetch(url, step="keys", clock=clock), anew=anew)


def keys_at(
    url: str, kept: SingleValueCache[Sequence[Jwk]], ask: Callable[[str], Json], *, anew: bool
) -> Sequence[Jwk]:
    """Return the public keys that are published at an address, ``kept`` for an hour; ``anew`` for a minute."""

    def make() -> Sequence[Jwk]:
        found = ask(url).get("keys")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    return kept.get(url, make, older_than=AGAIN_SECONDS if anew else KEPT_SECONDS)


def redeem(
    provider: Provider, *, code: str, verifier: str, redirect_uri: str, clock: Deadline
) -> TokenResponse:
    """Exchange a code for tokens.

    Raises:
        LogInRefused: if the provider does not take the code.
        ProviderAway: if it does not take us, or does not answer.
    """
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier,
    }  # fmt: skip
    headers: dict[str, str] = {}
    if provider.takes_secret_in_form:
        form |= {"client_id": settings.OIDC_CLIENT_ID, "client_secret": settings.OIDC_CLIENT_SECRET}
    else:
        headers["Authorization"] = f"Basic {_basic()}"
    body = urllib.parse.urlencode(form).encode()
    status, answer = send(provider.token, body=body, headers=headers, step="token", clock=clock)
    if status != 200:
        if answer.get("error") == "invalid_grant":
            raise refused("code not taken")
        raise away("token", CLIENT_REFUSED if answer.get("error") == "invalid_client" else "refused")
    return TokenResponse(_text(answer, "id_token"), _text(answer, "access_token"))


def userinfo(provider: Provider, *, access_token: str, clock: Deadline) -> Json:
    """Return what the provider tells of whoever an access token was given for."""
    headers = {"Authorization": f"Bearer {access_token}"}
    return fetch(provider.userinfo, step="userinfo", clock=clock, headers=headers)


def takes_client(provider: Provider, clock: Deadline) -> bool:
    """Whether the provider knows us and our secret, asked with a code that it never gave out.

    Raises:
        ProviderAway: if it does not answer.
    """
    try:
        redeem(provider, code="none", verifier="n" * 43, redirect_uri="https://none.invalid/", clock=clock)
    except LogInRefused:
        return True
    except ProviderAway as failure:
        if failure.reason == CLIENT_REFUSED:
            return False
        raise
    return True


def forget() -> None:
    """Forget what the provider said, and that it was silent."""
    _PROVIDER.forget()
    _KEYS.forget()
    LINE.reset()


def _described(said: Json) -> Provider:
    if said.get("issuer") != settings.OIDC_ISSUER:
        raise away("discovery", "another issuer")
    methods = said.get("token_endpoint_auth_methods_supported")
    found = Provider(
        issuer=settings.OIDC_ISSUER,
        authorize=_address(said, "authorization_endpoint"),
        token=_address(said, "token_endpoint"),
        keys=_address(said, "jwks_uri"),
        userinfo=_address(said, "userinfo_endpoint"),
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        takes_secret_in_form=isinstance(methods, list) and "client_secret_basic" not in methods,
    )
    if not (found.authorize and found.token and found.keys):
        raise away("discovery", "endpoints missing")
    return found


def _address(said: Json, name: str) -> str:
    """Return an address of the provider: never one in the clear where the issuer's is not."""
    address = _text(said, name)
    schemes = ("https://",) if settings.OIDC_ISSUER.startswith("https://") else ("https://", "http://")
    return address if address.startswith(schemes) else ""


def _text(said: Json, name: str) -> str:
    found = said.get(name)
    return found if isinstance(found, str) else ""


def _basic() -> str:
    quoted = (
        urllib.parse.quote_plus(part) for part in (settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)
    )
    return base64.b64encode(":".join(quoted).encode()).decode()
