"""ID tokens of others, once it is shown that their issuer says it, to us, of this log-in, and now.

OpenID Connect Core 1.0, section 3.1.3.7. Only signatures by a private key count: whoever has the issuer's public key
could make one of the HS family. The key is one that the issuer publishes, never one that the token brings along.
"""

import hmac
from collections.abc import Callable, Sequence
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

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
Jwk = dict[str, Any]
KeysOf = Callable[[bool], Sequence[Jwk]]


class TokenRefused(Exception):
    """The token is not good; ``reason`` says why, for operators, and repeats nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(raw: str, *, issuer: str, client_id: str, nonce: str, keys: KeysOf) -> Claims:
    """Return the claims of a token of an issuer for us; ``keys`` returns the issuer's, anew if told so.

    Raises:
        TokenRefused: if anything is not as it must be.
    """
    try:
        claims = _verified(raw, issuer, client_id, keys)
    except MALFORMED as error:
        raise TokenRefused(type(error).__name__) from None
    audience, party = claims["aud"], claims.get("azp")
    if party not in (None, client_id) or (_is_several(audience) and party is None):
        raise TokenRefused("another party")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(errors="replace"), nonce.encode()):
        raise TokenRefused("another nonce")
    if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT or not claims["sub"].isprintable():
        raise TokenRefused("no subject")
    return claims


def _verified(raw: str, issuer: str, client_id: str, keys: KeysOf) -> Claims:
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
        audience=client_id,
        issuer=issuer,
        leeway=LEEWAY_SECONDS,
        options={"require": ["exp", "iat", "iss", "aud", "sub"]},
    )


def _key(name: object, algorithm: str, keys: KeysOf) -> jwt.PyJWK:
    """Return the issuer's key of this name; of a token that names none, the only one there is."""
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
