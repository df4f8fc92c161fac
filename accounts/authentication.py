"""Who is calling the API."""

import uuid
from typing import Any, Final

from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed

from accounts import tokens
from accounts.models import User
from accounts.token_signing import FAMILY_CLAIM
from microcred.logging import CALLER

SCHEME: Final = b"Bearer"


class TokenAuthentication(JWTAuthentication):
    """Accept an access token whose owner is active, whose version is still theirs and whose family has not ended."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the owner and the token; None where no token was sent."""
        header = self.get_header(request)
        raw = self.get_raw_token(header) if header is not None else None
        if raw is None:
            return None
        try:
            user, token = tokens.owner_of(raw)
        except tokens.TokenRefused as refusal:
            raise AuthenticationFailed(refusal.message, code="token_not_valid") from None
        request._request.META[CALLER] = str(user.pk)
        return user, token

    def get_raw_token(self, header: bytes) -> bytes | None:
        """Return the token of a header, whose scheme has no case (RFC 9110, 11.1); None for another scheme."""
        scheme, *rest = header.split(maxsplit=1) or [b""]
        return super().get_raw_token(
            b" ".join([SCHEME, *rest]) if scheme.lower() == SCHEME.lower() else header
        )


def caller(request: Request) -> User:
    """Return the person behind a request; only for views that let nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError("the view lets others than people through")
    return request.user


def family_of(request: Request) -> uuid.UUID:
    """Return the log-in that a request came by; only for views that let nobody but people through."""
    return uuid.UUID(str(request.auth[FAMILY_CLAIM]))  # type: ignore[index]


def token_of(request: Request) -> bytes:
    """Return the token that a request came with; only for views that let nobody else through."""
    authentication = TokenAuthentication()
    header = authentication.get_header(request)
    raw = authentication.get_raw_token(header) if header is not None else None
    if raw is None:
        raise TypeError("the view lets others than people through")
    return raw
