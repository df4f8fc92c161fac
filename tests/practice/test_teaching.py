"""Practice follows what tutors have gone through."""

import datetime as dt

import pytest

from accounts.models import User
from practice import queries, services
from practice.enums import AssignmentStatus, GoalStatus
from practice.models import PracticeAssignment, TaughtSkill
from tests.factories.accounts import UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.practice import (
    NOW,
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    PracticeItemFactory,
    TaughtSkillFactory,
)

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def practised(user: User, key: str) -> None:
    """Give a student an item of a skill the day before and have it done."""
    PracticeAssignmentFactory(
        user=user, item=PracticeItemFactory(skill__key=key), status=AssignmentStatus.SOLVED, share=1.0,
        performance=1.0, rating_before=1200.0, rating_after=1210.0, assigned_at=NOW - DAY, completed_at=NOW - DAY,
    )  # fmt: skip


@pytest.fixture
def student() -> User:
    """Return a student with a goal in SQL, where there are items for SQL and for SEO."""
    user: User = UserFactory()
    PracticeItemFactory.create_batch(5, skill__key="seo")
    PracticeItemFactory.create_batch(5, skill__key="sql")
    PracticeGoalFactory(user=user, skill__key="sql")
    return user


def note(user: User, *keys: str, reference: str = "session-1", held_at: dt.datetime = NOW) -> None:
    """Note a session."""
    services.note_session(user_id=user.pk, reference=reference, skills=keys, held_at=held_at, now=NOW)


class TestWhatIsGiven:
    def test_a_session_goes_before_a_goal_for_three_items(self, student: User) -> None:
        note(student, "seo")
        given = []

        for number in range(4):
            item = services.assign(by=student, now=NOW + number * dt.timedelta(minutes=10))
            services.give_up(by=student, assignment_id=item.pk, now=NOW + number * dt.timedelta(minutes=10))
            given.append((item.skill.key, item.reason))

        assert given == [("seo", "session"), ("seo", "session"), ("seo", "session"), ("sql", "goal")]

    def test_what_was_practised_before_the_session_does_not_count(self, student: User) -> None:
        for _ in range(3):
            practised(student, "seo")
        note(student, "seo")

        assert services.assign(by=student, now=NOW).reason == "session"

    def test_after_two_weeks_a_session_is_stale(self, student: User) -> None:
        note(student, "seo", held_at=NOW)

        skill = queries.skill_to_practise(student.pk, now=NOW + 14 * DAY)
        still = queries.skill_to_practise(student.pk, now=NOW + 14 * DAY - dt.timedelta(seconds=1))

        assert ((skill.key, skill.reason), (still.key, still.reason)) == (("sql", "goal"), ("seo", "session"))

    def test_somebody_elses_session_counts_for_nothing(self, student: User) -> None:
        note(UserFactory(), "seo")

        assert services.assign(by=student, now=NOW).skill.key == "sql"

    def test_an_item_that_was_taken_back_does_not_count_as_practice(self, student: User) -> None:
        note(student, "seo")
        PracticeAssignmentFactory.create_batch(
            3, user=student, item__skill__key="seo", status=AssignmentStatus.WITHDRAWN, completed_at=NOW
        )

        assert services.assign(by=student, now=NOW).reason == "session"

    def test_a_skill_without_items_is_passed_over(self, student: User) -> None:
        SkillFactory(key="python")
        note(student, "python")

        assert services.assign(by=student, now=NOW).skill.key == "sql"

    def test_who_asks_for_a_skill_gets_it(self, student: User) -> None:
        note(student, "seo")

        given = services.assign(by=student, skill_key="sql", now=NOW)

        assert (given.skill.key, given.reason) == ("sql", "chosen")
        assert PracticeAssignment.objects.get().reason == "chosen"


class TestNoting:
    def test_a_session_that_is_told_again_takes_the_place_of_what_was_noted(self) -> None:
        student = UserFactory()
        for key in ("sql", "seo"):
            SkillFactory(key=key)
        note(student, "sql", "seo")
        note(student, "seo", "unheard-of", held_at=NOW - DAY)

        row = TaughtSkill.objects.get()

        assert (row.user, row.skill.key, row.reference, row.held_at) == (
            student, "seo", "session-1", NOW - DAY,
        )  # fmt: skip

    def test_a_session_ends_now_at_the_latest(self) -> None:
        SkillFactory(key="sql")
        note(UserFactory(), "sql", held_at=NOW + DAY)

        assert TaughtSkill.objects.get().held_at == NOW

    def test_it_can_be_forgotten(self, student: User) -> None:
        note(student, "seo")
        note(student, "seo", reference="session-2")

        services.forget_session(reference="session-1")

        assert TaughtSkill.objects.get().reference == "session-2"


class TestGoals:
    def test_a_goal_counts_the_sessions_on_its_skill_since_it_was_set(self) -> None:
        goal = PracticeGoalFactory(skill__key="sql", status=GoalStatus.OPEN)
        SkillFactory(key="seo")
        for number, held_at in enumerate([NOW - DAY, NOW, NOW + DAY]):
            TaughtSkillFactory(user=goal.user, skill=goal.skill, reference=f"s{number}", held_at=held_at)
        TaughtSkillFactory(user=goal.user, skill__key="seo", reference="s4", held_at=NOW + DAY)

        (shown,) = queries.progress_of(by=goal.user, student_id=goal.user.pk, zone="UTC", now=NOW).goals

        assert shown.sessions == 2
