"""What every test stands on: a real PostgreSQL and cheap passwords."""

from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.contrib import admin
from django.db import connection
from pytest_django.fixtures import Settings


def pytest_configure() -> None:
    """Find the pages of the administration, which tests read before anything asks for an address."""
    admin.autodiscover()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Start the embedded server before the first test that needs it, unless DATABASE_URL names another."""
    # Tests that commit are cleared by TRUNCATE, which append-only tables refuse everybody else.
    options = connection.settings_dict["OPTIONS"]
    options["options"] = f"{options['options']} -c microcred.allow_truncate=on"
    if django_settings.DATABASE_URL:
        yield
        return
    with django_settings.EMBEDDED_DATABASE.running():
        yield


@pytest.fixture(autouse=True)
def cheap_settings(settings: Settings) -> None:
    """Hash passwords fast, lift the limits and let templates write; tests of limits and of words put them back."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.RATE_LIMITS_ENABLED = False
    settings.MODEL_WORDS = False
