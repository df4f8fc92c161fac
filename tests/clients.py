"""API clients that are logged in."""

from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import User


def client_of(user: User) -> APIClient:
    """Return a client that carries a token of ``user``."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user).access}")
    return client
