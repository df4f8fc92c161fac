"""Access and refresh tokens: issued, rotated with exactly one winner, revoked by the family.

Everything that comes of one log-in is a family. A refresh token that is used a second time was seen by two, and
nobody can tell which of them is the person: the family ends, with its access tokens.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import Token

from accounts import second_factor
from accounts.enums import AuthMethod, FamilyEnd
from accounts.models import TokenFamily, User
from accounts.token_signing import FAMILY_CLAIM, USER_CLAIM, AccessToken, RefreshToken
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Unauthorized
from ops import audit

log = structlog.get_logger(__name__)
ROLE_CLAIM = "role"
VERSION_CLAIM = "token_version"
_OWNER = CompiledQuery(
    lambda user, family: User.objects.filter(
        pk=user, token_families=family, token_families__ended_at__isnull=True
    ).order_by(),
    user=uuid.UUID,
    family=uuid.UUID,
)


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


@dataclass(frozen=True)
class AuthenticationEvent:
    """How somebody has shown who they are: with what, when (None for just now), and whether with a second factor of the
    institution's that counts."""

    means: AuthMethod = AuthMethod.PASSWORD
    at: dt.datetime | None = None
    factor_counts: bool = False


def issue(user: User, *, agent: str = "", shown: AuthenticationEvent = AuthenticationEvent()) -> TokenPair:
    """Begin a family with a pair for ``user``, who has shown who they are by a program of the name ``agent``."""
    now = timezone.now()
    family = TokenFamily(
        user=user, agent=agent, means=shown.means, proven_at=min(shown.at or now, now),
        factor_counted=shown.factor_counts,
    )  # fmt: skip
    pair = _next_pair(family)
    with transaction.atomic():
        family.save(force_insert=True)
        _record("issued", family, second_factor=second_factor.is_on(user), means=str(shown.means))
    return pair


def is_proven(family_id: uuid.UUID, *, within: dt.timedelta, now: dt.datetime) -> bool:
    """Whether the log-in of a family was by somebody who had shown within that time who they are."""
    return TokenFamily.objects.filter(pk=family_id, proven_at__gte=now - within).exists()


def owner_of(raw: bytes) -> tuple[User, AccessToken]:
    """Return whose access token this is.

    The owner is read at every request, so that a disabled person, a changed role, a new password or the end of
    the family takes effect at once.

    Raises:
        TokenRefused: for every reason; the answer does not say which.
    """
    try:
        token = AccessToken(raw)  # type: ignore[arg-type]
    except TokenError:
        raise TokenRefused("The token is not valid.") from None
    user = _OWNER.first(user=token[USER_CLAIM], family=token[FAMILY_CLAIM])
    if user is None or not _may_use(user, token):
        raise TokenRefused("The token is not valid any more.")
    return user, token


def rotate(raw: str) -> TokenPair:
    """Exchange a refresh token for a new pair; of several callers with the same token one wins.

    Raises:
        TokenRefused: for every reason; the answer does not say which.
    """
    token = _parse(raw)
    with transaction.atomic():
        family = _live_family(token)
        pair = _next_pair(family) if family and _may_go_on(family, token) else None
        if family and pair:
            family.save(update_fields=["current", "expires_at", "token_version"])
            _record("rotated", family)
    if pair is None:
        raise TokenRefused("The refresh token is not valid.")
    return pair


def revoke(raw: str) -> None:
    """End the family of a refresh token.

    Raises:
        TokenRefused: if it has ended.
    """
    token = _parse(raw)
    with transaction.atomic():
        family = _live_family(token)
        if family:
            _end(family, FamilyEnd.LOGOUT)
            _record("revoked", family)
    if family is None:
        raise TokenRefused("The refresh token is not valid.")


def forget_ended(*, now: dt.datetime) -> int:
    """Delete the families of which no token can be good any more; a function of the schedule."""
    return TokenFamily.objects.filter(expires_at__lt=now).delete()[0]


def _parse(raw: str) -> RefreshToken:
    try:
        return RefreshToken(raw)  # type: ignore[arg-type]
    except TokenError:
        raise TokenRefused("The refresh token is not valid.") from None


def _live_family(token: RefreshToken) -> TokenFamily | None:
    """Lock the family and return it if this is its current token; end it if this is an earlier one."""
    families = TokenFamily.objects.select_for_update(of=("self",)).select_related("user")
    family = families.filter(pk=token[FAMILY_CLAIM], user=token[USER_CLAIM], ended_at__isnull=True).first()
    if family is None or family.current == uuid.UUID(token["jti"]):
        return family
    _end(family, FamilyEnd.REUSE)
    log.warning("refresh_token_reused", user_id=str(family.user_id), family_id=str(family.pk))
    audit.record(
        by=None, action="tokens.reused", resource_type="user", resource_id=family.user_id,
        metadata={"family_id": str(family.pk)},
    )  # fmt: skip
    return None


def _end(family: TokenFamily, reason: FamilyEnd) -> None:
    family.ended_at, family.ended_because = timezone.now(), reason
    family.save(update_fields=["ended_at", "ended_because"])


def _record(deed: str, family: TokenFamily, **facts: bool | str) -> None:
    audit.record(
        by=family.user, action=f"tokens.{deed}", resource_type="user", resource_id=family.user_id,
        metadata={"family_id": str(family.pk), **facts},
    )  # fmt: skip


def _may_use(user: User, token: Token) -> bool:
    return user.is_active and bool(token.get(VERSION_CLAIM) == user.token_version)


def _may_go_on(family: TokenFamily, token: Token) -> bool:
    """Whether a log-in may have another pair: not for ever, and not past a second factor asked for since."""
    oldest = timezone.now() - dt.timedelta(days=settings.API_LOG_IN_DAYS)
    is_young = family.created_at > oldest
    has_factor = family.factor_counted and bool(settings.OIDC_SECOND_FACTOR)
    is_left_out = not has_factor and second_factor.is_missing(family.user)
    is_closed = family.means == AuthMethod.INSTITUTION and not settings.OIDC_ISSUER
    return is_young and _may_use(family.user, token) and not (is_left_out or is_closed)


def _next_pair(family: TokenFamily) -> TokenPair:
    """Make the tokens that the family goes on with, and note the refresh token as the current one."""
    user, refresh, access = family.user, RefreshToken(), AccessToken()
    for token in (refresh, access):
        token[USER_CLAIM], token[FAMILY_CLAIM] = str(user.pk), str(family.pk)
        token[ROLE_CLAIM], token[VERSION_CLAIM] = user.role, user.token_version
    family.current, family.token_version = uuid.UUID(refresh["jti"]), user.token_version
    family.expires_at = dt.datetime.fromtimestamp(refresh["exp"], dt.UTC)
    return TokenPair(str(access), str(refresh), int(AccessToken.lifetime.total_seconds()), user.role)
