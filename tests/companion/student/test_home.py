"""Where students begin."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.assessments import started_assessment

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_students_begin_here_and_see_their_own_assessments_alone() -> None:
    own, foreign = started_assessment(), started_assessment()
    client = browser_of(own.user)

    assert client.get(reverse("start"))["Location"] == reverse("student:home")
    page = client.get(reverse("student:home")).content.decode()

    assert page.count('<tr role="row">') == 2  # the heads, and one
    assert own.role.name in page
    assert foreign.user.name not in page


def test_who_has_none_is_told_where_to_begin() -> None:
    page = browser_of(UserFactory(role=Role.STUDENT)).get(reverse("student:home")).content.decode()

    assert "No assessments yet" in page


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.GUARDIAN, Role.ADMIN])
def test_for_everybody_else_there_is_no_such_page(role: Role) -> None:
    assert browser_of(UserFactory(role=role)).get(reverse("student:home")).status_code == 404
