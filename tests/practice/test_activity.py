"""What students practised last, what they have reached, and which skill is next."""

import datetime as dt
import uuid

import pytest

from accounts.models import User
from assessments.models import Assessment
from catalog.models import RoleSkill, Skill
from practice import queries
from practice.models import PracticeItem
from practice.queries import NextSkill, PractisedLast
from tests.companion.scenes import finished_assessment
from tests.factories.accounts import UserFactory
from tests.factories.catalog import RoleSkillFactory, SkillFactory
from tests.factories.practice import (
    NOW,
    PracticeAnswerFactory,
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    PracticeItemFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class TestPractisedLast:
    def test_it_is_the_latest_that_was_given_or_completed(self) -> None:
        student, other = UserFactory(), UserFactory()
        PracticeAssignmentFactory(user=student, assigned_at=NOW)
        charts = PracticeItemFactory(skill__key="charts")
        PracticeAssignmentFactory(
            user=student, item=charts, status="solved", performance=1.0, rating_before=1200.0, rating_after=1200.0,
            assigned_at=NOW - DAY, completed_at=NOW + DAY,
        )  # fmt: skip

        assert queries.last_practised([student.pk, other.pk]) == {
            student.pk: PractisedLast(charts.skill.name, NOW + DAY)
        }

    def test_a_wrong_answer_counts(self) -> None:
        answer = PracticeAnswerFactory(answered_at=NOW + DAY)
        student = answer.assignment.user_id

        assert queries.last_practised([student])[student].at == NOW + DAY


def test_goals_that_were_reached_are_told_from_a_moment_on() -> None:
    student = UserFactory()
    ids: list[uuid.UUID] = [
        PracticeGoalFactory(user=student, status="reached", reached_at=NOW - days * DAY).pk
        for days in (0, 1, 2)
    ]
    PracticeGoalFactory(user=student)
    PracticeGoalFactory(status="reached", reached_at=NOW)

    found = queries.reached_since([student.pk], since=NOW - DAY)

    assert [goal.pk for goal in found] == ids[:2]


class TestNextSkills:
    @pytest.fixture
    def student(self) -> User:
        """Somebody whose result leaves something to learn in SQL, for a role that asks for charts too."""
        student: User = UserFactory()
        role = finished_assessment(student).role
        RoleSkill.objects.filter(role=role).update(target_level=5)
        RoleSkillFactory(role=role, skill=SkillFactory(key="charts"))
        PracticeItemFactory()
        return student

    def test_it_is_the_one_beside_what_is_practised(self, student: User) -> None:
        SkillRatingFactory(user=student, skill__key="charts")

        role = Assessment.objects.get(user=student).role
        sql = Skill.objects.get(key="sql")
        assert queries.next_skills([student.pk]) == {student.pk: [NextSkill("sql", sql.name, role.name)]}

    def test_what_is_practised_is_not_next(self, student: User) -> None:
        SkillRatingFactory(user=student, skill__key="charts")
        SkillRatingFactory(user=student)

        assert queries.next_skills([student.pk]) == {student.pk: []}

    def test_there_is_none_that_nobody_can_practise(self, student: User) -> None:
        SkillRatingFactory(user=student, skill__key="charts")
        PracticeItem.objects.update(active=False)

        assert queries.next_skills([student.pk]) == {student.pk: []}

    def test_there_is_none_for_who_practises_nothing_of_the_role(self, student: User) -> None:
        SkillRatingFactory(user=student, skill__key="gardening")

        assert queries.next_skills([student.pk]) == {}

    def test_there_is_none_without_a_result(self) -> None:
        assert queries.next_skills([SkillRatingFactory().user_id]) == {}

    def test_students_have_each_their_own(self, student: User) -> None:
        other, idle = UserFactory(), UserFactory()
        for user in (other, idle):
            finished_assessment(user)
        SkillRatingFactory(user=student, skill__key="charts")
        SkillRatingFactory(user=other)

        found = queries.next_skills([student.pk, other.pk, idle.pk])

        assert {user: [one.key for one in skills] for user, skills in found.items()} == {
            student.pk: ["sql"],
            other.pk: [],
        }
