"""Students read what they have come to; guardians read the same of who is linked to them, and nothing more."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import services as accounts
from accounts.enums import Role
from accounts.models import User
from tests.companion.scenes import advised_student, finished_assessment
from tests.companion.student.browsing import browser_of
from tests.companion.student.test_practising import over
from tests.factories.accounts import UserFactory
from tests.factories.nudges import NudgePreferenceFactory
from tests.factories.practice import (
    CompletedStepFactory,
    PracticeGoalFactory,
    PracticeItemFactory,
    PracticeOverrideFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db

PROGRESS = "/student/practice/progress"


def practised(student: User) -> None:
    """Have a student practise today and yesterday, with a goal half reached."""
    now, item = timezone.now(), PracticeItemFactory()
    for days in range(2):
        at = now - dt.timedelta(days=days)
        over(user=student, item=item, assigned_at=at, completed_at=at)
    SkillRatingFactory(user=student, rating=1320.0, deviation=100.0, updated_at=now)
    PracticeGoalFactory(user=student, title="Joins")
    CompletedStepFactory(user=student, completed_at=now)


def page_of(person: User, address: str = PROGRESS) -> str:
    answer = browser_of(person).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def linked() -> tuple[User, User]:
    """Make a student and a guardian who is linked to them; return both."""
    _, student = advised_student()
    guardian = UserFactory(role=Role.GUARDIAN)
    accounts.link_guardian(by=None, guardian=guardian, student=student)
    return student, guardian


class TestOfOneself:
    def test_levels_are_in_words_beside_points_streak_and_goals(self) -> None:
        student = UserFactory()
        practised(student)

        page = page_of(student)

        assert '<span class="number">6</span> of 10, solid' in page
        assert "well known" in page
        assert '<dt>Days in a row</dt><dd class="big-number">2</dd>' in page
        assert '<dt>Points</dt><dd class="big-number">110</dd>' in page
        assert '2 <span class="soft small">of 2 finished</span>' in page
        assert "50% of the way" in page
        assert "Questions practised" in page
        assert "Questions asked" in page

    def test_days_are_those_of_the_students_own_zone(self) -> None:
        student = UserFactory()
        NudgePreferenceFactory(user=student, time_zone="Pacific/Auckland")
        at = dt.datetime(2026, 3, 10, 12, 30, tzinfo=dt.UTC)  # the eleventh in Auckland
        over(user=student, item=PracticeItemFactory(), assigned_at=at, completed_at=at)

        with time_machine.travel(dt.datetime(2026, 3, 12, 0, 30, tzinfo=dt.UTC), tick=False):
            page = page_of(student)

        assert '<dt>Days in a row</dt><dd class="big-number">1</dd>' in page

    def test_who_has_done_nothing_yet_is_told_so(self) -> None:
        page = page_of(UserFactory())

        assert "Nothing has been practised yet." in page
        assert "No goals have been set yet." in page

    def test_what_was_set_for_them_stands_there_with_the_reason(self) -> None:
        override = PracticeOverrideFactory(kind="goal", before={"status": "open"}, after={"status": "dropped"},
                                           goal_id="01a00000-0000-7000-8000-000000000000")  # fmt: skip

        page = page_of(override.student)

        assert "<strong>Goal in Sql</strong> <span>open → ended</span>" in page
        assert "We talked about it." in page


class TestOfGuardians:
    def test_they_see_who_is_linked_to_them_and_nobody_else(self) -> None:
        student, guardian = linked()
        practised(student)
        stranger = UserFactory()

        page = page_of(guardian, "/guardian/")

        assert student.name in page
        assert stranger.name not in page
        assert student.email not in page
        assert "Sql, " in page

    def test_more_students_take_no_more_queries(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        guardian = UserFactory(role=Role.GUARDIAN)
        for _ in range(5):
            student = PracticeGoalFactory().user
            finished_assessment(student)
            accounts.link_guardian(by=None, guardian=guardian, student=student)
        client = browser_of(guardian)

        with django_assert_max_num_queries(10):
            assert client.get("/guardian/").content.decode().count('class="row-link"') == 5

    def test_they_read_progress_and_goals_and_no_result_no_question_and_no_reason(self) -> None:
        student, guardian = linked()
        finished_assessment(student)
        practised(student)
        PracticeOverrideFactory(student=student, reason="Told the student alone.")

        page = page_of(guardian, f"/guardian/students/{student.pk}")

        assert "50% of the way" in page
        assert "of 10, solid" in page
        assert "Questions practised" in page
        for hidden in (
            "Questions asked",
            "Credentials taken up",
            "Told the student alone.",
            student.email,
            "Level 0",
        ):
            assert hidden not in page, hidden

    def test_who_is_linked_to_nobody_is_told_what_to_do(self) -> None:
        page = page_of(UserFactory(role=Role.GUARDIAN), "/guardian/")

        assert "Nobody is linked to you yet" in page

    def test_who_is_linked_no_more_is_gone_from_the_list(self) -> None:
        student, guardian = linked()
        guardian.guarded_links.all().delete()

        page = page_of(guardian, "/guardian/")

        assert student.name not in page
        assert "Nobody is linked to you yet" in page

    def test_a_student_who_is_not_linked_is_not_there(self) -> None:
        _, guardian = linked()

        assert browser_of(guardian).get(f"/guardian/students/{UserFactory().pk}").status_code == 404

    @pytest.mark.parametrize("role", [Role.STUDENT, Role.ADVISOR, Role.ADMIN])
    def test_for_everybody_else_there_is_no_such_page(self, role: Role) -> None:
        client = browser_of(UserFactory(role=role))

        assert client.get("/guardian/").status_code == 404

    def test_they_are_led_there_when_they_log_in(self) -> None:
        _, guardian = linked()

        assert browser_of(guardian).get("/start")["Location"] == "/guardian/"
