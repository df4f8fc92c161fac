"""Students are reminded of what they agreed on with a tutor and have not begun."""

import datetime as dt

import pytest

from accounts.models import User
from nudges import services
from nudges.models import Nudge
from planner.models import Task
from tests.factories.nudges import NOW
from tests.factories.practice import PracticeAssignmentFactory
from tests.factories.tutoring import SummaryFactory, SummaryVersionFactory, step
from tests.nudges.test_looking import away
from tutoring import services as tutoring

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class TestWhatWasAgreedOn:
    """Of a session three days before."""

    @pytest.fixture
    def student(self) -> User:
        user = away(0)
        summary = SummaryFactory(user=user, started_at=NOW - 3 * DAY, ended_at=NOW - 3 * DAY)
        SummaryVersionFactory(summary=summary, steps=[step(1, "Write three joins."), step(2, "Read on.")])
        return user

    def told(self) -> list[tuple[str, str]]:
        services.dispatch_due(now=NOW)
        return [(nudge.kind, nudge.text) for nudge in Nudge.objects.all()]

    def test_it_is_told_once(self, student: User) -> None:
        assert self.told() == [("agreed_step", "The next step was: Write three joins.")]

        services.dispatch_due(now=NOW + 2 * DAY)

        assert Nudge.objects.count() == 1

    def test_what_is_on_the_list_of_tasks_is_not_told(self, student: User) -> None:
        summary = student.session_summaries.get()
        tutoring.plan_step(by=student, user_id=student.pk, summary_id=summary.pk, number=1, now=NOW)

        assert self.told() == [("agreed_step", "The next step was: Read on.")]

    def test_nor_what_was_begun(self, student: User) -> None:
        PracticeAssignmentFactory(user=student, item__skill__key="sql", assigned_at=NOW - DAY)

        assert self.told() == []

    def test_practice_before_the_session_is_no_beginning(self, student: User) -> None:
        PracticeAssignmentFactory(user=student, item__skill__key="sql", assigned_at=NOW - 4 * DAY)

        assert [kind for kind, _ in self.told()] == ["agreed_step"]

    def test_set_on_the_list_of_tasks_it_is_the_task_of_the_step(self, student: User) -> None:
        self.told()
        nudge, summary = Nudge.objects.get(), student.session_summaries.get()

        task = services.plan_nudge(by=student, nudge_id=nudge.pk, now=NOW)

        again = tutoring.plan_step(by=student, user_id=student.pk, summary_id=summary.pk, number=1, now=NOW)
        assert task == again
        assert Task.objects.get().source == "session"
