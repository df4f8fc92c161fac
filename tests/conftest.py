"""What every test stands on: a real PostgreSQL and cheap passwords."""

from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Start the embedded server before the first test that needs it, unless DATABASE_URL names another."""
    if django_settings.DATABASE_URL:
        yield
        return
    with django_settings.EMBEDDED_DATABASE.running():
        yield


@pytest.fixture(autouse=True)
def cheap_settings(settings: Settings) -> None:
    """Hash passwords fast and lift the limits; tests of limits put them back."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.RATE_LIMITS_ENABLED = False
