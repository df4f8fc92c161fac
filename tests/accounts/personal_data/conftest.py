"""The marked student, made once for a file; what a test does is rolled back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from ops.models import AsyncJob
from tests.accounts.personal_data.people import marked_student


@pytest.fixture(scope="module")
def marked(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    """The student, in a transaction that ends with the file; no work waits."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = marked_student()
        AsyncJob.objects.filter(status="queued").delete()
        connection.check_constraints()  # once, and not again after every test
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def student(marked: User) -> User:
    """The student as the database has them."""
    found: User = User.objects.get(pk=marked.pk)
    return found
