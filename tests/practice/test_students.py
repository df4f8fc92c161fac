"""Whom one looks after, and what each did last."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts import services as accounts
from accounts.enums import Role
from accounts.models import GuardianLink, User
from practice.queries import standings_of, students_visible_to
from tests.clients import client_of
from tests.factories.accounts import (
    AdminFactory,
    AdvisorAssignmentFactory,
    AdvisorFactory,
    UserFactory,
)
from tests.factories.assessments import started_assessment
from tests.factories.practice import NOW, PracticeAssignmentFactory, PracticeGoalFactory

pytestmark = pytest.mark.django_db
STUDENTS = "/api/v1/students"


def guardian_of(student: User) -> User:
    guardian = UserFactory(role=Role.GUARDIAN)
    GuardianLink.objects.create(guardian=guardian, student=student)
    return guardian


def names(by: User, **query: str) -> list[str]:
    return [item["name"] for item in client_of(by).get(STUDENTS, query).json()["items"]]


def test_everybody_is_told_of_those_whom_they_look_after_by_name() -> None:
    advisor = AdvisorFactory()
    zoe = AdvisorAssignmentFactory(advisor=advisor, student__name="Zoe").student
    ada = AdvisorAssignmentFactory(advisor=advisor, student__name="Ada").student
    guardian = guardian_of(zoe)
    UserFactory(name="Mo")

    assert names(advisor) == ["Ada", "Zoe"]
    assert names(guardian) == ["Zoe"]
    assert names(ada) == ["Ada"]
    assert names(AdminFactory()) == ["Ada", "Mo", "Zoe"]
    assert names(AdvisorFactory()) == []


def test_who_is_disabled_is_left_out() -> None:
    advised = AdvisorAssignmentFactory(student__name="Zoe")
    accounts.disable(by=None, person=advised.student)

    assert names(advised.advisor) == []


def test_made_up_learners_are_nobodys_to_look_after() -> None:
    UserFactory(name="Made up", profile={"synthetic": True})

    assert names(AdminFactory()) == []


def test_staff_searches_for_addresses_and_sees_them_and_guardians_do_neither() -> None:
    zoe = AdvisorAssignmentFactory(student__name="Zoe", student__email="z.quill@school.example")
    guardian = guardian_of(zoe.student)

    (told,) = client_of(zoe.advisor).get(STUDENTS, {"search": "QUILL"}).json()["items"]
    assert told["email"] == "z.quill@school.example"
    assert names(guardian, search="quill") == []
    (told,) = client_of(guardian).get(STUDENTS, {"search": "zo"}).json()["items"]
    assert told["email"] is None


def test_what_each_did_last() -> None:
    student = UserFactory()
    started_assessment(user=student, now=NOW - dt.timedelta(days=30))
    newest = started_assessment(user=student, now=NOW)
    practised = PracticeAssignmentFactory(user=student, assigned_at=NOW)
    PracticeGoalFactory(user=student)
    PracticeGoalFactory(user=student, status="reached", reached_at=NOW)

    (item,) = client_of(student).get(STUDENTS).json()["items"]

    assert item["assessment"]["assessment_id"] == str(newest.pk)
    assert item["assessment"]["role_name"] == newest.role.name
    assert item["practised_skill"] == practised.skill.name
    assert item["open_goals"] == 1


def test_who_has_done_nothing_yet_is_listed_too() -> None:
    student = UserFactory()

    (item,) = client_of(student).get(STUDENTS).json()["items"]

    assert (item["assessment"], item["practised_at"], item["practised_skill"], item["open_goals"]) == (
        None, None, None, 0,
    )  # fmt: skip


def test_open_assessment_whose_time_is_over_is_told_as_expired() -> None:
    student = started_assessment(now=NOW).user

    (found,) = standings_of([student], now=NOW + dt.timedelta(days=30))

    assert found.assessment is not None
    assert found.assessment.status == "expired"


def test_many_take_as_many_statements_as_one(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    students = [started_assessment(now=NOW).user for _ in range(3)]

    for some in (students[:1], students):
        with django_assert_num_queries(4):
            standings_of(some, now=NOW)
    assert students_visible_to(AdminFactory()).count() == 3
