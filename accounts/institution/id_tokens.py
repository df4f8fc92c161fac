"""Whom the provider's ID token speaks of, once it is shown to be good (``accounts.external_id_tokens``)."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from accounts import external_id_tokens
from accounts.external_id_tokens import Claims, KeysOf
from accounts.institution.errors import refused


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for; ``email`` is empty unless the provider has verified it.

    ``factor_counts`` where a second factor was asked for that counts as ours; ``proven_at`` is when the person last
    showed the provider who they are, None where it does not say.
    """

    issuer: str
    subject: str
    email: str = ""
    name: str = ""
    factor_counts: bool = False
    proven_at: dt.datetime | None = None


def read(raw: str, *, nonce: str, keys: KeysOf) -> Claims:
    """Return the claims of a token; ``keys`` returns the provider's, anew if told so.

    Raises:
        LogInRefused: if anything is not as it must be.
    """
    try:
        return external_id_tokens.read(
            raw, issuer=settings.OIDC_ISSUER, client_id=settings.OIDC_CLIENT_ID, nonce=nonce, keys=keys
        )
    except external_id_tokens.TokenRefused as error:
        raise refused(f"token: {error.reason}") from None


def identity(claims: Claims) -> Identity:
    """Return whom verified claims speak of."""
    name = claims.get("name")
    return Identity(
        issuer=settings.OIDC_ISSUER,
        subject=claims["sub"],
        email=_address(claims),
        name=name.strip() if isinstance(name, str) else "",
        factor_counts=_factor_counts(claims),
        proven_at=_proven_at(claims.get("auth_time")),
    )


def _address(claims: Claims) -> str:
    """Return a verified address in lower case: of plain letters, since others become those (the Kelvin sign a k)."""
    email = claims.get("email")
    if claims.get(settings.OIDC_VERIFIED_CLAIM) is not True or not isinstance(email, str):
        return ""
    return email.lower() if email.isascii() and email.isprintable() else ""


def _factor_counts(claims: Claims) -> bool:
    methods = claims.get("amr")
    named = {one for one in methods if isinstance(one, str)} if isinstance(methods, list) else set()
    context = claims.get("acr")
    if isinstance(context, str):
        named.add(context)
    return not named.isdisjoint(settings.OIDC_SECOND_FACTOR)


def _proven_at(said: object) -> dt.datetime | None:
    """Return when the person showed the provider who they are."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    try:
        return dt.datetime.fromtimestamp(said, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None
