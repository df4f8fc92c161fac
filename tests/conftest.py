"""What every test stands on: a real PostgreSQL and cheap passwords."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib import admin
from django.db import connection
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck
from hypothesis import settings as property_settings
from pytest_django.fixtures import Settings

from tests import clearing, sharing, template

# The same examples in every run, and none too late because the machine was busy.
property_settings.register_profile(
    "repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
property_settings.load_profile("repeatable")


def pytest_configure() -> None:
    """Find the pages of the administration, which tests read before anything asks for an address.

    Processes that are started from here calculate on one core each.
    """
    admin.autodiscover()
    for name in sharing.CALCULATE_ON_ONE_CORE:
        os.environ.setdefault(name, "1")


def pytest_xdist_auto_num_workers() -> int:
    """Return the number of processes for ``--numprocesses auto``."""
    return sharing.processes()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files into the order in which processes take them."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    items[:] = sharing.in_order(files)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> Iterator[None]:
    """Start the embedded server before the first test that needs it, unless DATABASE_URL names another."""
    # Tests that commit may be cleared by TRUNCATE, which append-only tables refuse everybody else.
    options = connection.settings_dict["OPTIONS"]
    options["options"] = f"{options['options']} -c microcred.allow_truncate=on"
    with ExitStack() as running:
        if not django_settings.DATABASE_URL:
            running.enter_context(django_settings.EMBEDDED_DATABASE.running())
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = template.prepare()
        yield


@pytest.fixture(scope="session", autouse=True)
def persistent_flush() -> Iterator[None]:
    """Clear the tables again when a worker that still looks at them was in the way."""
    with pytest.MonkeyPatch.context() as patched:
        flush = clearing.patiently(DatabaseOperations.execute_sql_flush)
        patched.setattr(DatabaseOperations, "execute_sql_flush", flush)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Clear the tables row by row, where the account may."""
    with django_db_blocker.unblock():
        row_by_row = clearing.may_pass_by_triggers()
    with pytest.MonkeyPatch.context() as patched:
        if row_by_row:
            patched.setattr(DatabaseOperations, "sql_flush", clearing.row_by_row)
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_drop() -> Iterator[None]:
    """Drop the database of the tests however long that takes: it waits for the disk, which others may be using."""
    drop = DatabaseCreation._destroy_test_db  # type: ignore[attr-defined]

    def drop_patiently(creation: DatabaseCreation, name: str, verbosity: int) -> None:
        creation.connection.settings_dict["OPTIONS"]["options"] += " -c statement_timeout=0"
        drop(creation, name, verbosity)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DatabaseCreation, "_destroy_test_db", drop_patiently)
        yield


@pytest.fixture(autouse=True)
def cheap_settings(settings: Settings) -> None:
    """Hash passwords fast, lift the limits and let templates write; tests of limits and of words put them back."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.RATE_LIMITS_ENABLED = False
    settings.MODEL_WORDS = False
    settings.WHITENOISE_AUTOREFRESH = True
