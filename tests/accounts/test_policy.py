"""Who sees whom, as a table."""

import uuid

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.models import GuardianLink, User
from accounts.policy import PERMISSIONS, Permission, allows, sees_student
from accounts.service_keys import KeyHolder, Scope
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, AdvisorFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_every_role_has_its_permissions_stated() -> None:
    assert set(PERMISSIONS) == set(Role)


def test_only_students_take_assessments() -> None:
    takers = [role for role in Role if Permission.TAKE_ASSESSMENT in PERMISSIONS[role]]

    assert takers == [Role.STUDENT]
    assert allows(UserFactory(), Permission.TAKE_ASSESSMENT)


def test_of_all_that_roles_do_programs_read_results_alone() -> None:
    program = KeyHolder(uuid.uuid4(), "Harbour", frozenset(Scope), timezone.now())

    assert [one for one in Permission if allows(program, one)] == [Permission.READ_RESULT]


def test_each_role_sees_its_own_students() -> None:
    sam, ines = UserFactory(email="sam@example.org"), UserFactory(email="ines@example.org")
    link = AdvisorAssignmentFactory(student=sam)
    guardian = UserFactory(email="guardian@example.org", role=Role.GUARDIAN)
    GuardianLink.objects.create(guardian=guardian, student=ines)
    students = User.objects.filter(role=Role.STUDENT)

    def seen_by(viewer: User) -> set[str]:
        return set(students.filter(sees_student(viewer, path="pk")).values_list("email", flat=True))

    assert seen_by(sam) == {"sam@example.org"}
    assert seen_by(link.advisor) == {"sam@example.org"}
    assert seen_by(AdvisorFactory()) == set()
    assert seen_by(guardian) == {"ines@example.org"}
    assert seen_by(AdminFactory()) == {"sam@example.org", "ines@example.org"}
