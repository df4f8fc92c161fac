"""What the database itself refuses about people."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AdvisorAssignment, User
from tests.factories.accounts import AdvisorFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_addresses_are_unique_without_regard_to_case() -> None:
    UserFactory(email="Sam@Example.org")

    with pytest.raises(IntegrityError, match="users_email_key"), transaction.atomic():
        UserFactory(email="sAM@example.ORG")


def test_addresses_are_stored_and_found_in_lower_case() -> None:
    user = UserFactory(email="Sam@Example.org")

    assert user.email == "sam@example.org"
    assert User.objects.get(email="SAM@EXAMPLE.ORG") == user


@pytest.mark.parametrize(
    ("field", "value", "constraint"),
    [
        ("role", "headmaster", "users_role_known"),
        ("status", "asleep", "users_status_known"),
    ],
)
def test_unknown_words_are_refused(field: str, value: str, constraint: str) -> None:
    user = UserFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        User.objects.filter(pk=user.pk).update(**{field: value})


def test_nobody_advises_themselves() -> None:
    advisor = AdvisorFactory()

    with pytest.raises(IntegrityError, match="advisor_assignments_not_self"), transaction.atomic():
        AdvisorAssignment.objects.create(advisor=advisor, student=advisor)
