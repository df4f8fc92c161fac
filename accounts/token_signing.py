"""How tokens are signed and read: HMAC-SHA-256 under a key that the header names.

One key signs (``JWT_SIGNING_KEY``); tokens of the others (``JWT_VERIFYING_KEYS``) are accepted too, so that a key
can be replaced without logging anybody out. A key's name is derived from it, and nothing else in the header is
believed: the algorithm is fixed, and a name that no live key has is refused.
"""

import functools
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any, Final

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token

from microcred.single_flight import SingleFlightCache

USER_CLAIM = "user_id"
FAMILY_CLAIM = "family"
ALGORITHM = "HS256"
REQUIRED = ["exp", "iat", "jti", "iss", "aud"]


@functools.lru_cache(maxsize=16)
def kid_of(key: str) -> str:
    """Return the public name of a key: twelve hexadecimal digits of a hash from which nothing can be learnt."""
    return hashlib.sha256(b"microcred.jwt-key:" + key.encode()).hexdigest()[:12]


# The claims of tokens that were found good.
_READ: Final[SingleFlightCache[tuple[bytes, tuple[str, ...]], Mapping[str, Any]]] = SingleFlightCache(4096)


class NamedKeys(TokenBackend):
    """Signs with the present key and names it; reads tokens of every live key."""

    def encode(self, payload: dict[str, Any]) -> str:
        """Return the signed token."""
        key = settings.JWT_SIGNING_KEY
        claims = {**payload, "aud": self.audience, "iss": self.issuer}
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": kid_of(key)})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """Return the claims of a token that is ours, else raise ``TokenBackendError``.

        A token comes with every request of its fifteen minutes. What was read from the very same bytes under the same
        keys is remembered, by their hash; whether it has expired is asked by :meth:`OwnToken.verify` each time.
        """
        raw = token if isinstance(token, bytes) else str(token).encode()
        keys = settings.JWT_SIGNING_KEY, *settings.JWT_VERIFYING_KEYS
        return dict(_READ.get((hashlib.sha256(raw).digest(), keys), lambda: self._read(token)))

    def _read(self, token: Any) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key_named_in(token),
                algorithms=[ALGORITHM],
                audience=self.audience,
                issuer=self.issuer,
                leeway=self.get_leeway(),
                options={"require": REQUIRED},
            )
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("Token is invalid") from error
        return claims

    def _key_named_in(self, token: Any) -> str:
        name = jwt.get_unverified_header(token).get("kid")
        for key in (settings.JWT_SIGNING_KEY, *settings.JWT_VERIFYING_KEYS):
            if name == kid_of(key):
                return str(key)
        raise TokenBackendError("Token is invalid")


_BACKEND = NamedKeys(
    ALGORITHM,
    signing_key=None,
    audience=api_settings.AUDIENCE,
    issuer=api_settings.ISSUER,
    leeway=api_settings.LEEWAY,
)


class OwnToken(Token):
    """A token of a person: who, of which log-in, and what they were when it was made."""

    def get_token_backend(self) -> TokenBackend:
        """Return the backend that names its keys."""
        return _BACKEND

    def verify(self) -> None:
        """Raise ``TokenError`` for a wrong kind, an end that has passed, or claims that are not what we write."""
        try:
            super().verify()
            for claim in (USER_CLAIM, FAMILY_CLAIM, "jti"):
                self.payload[claim] = str(uuid.UUID(self.payload[claim]))
        except (KeyError, ValueError, AttributeError, TypeError, OverflowError) as error:
            raise TokenError("Token is invalid") from error


class AccessToken(OwnToken):
    """What a person sends with each request."""

    token_type = "access"  # noqa: S105 - the name of a kind
    lifetime = api_settings.ACCESS_TOKEN_LIFETIME


class RefreshToken(OwnToken):
    """What a person exchanges for the next pair, once."""

    token_type = "refresh"  # noqa: S105 - the name of a kind
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME
