"""What people are called."""

import uuid

import pytest

from accounts.queries import names_of
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_people_are_called_by_their_names_else_by_their_addresses() -> None:
    named, unnamed, other = UserFactory(name="Ada Quill"), UserFactory(name=""), UserFactory()

    found = names_of([str(named.pk), str(unnamed.pk), str(uuid.uuid4())])

    assert found == {str(named.pk): "Ada Quill", str(unnamed.pk): unnamed.email}
    assert [str(one) for one in (named, unnamed)] == list(found.values())
    assert str(other.pk) not in found


def test_there_may_be_more_of_them_than_a_statement_takes_values() -> None:
    one = UserFactory(name="Ada Quill")

    assert names_of([str(one.pk), *(str(uuid.uuid4()) for _ in range(70_000))]) == {str(one.pk): "Ada Quill"}
