"""Changes to people that happen at the same time."""

import pytest

from accounts import services
from accounts.enums import Role, UserStatus
from accounts.models import User
from ops.models import AuditLog
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_new_password_does_not_undo_that_the_person_was_disabled_meanwhile() -> None:
    person = UserFactory()
    as_loaded_before = User.objects.get(pk=person.pk)
    services.disable(by=None, person=person)

    services.change_password(by=None, person=as_loaded_before, password="another horse battery")

    stored = User.objects.get(pk=person.pk)
    assert stored.status == UserStatus.DISABLED
    assert stored.check_password("another horse battery")
    assert stored.token_version == 3


def test_a_new_name_brings_no_older_tokens_back() -> None:
    person = UserFactory()
    as_loaded_before = User.objects.get(pk=person.pk)
    services.disable(by=None, person=person)

    as_loaded_before.name = "Another"
    services.save_person(by=None, person=as_loaded_before, changed=frozenset({"name"}))

    stored = User.objects.get(pk=person.pk)
    assert (stored.name, stored.token_version) == ("Another", 2)


def test_the_role_alone_makes_a_superuser() -> None:
    person, _ = UserFactory(), AdminFactory()
    for role, expected in ((Role.ADMIN, True), (Role.ADVISOR, False)):
        person.role = role
        services.save_person(by=None, person=person, changed=frozenset({"role"}))

        assert User.objects.get(pk=person.pk).is_superuser is expected


def test_the_end_of_an_assignment_is_recorded() -> None:
    link = AdvisorAssignmentFactory()

    services.unassign_advisor(by=None, link=link)

    line = AuditLog.objects.get(resource_id=link.student_id)
    assert (line.action, line.resource_id) == ("advisor.unassigned", link.student_id)
    assert line.metadata == {"advisor_id": str(link.advisor_id)}
