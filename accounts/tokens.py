"""Access and refresh tokens: issued, rotated with exactly one winner, revoked."""

from dataclasses import dataclass

from django.db import transaction
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User
from microcred.errors import Unauthorized

ROLE_CLAIM = "role"
VERSION_CLAIM = "token_version"


class TokenRefused(Unauthorized):
    """The token is not one of ours, has expired, was used before, or its owner may not use it any more."""

    default_code = "TOKEN_401"


@dataclass(frozen=True)
class TokenPair:
    """What a caller gets: an access token for requests and a refresh token for the next pair."""

    access: str
    refresh: str
    expires_in: int
    role: str


def issue(user: User) -> TokenPair:
    """Issue a pair for ``user``, who has just proven who they are."""
    refresh: RefreshToken = RefreshToken.for_user(user)
    refresh[ROLE_CLAIM] = user.role
    refresh[VERSION_CLAIM] = user.token_version
    access = refresh.access_token
    return TokenPair(str(access), str(refresh), int(access.lifetime.total_seconds()), user.role)


@transaction.atomic
def rotate(raw: str) -> TokenPair:
    """Exchange a refresh token for a new pair; of several callers with the same token one wins.

    Raises:
        TokenRefused: for every reason; the answer does not say which.
    """
    token = _parse(raw)
    user = User.objects.filter(pk=token["user_id"]).first()
    if user is None or not user.is_active or token.get(VERSION_CLAIM) != user.token_version:
        raise TokenRefused("The refresh token is not valid.")
    _spend(token)
    return issue(user)


@transaction.atomic
def revoke(raw: str) -> None:
    """Make a refresh token useless.

    Raises:
        TokenRefused: if it already is.
    """
    _spend(_parse(raw))


def _parse(raw: str) -> RefreshToken:
    try:
        return RefreshToken(raw)  # type: ignore[arg-type]
    except TokenError:
        raise TokenRefused("The refresh token is not valid.") from None


def _spend(token: RefreshToken) -> None:
    """Blacklist the token; the unique key on the blacklist lets one caller through."""
    outstanding = OutstandingToken.objects.filter(jti=token["jti"]).first()
    if outstanding is None:
        raise TokenRefused("The refresh token is not valid.")
    _, created = BlacklistedToken.objects.get_or_create(token=outstanding)
    if not created:
        raise TokenRefused("The refresh token is not valid.")
