"""What an ID token says, once it is shown that the provider says it, to us, of this log-in, and now.

OpenID Connect Core 1.0, section 3.1.3.7. Only signatures by a private key count: whoever has the provider's public key
could make one of the HS family. The key is one that the provider publishes, never one that the token brings along.
"""

import datetime as dt
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings

from accounts.institution.errors import refused
from accounts.institution.provider import Jwk

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
KINDS: Final = frozenset({"RSA", "EC", "OKP"})
LEEWAY_SECONDS: Final = 30
LONGEST: Final = 16 * 1024
LONGEST_SUBJECT: Final = 255
SHORTEST_RSA: Final = 2048

# What a token or a key that is none can cause where it is read.
MALFORMED: Final = (
    jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError, ArithmeticError, RecursionError,
)  # fmt: skip

Claims = dict[str, Any]
KeysOf = Callable[[bool], Sequence[Jwk]]


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
        claims = _verified(raw, keys)
    except MALFORMED as error:
        raise refused(f"token: {type(error).__name__}") from None
    audience, party = claims["aud"], claims.get("azp")
    if party not in (None, settings.OIDC_CLIENT_ID) or (_is_several(audience) and party is None):
        raise refused("token: another party")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(errors="replace"), nonce.encode()):
        raise refused("token: another nonce")
    if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT or not claims["sub"].isprintable():
        raise refused("token: no subject")
    return claims


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


def _verified(raw: str, keys: KeysOf) -> Claims:
    if len(raw) > LONGEST:
        raise ValueError("too long")
    header = jwt.get_unverified_header(raw)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS or "crit" in header:
        raise jwt.InvalidAlgorithmError(algorithm)
    key = _key(header.get("kid"), algorithm, keys)
    return jwt.decode(
        raw,
        key.key,
        algorithms=[algorithm],
        audience=settings.OIDC_CLIENT_ID,
        issuer=settings.OIDC_ISSUER,
        leeway=LEEWAY_SECONDS,
        options={"require": ["exp", "iat", "iss", "aud", "sub"]},
    )


def _key(name: object, algorithm: str, keys: KeysOf) -> jwt.PyJWK:
    """Return the provider's key of this name; of a token that names none, the only one there is."""
    fitting = _fitting(name, algorithm, keys(False)) or _fitting(name, algorithm, keys(True))
    if len(fitting) != 1:
        raise jwt.InvalidKeyError("no such key")
    key = jwt.PyJWK(fitting[0], algorithm=algorithm)
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < SHORTEST_RSA:
        raise jwt.InvalidKeyError("too short")
    return key


def _fitting(name: object, algorithm: str, known: Sequence[Jwk]) -> list[Jwk]:
    return [
        one
        for one in known
        if one.get("kty") in KINDS
        and "d" not in one
        and one.get("use") in (None, "sig")
        and one.get("alg") in (None, algorithm)
        and (name is None or one.get("kid") == name)
    ]


def _is_several(audience: object) -> bool:
    return isinstance(audience, list) and len(audience) > 1


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
