"""System checks: an institution's log-in that is configured by half, or so that it would let in the wrong people."""

import re
import urllib.parse
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error

NEEDED: Final = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
# Of no use, or misleading, without the three.
BESIDE: Final = ("OIDC_SECOND_FACTOR", "OIDC_STUDENT_DOMAINS", "OIDC_APP_ADDRESSES")
DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def check_institution(**kwargs: Any) -> Sequence[CheckMessage]:
    """E017 to E020: what the log-in through the institution is set up with."""
    return [*_halves(), *_names(), *_ours(), *_domains(), *_addresses()]


def _halves() -> Iterator[CheckMessage]:
    given = {name for name in (*NEEDED, *BESIDE) if getattr(settings, name)}
    missing = [name for name in NEEDED if name not in given]
    if given and missing:
        yield Error(
            f"The institution's log-in is configured by half: {', '.join(missing)} missing.",
            hint=f"Set {', '.join(NEEDED)}, or none of {', '.join((*NEEDED, *BESIDE))}.",
            id="microcred.E017",
        )


def _names() -> Iterator[CheckMessage]:
    issuer = urllib.parse.urlsplit(settings.OIDC_ISSUER)
    if settings.OIDC_ISSUER and (issuer.query or issuer.fragment or not issuer.hostname or issuer.username):
        yield Error(
            "OIDC_ISSUER is no name of an issuer.",
            hint="Give the address that stands as issuer in the provider's discovery document, without ? and #.",
            id="microcred.E018",
        )
    if settings.OIDC_ISSUER and "openid" not in settings.OIDC_SCOPES:
        yield Error(
            "OIDC_SCOPES lacks openid, without which the provider says of nobody who they are.",
            hint="Add openid to it.",
            id="microcred.E018",
        )


def _ours() -> Iterator[CheckMessage]:
    if settings.OIDC_ISSUER and settings.IS_DEPLOYED and not settings.PUBLIC_URL.startswith("https://"):
        yield Error(
            "The provider would lead back to PUBLIC_URL in the clear.",
            hint="Let PUBLIC_URL begin with https://, and register it so with the provider.",
            id="microcred.E018",
        )


def _domains() -> Iterator[CheckMessage]:
    for domain in settings.OIDC_STUDENT_DOMAINS:
        if not DOMAIN.fullmatch(domain):
            yield Error(
                f"OIDC_STUDENT_DOMAINS names {domain!r}, which is no domain.",
                hint="Give what stands behind the @ of addresses, such as students.example.edu, separated by commas.",
                id="microcred.E019",
            )


def _addresses() -> Iterator[CheckMessage]:
    for address in settings.OIDC_APP_ADDRESSES:
        if not _is_safe(address):
            yield Error(
                "OIDC_APP_ADDRESSES names an address that a code must not be sent to.",
                hint="Each begins with https:// (on this machine http://), names a host, and has no # and no user "
                "name; those of apps may have a scheme of their own with a dot in it, such as org.example.app:/back.",
                id="microcred.E020",
            )


def _is_safe(address: str) -> bool:
    parts = urllib.parse.urlsplit(address)
    if parts.fragment or parts.username or "*" in address:
        return False
    if parts.scheme in {"https", "http"}:
        return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in HERE)
    return "." in parts.scheme
