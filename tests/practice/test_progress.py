"""What a student has come to by practising, and who may know."""

import datetime as dt
import uuid
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import GuardianLink, User
from microcred.zones import ZoneUnknown
from practice.queries import Progress, StudentMissing, progress_of, streak
from practice.rating import Rating, aged_rating
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.practice import (
    NOW,
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    PracticeItemFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def day(number: int) -> dt.date:
    return TODAY - dt.timedelta(days=number)


def over(user: User, *, hours_ago: float, **fields: Any) -> None:
    then = NOW - dt.timedelta(hours=hours_ago)
    PracticeAssignmentFactory(
        user=user, assigned_at=then, completed_at=then, rating_before=1200.0, rating_after=1210.0,
        **{"status": "solved", "performance": 0.8, "experience": 40, **fields},
    )  # fmt: skip


def progress(user: User, *, by: Any = None, zone: str = "UTC", now: dt.datetime = NOW) -> Progress:
    return progress_of(by=by or user, student_id=user.pk, zone=zone, now=now)


class TestFigures:
    def test_of_somebody_who_has_not_begun(self) -> None:
        student = UserFactory()

        found = progress(student)

        assert found == Progress(
            student_id=student.pk, skills=[], goals=[], credentials=[], tasks_completed_last_7_days=0,
            task_experience=0, completed=0, solved=0, experience=0, streak_days=0,
            practised_at=None,
        )  # fmt: skip

    def test_they_count_what_is_over(self) -> None:
        student = UserFactory()
        over(student, hours_ago=2)
        over(student, hours_ago=30, status="given_up", performance=0.0, experience=0)
        PracticeAssignmentFactory(user=student)
        over(UserFactory(), hours_ago=1)

        found = progress(student)

        assert (found.completed, found.solved, found.experience) == (2, 1, 40)
        assert found.practised_at == NOW - dt.timedelta(hours=2)
        assert found.streak_days == 2

    def test_ratings_are_as_of_now(self) -> None:
        student = SkillRatingFactory(rating=1300.0, deviation=60.0, answers=9, updated_at=NOW).user

        (skill,) = progress(student, now=NOW + dt.timedelta(days=9)).skills

        assert (skill.skill_key, skill.rating, skill.difficulty, skill.answers) == ("sql", 1300.0, 6, 9)
        assert skill.deviation == aged_rating(Rating(1300.0, 60.0), 9.0).deviation

    @pytest.mark.parametrize(
        ("rating", "target", "way"),
        [
            (1200.0, 7, 0.0),
            (1320.0, 7, 0.5),
            (900.0, 7, 0.0),
            (1440.0, 7, 1.0),
            (1900.0, 7, 1.0),
            (1200.0, 2, 1.0),
            (640.0, 2, 1.0),
            (639.0, 2, 0.0),
        ],
    )
    def test_goals_say_how_much_of_the_way_is_behind(self, rating: float, target: int, way: float) -> None:
        student = SkillRatingFactory(rating=rating, updated_at=NOW).user
        PracticeGoalFactory(user=student, target_difficulty=target, start=1200.0)

        (goal,) = progress(student).goals

        assert goal.progress == way

    def test_a_goal_that_was_reached_stays_reached(self) -> None:
        student = SkillRatingFactory(rating=700.0, updated_at=NOW).user
        PracticeGoalFactory(user=student, status="reached", reached_at=NOW)

        assert progress(student).goals[0].progress == 1.0


class TestStreak:
    @pytest.mark.parametrize(
        ("days", "length"),
        [
            ([], 0),
            ([day(0)], 1),
            ([day(1)], 1),
            ([day(2)], 0),
            ([day(0), day(1), day(2), day(4)], 3),
            ([day(1), day(2)], 2),
            ([day(0), day(2)], 1),
        ],
    )
    def test_days_in_a_row_up_to_today_or_yesterday(self, days: list[dt.date], length: int) -> None:
        assert streak(days, today=TODAY) == length

    def test_days_begin_where_the_student_is(self) -> None:
        student = UserFactory()
        over(student, hours_ago=13)  # 23:00 on Tuesday in Greenwich, Wednesday in Berlin
        over(student, hours_ago=11)  # 01:00 on Wednesday

        assert progress(student).streak_days == 2
        assert progress(student, zone="Europe/Berlin").streak_days == 1

    def test_several_on_one_day_are_one_day(self) -> None:
        student = UserFactory()
        for hours in (1, 2, 3):
            over(student, hours_ago=hours)

        assert progress(student).streak_days == 1

    def test_a_time_zone_has_to_be_known(self) -> None:
        with pytest.raises(ZoneUnknown):
            progress(UserFactory(), zone="Europe/Atlantis")


class TestWho:
    def test_those_who_look_after_the_student(self) -> None:
        student, guardian = UserFactory(), UserFactory(role=Role.GUARDIAN)
        GuardianLink.objects.create(guardian=guardian, student=student)
        advisor = AdvisorAssignmentFactory(student=student).advisor

        for somebody in (student, guardian, advisor, AdminFactory()):
            assert progress(student, by=somebody).student_id == student.pk

    def test_for_all_others_the_student_does_not_exist(self) -> None:
        student = UserFactory()

        for stranger in (UserFactory(), AdvisorFactory(), UserFactory(role=Role.GUARDIAN)):
            with pytest.raises(StudentMissing):
                progress(student, by=stranger)
        with pytest.raises(StudentMissing):
            progress_of(by=AdminFactory(), student_id=uuid.uuid4(), zone="UTC", now=NOW)
        with pytest.raises(StudentMissing):
            progress(AdvisorFactory(), by=AdminFactory())


def test_an_item_that_is_taken_off_stays_in_what_was_practised() -> None:
    student = UserFactory()
    over(student, hours_ago=1, item=PracticeItemFactory(active=False))

    assert progress(student).completed == 1
