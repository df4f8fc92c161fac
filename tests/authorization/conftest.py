"""The institution that the tests of this folder look at from all sides, made once for a file."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from drf_spectacular.views import SpectacularAPIView
from rest_framework.response import Response

from tests.authorization.world import World, build


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world, in a transaction that ends with the file; what a test does, it rolls back itself."""
    quick = {
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "RATE_LIMITS_ENABLED": False,
        "MODEL_WORDS": False,
    }
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(**quick):
            made = build()
        # Which the tests of the published file look at; to draw it up takes a second each time.
        patched = pytest.MonkeyPatch()
        patched.setattr(SpectacularAPIView, "_get_schema_response", lambda *_: Response({}))
        connection.check_constraints()  # once, and not again after every test
        yield made
        patched.undo()
        transaction.set_rollback(True)
