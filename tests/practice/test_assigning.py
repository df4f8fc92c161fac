"""What students are given to practise with."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from assessments.models import Assessment
from catalog.models import RoleSkill, Skill
from ops.models import AuditLog
from practice import queries, services
from practice.enums import AssignmentStatus
from practice.models import PracticeAssignment, PracticeItem, SkillRating
from practice.rating import UNKNOWN, Rating, aged_rating, placed
from scoring import queries as scoring
from tests.companion.scenes import finished_assessment
from tests.factories.accounts import UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.practice import (
    NOW,
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    PracticeItemFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=1)


def over(user: User, item: PracticeItem, **fields: Any) -> PracticeAssignment:
    """Make an assignment that is over."""
    given: PracticeAssignment = PracticeAssignmentFactory(
        user=user, item=item, status=AssignmentStatus.SOLVED, performance=1.0, rating_before=1200.0,
        rating_after=1210.0, share=1.0, **{"completed_at": NOW, **fields},
    )  # fmt: skip
    return given


class TestTheItem:
    def test_it_is_frozen_as_it_is(self) -> None:
        student, item = UserFactory(), PracticeItemFactory()

        given = services.assign(by=student, skill_key="sql", now=NOW)

        assert given.item == item
        assert given.question == {
            "type": "multiple_choice",
            "prompt": "Which clause filters groups?",
            "choices": item.choices,
            "answer_format": {"max_choices": 1},
            "by_model": False,
        }
        assert given.key == {"rules": item.rules, "hints": item.hints, "solution": item.solution}
        assert (given.difficulty, given.seconds, given.status) == (5, 60, "open")
        assert AuditLog.objects.get(action="practice.assigned").metadata == {
            "item_id": str(item.pk),
            "difficulty": 5,
        }

    def test_who_is_at_one_is_given_the_same_again(self) -> None:
        student = UserFactory()
        PracticeItemFactory.create_batch(3)
        first = services.assign(by=student, skill_key="sql", now=NOW)

        assert services.assign(by=student, skill_key="sql", now=LATER) == first
        assert services.assign(by=student, now=LATER) == first
        assert PracticeAssignment.objects.count() == 1
        assert AuditLog.objects.filter(action="practice.assigned").count() == 1

    def test_everybody_has_their_own(self) -> None:
        PracticeItemFactory()

        given = [services.assign(by=UserFactory(), now=NOW) for _ in range(2)]

        assert given[0].pk != given[1].pk

    def test_it_suits_the_rating(self) -> None:
        student = SkillRatingFactory(rating=1200.0, deviation=50.0).user
        for number in range(60):
            PracticeItemFactory(rating=500.0 + 25 * number, deviation=50.0)

        given = services.assign(by=student, skill_key="sql", now=NOW)

        assert 930 <= given.item.rating <= 1080
        assert given.expected == pytest.approx(0.75, abs=0.06)

    def test_what_was_given_within_thirty_days_rests(self) -> None:
        student = UserFactory()
        seen, other = PracticeItemFactory.create_batch(2)
        over(student, seen, assigned_at=NOW - dt.timedelta(days=29))

        assert services.assign(by=student, now=NOW).item == other

    def test_what_was_given_longer_ago_may_come_again(self) -> None:
        student, seen = UserFactory(), PracticeItemFactory()
        over(student, seen, assigned_at=NOW - dt.timedelta(days=31))

        assert services.assign(by=student, now=NOW).item == seen

    def test_when_all_rest_one_of_those_longest_ago_comes_again(self) -> None:
        student = UserFactory()
        items = PracticeItemFactory.create_batch(6)
        for days, item in enumerate(items, start=1):
            over(student, item, assigned_at=NOW - dt.timedelta(days=days))

        again = services.assign(by=student, now=NOW)

        assert again.item in items[3:]
        assert again.is_repeat

    def test_rather_than_one_far_too_hard_one_comes_again(self) -> None:
        student = SkillRatingFactory(rating=700.0, deviation=60.0).user
        seen = PracticeItemFactory(rating=600.0)
        hard = PracticeItemFactory(rating=1900.0)
        over(student, seen, assigned_at=NOW - dt.timedelta(days=1))

        again = services.assign(by=student, now=NOW)

        assert (again.item, again.is_repeat) == (seen, True)
        SkillRating.objects.update(rating=1900.0)
        PracticeAssignment.objects.filter(pk=again.pk).delete()
        new = services.assign(by=student, now=NOW)
        assert (new.item, new.is_repeat) == (hard, False)

    def test_what_is_far_too_hard_is_given_to_whom_nothing_easier_was_given(self) -> None:
        student = SkillRatingFactory(rating=700.0, deviation=60.0).user
        hard = PracticeItemFactory(rating=1900.0)

        given = services.assign(by=student, now=NOW)

        assert (given.item, given.is_repeat) == (hard, False)

    def test_the_flat_way_chooses_as_if_ratings_were_certain(self, settings: Any) -> None:
        settings.PRACTICE_RATING = "flat"
        student = SkillRatingFactory(rating=1200.0, deviation=350.0).user
        for number in range(60):
            PracticeItemFactory(rating=500.0 + 25 * number, deviation=50.0)

        assert 930 <= services.assign(by=student, now=NOW).item.rating <= 1080

    def test_items_that_are_off_are_not_given(self) -> None:
        PracticeItemFactory(active=False)

        with pytest.raises(queries.NothingToPractise):
            services.assign(by=UserFactory(), now=NOW)

    def test_a_skill_without_items_is_refused(self) -> None:
        PracticeItemFactory()
        SkillFactory(key="welding")

        with pytest.raises(queries.NothingToPractise) as refused:
            services.assign(by=UserFactory(), skill_key="welding", now=NOW)

        assert refused.value.details == {"skill": "welding"}

    def test_a_skill_that_is_not_there_is_said_to_be_missing(self) -> None:
        PracticeItemFactory()

        with pytest.raises(queries.SkillMissing) as refused:
            services.assign(by=UserFactory(), skill_key="welding", now=NOW)

        assert refused.value.details == {"skill": "welding"}

    def test_the_work_does_not_grow_with_the_bank(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        PracticeItemFactory.create_batch(60)
        student = SkillRatingFactory().user

        with django_assert_num_queries(10):
            services.assign(by=student, skill_key="sql", now=NOW)


class TestTheSkill:
    @pytest.fixture
    def student(self) -> User:
        for key in ("python", "seo", "sql"):
            PracticeItemFactory(skill=SkillFactory(key=key))
        return UserFactory()

    def test_it_is_the_one_with_a_goal(self, student: User) -> None:
        PracticeGoalFactory(user=student, skill=SkillFactory(key="seo"))
        PracticeGoalFactory(user=student, skill=SkillFactory(key="sql"), status="dropped")
        PracticeGoalFactory(skill=SkillFactory(key="python"))

        assert services.assign(by=student, now=NOW).skill.key == "seo"

    def test_it_is_the_one_that_the_newest_result_leaves_most_to_learn(self, student: User) -> None:
        finished = finished_assessment(student)
        RoleSkill.objects.filter(role=finished.role_id, skill__key="sql").update(target_level=5)

        given = services.assign(by=student, now=NOW)
        assert (given.skill.key, given.reason) == ("sql", "gap")

    def test_what_counts_for_no_gap_is_none(self, student: User) -> None:
        finished = finished_assessment(student)
        (level,) = [one.level for one in scoring.profile(finished.pk) if one.skill_key == "sql"]
        RoleSkill.objects.filter(role=finished.role_id, skill__key="sql").update(
            target_level=round(level, 2) + 0.2
        )

        given = services.assign(by=student, now=NOW)
        assert (given.skill.key, given.reason) == ("sql", "rotation")  # for the role asks for it

    def test_a_result_that_is_held_back_tells_nothing(self, student: User) -> None:
        finished = finished_assessment(student)
        Assessment.objects.filter(pk=finished.pk).update(stage="awaiting_release")

        assert services.assign(by=student, now=NOW).skill.key == "python"

    def test_otherwise_it_is_the_one_practised_longest_ago(self, student: User) -> None:
        for days, key in enumerate(("python", "seo", "sql"), start=1):
            item = PracticeItem.objects.get(skill__key=key)
            over(student, item, assigned_at=NOW - dt.timedelta(days=days))

        assert services.assign(by=student, now=NOW).skill.key == "sql"


class TestStanding:
    def test_nothing_is_known_of_somebody_new(self) -> None:
        assert queries.standing(UserFactory().pk, "sql", now=NOW) == UNKNOWN

    def test_a_result_tells_where_to_start(self) -> None:
        student = UserFactory()
        finished = finished_assessment(student)
        (level,) = [one for one in scoring.profile(finished.pk) if one.skill_key == "sql"]

        assert queries.standing(student.pk, "sql", now=NOW) == placed(level.level, level.deviation)
        assert queries.standing(student.pk, "seo", now=NOW) == UNKNOWN

    def test_practice_counts_more_than_a_result_and_grows_older(self) -> None:
        student = UserFactory()
        finished_assessment(student)
        SkillRatingFactory(user=student, rating=1500.0, deviation=80.0, updated_at=NOW)
        then = NOW + dt.timedelta(days=16)

        assert queries.standing(student.pk, "sql", now=NOW) == Rating(1500.0, 80.0)
        assert queries.standing(student.pk, "sql", now=then) == aged_rating(Rating(1500.0, 80.0), 16.0)


def test_two_skills_may_be_practised_at_once() -> None:
    student = UserFactory()
    for key in ("python", "sql"):
        PracticeItemFactory(skill=SkillFactory(key=key))

    given = [services.assign(by=student, skill_key=key, now=NOW) for key in ("python", "sql")]

    assert [one.skill.key for one in given] == ["python", "sql"]
    assert Skill.objects.count() == 2
