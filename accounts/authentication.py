"""Who is calling the API."""

from typing import Any

from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.tokens import Token

from accounts.models import User
from accounts.tokens import VERSION_CLAIM


class TokenAuthentication(JWTAuthentication):
    """Accept an access token whose owner is active and whose version is still the owner's.

    The owner is read at every request, so that a disabled person, a changed role or a new password takes
    effect at once.
    """

    def get_user(self, validated_token: Token) -> Any:
        """Return the owner of the token, or raise ``AuthenticationFailed``."""
        user = User.objects.filter(pk=validated_token.get("user_id")).first()
        if user is None or not user.is_active or validated_token.get(VERSION_CLAIM) != user.token_version:
            raise AuthenticationFailed("The token is not valid any more.", code="token_not_valid")
        return user


def caller(request: Request) -> User:
    """Return the person behind a request; only for views that let nobody anonymous through."""
    if not isinstance(request.user, User):
        raise TypeError("the view lets anonymous callers through")
    return request.user
