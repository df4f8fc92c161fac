"""System checks: what is sent beyond this machine unencrypted, or to whoever answers, where the product is deployed."""

import ipaddress
import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.http.request import validate_host

# Ways of asking for a server's certificate that take whatever it shows, or none.
UNASKED = frozenset({"none", "optional"})


@dataclass(frozen=True)
class ServiceConnection:
    """A service that the product talks to; ``is_proven`` where it is encrypted and the server's certificate checked."""

    setting: str
    host: str
    is_proven: bool
    cure: str


def check_encryption(**kwargs: Any) -> Sequence[CheckMessage]:
    """E015: a service beyond this machine that is reached in the clear, or without asking who it is."""
    if not settings.IS_DEPLOYED:
        return []
    return [
        Error(
            f"{line.setting} leads to {line.host} without TLS that proves who answers.",
            hint=f"{line.cure} Where that network is yours alone, name the host in UNENCRYPTED_HOSTS.",
            id="microcred.E015",
        )
        for line in _lines()
        if not (line.is_proven or _is_here(line.host) or validate_host(line.host, settings.UNENCRYPTED_HOSTS))
    ]


def _lines() -> Iterator[ServiceConnection]:
    for database in settings.DATABASES.values():
        options = database.get("OPTIONS", {})
        proven = options.get("sslmode") == "verify-full"
        for host in str(options.get("host") or database.get("HOST") or "").split(","):
            yield ServiceConnection(
                "DATABASE_URL", host, proven, "Add ?sslmode=verify-full&sslrootcert=system to it."
            )
    if settings.REDIS_URL:
        redis = urllib.parse.urlsplit(settings.REDIS_URL)
        asked = urllib.parse.parse_qs(redis.query).get("ssl_cert_reqs", ["required"])[-1]
        proven = redis.scheme == "rediss" and asked not in UNASKED
        host = "" if redis.scheme == "unix" else redis.hostname or ""
        yield ServiceConnection("REDIS_URL", host, proven, "Let it begin with rediss://.")
    if settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        proven = bool(settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
        yield ServiceConnection("EMAIL_URL", settings.EMAIL_HOST, proven, "Let it begin with smtp+tls://.")
    if settings.OPENAI_BASE_URL:
        server = urllib.parse.urlsplit(settings.OPENAI_BASE_URL)
        proven = server.scheme == "https"
        yield ServiceConnection(
            "OPENAI_BASE_URL", server.hostname or "", proven, "Let it begin with https://."
        )
    if settings.OIDC_ISSUER:
        issuer = urllib.parse.urlsplit(settings.OIDC_ISSUER)
        yield ServiceConnection(
            "OIDC_ISSUER", issuer.hostname or "", issuer.scheme == "https", "Let it begin with https://."
        )


def _is_here(host: str) -> bool:
    """Whether the host is this machine: a socket's folder, a loopback address or its name."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
