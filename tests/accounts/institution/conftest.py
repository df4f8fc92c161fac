"""An institution whose provider runs on this machine."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.institution import provider as known
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider

SITE = "http://testserver"


@pytest.fixture
def provider(settings: Settings) -> Iterator[IdentityProvider]:
    """Let people log in through a provider that does as it should."""
    with IdentityProvider() as running:
        settings.OIDC_ISSUER = running.issuer
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        settings.OIDC_NAME = "Northfield"
        settings.PUBLIC_URL = SITE
        known.forget()
        yield running
    known.forget()


@pytest.fixture
def client() -> Client:
    return Client()
