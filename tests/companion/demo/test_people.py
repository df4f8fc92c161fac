"""The people of the demonstration."""

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from accounts.enums import Role
from accounts.models import AdvisorAssignment, GuardianLink, User
from companion.demo.people import ADMIN, ADVISOR, PASSWORD, PEOPLE, STUDENT, ensure_people
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_there_is_somebody_of_every_role_who_can_log_in() -> None:
    assert ensure_people() == 5

    assert {person.role for person in PEOPLE} == set(Role)
    for person in PEOPLE:
        user = authenticate(username=person.email, password=PASSWORD)
        assert isinstance(user, User)
        assert (user.name, user.role) == (person.name, person.role)
    assert [user.email for user in User.objects.filter(is_superuser=True)] == [ADMIN]


def test_the_advisor_has_both_students_and_the_guardian_has_one() -> None:
    ensure_people()

    advised = AdvisorAssignment.objects.filter(advisor__email=ADVISOR).values_list(
        "student__email", flat=True
    )
    assert set(advised) == {STUDENT, "second.student@demo.example"}
    assert list(GuardianLink.objects.values_list("student__email", flat=True)) == [STUDENT]


def test_a_second_time_changes_nothing_not_even_a_password() -> None:
    ensure_people()
    student = User.objects.get(email=STUDENT)
    student.set_password("chosen by themselves")
    student.save()

    assert ensure_people() == 0

    assert authenticate(username=STUDENT, password="chosen by themselves") is not None
    assert (AdvisorAssignment.objects.count(), GuardianLink.objects.count()) == (2, 1)


def test_who_is_there_already_is_linked_and_kept() -> None:
    own = UserFactory(email=STUDENT, name="Somebody else")

    assert ensure_people() == 4

    own.refresh_from_db()
    assert own.name == "Somebody else"
    assert GuardianLink.objects.get().student == own


@pytest.mark.parametrize("command", ["load_demo", "demo"])
def test_nobody_with_a_published_password_is_made_where_the_product_is_deployed(
    settings: Settings, command: str
) -> None:
    settings.IS_DEPLOYED = True

    with pytest.raises(CommandError):
        call_command(command)

    assert not User.objects.exists()
