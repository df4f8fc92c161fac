"""Students report items, three take one out of use, and answers show what is broken."""

import datetime as dt
import uuid
from typing import Any

import pytest

from accounts.models import User
from ops.models import AuditLog
from practice import queries, services
from practice.models import PracticeItem, PracticeReport
from practice.queries import AssignmentMissing, NothingToPractise
from practice.rating import rating_of
from practice.services.reporting import ReportedAlready, TooManyReports
from tests.clients import client_of
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.practice import (
    NOW,
    PracticeAssignmentFactory,
    PracticeItemFactory,
    PracticeReportFactory,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/practice/assignments/{}/report"


def report(student: User, item: PracticeItem, **said: Any) -> PracticeReport:
    given = PracticeAssignmentFactory(user=student, item=item, status="withdrawn", completed_at=NOW)
    return services.report_item(by=student, assignment_id=given.pk, reason="wrong_key", now=NOW, **said)


def answered(item: PracticeItem, times: int, *, performance: float, rating: float, **more: Any) -> None:
    for _ in range(times):
        PracticeAssignmentFactory(
            item=item, status="solved", completed_at=NOW, performance=performance, rating_before=rating,
            rating_after=rating, **more,
        )  # fmt: skip


class TestReporting:
    def test_a_report_is_kept_and_recorded(self) -> None:
        given = PracticeAssignmentFactory()

        answer = client_of(given.user).post(
            ADDRESS.format(given.pk), {"reason": "unclear", "comment": " Which table? "}, format="json",
            headers={"Idempotency-Key": "k"},
        )  # fmt: skip

        assert answer.status_code == 201
        made = PracticeReport.objects.get()
        assert answer.json() == {
            "report_id": str(made.pk), "assignment_id": str(given.pk), "reason": "unclear", "comment": "Which table?",
            "reported_at": answer.json()["reported_at"],
        }  # fmt: skip
        line = AuditLog.objects.get(action="practice_item.reported")
        assert (line.resource_id, line.metadata) == (
            given.item_id, {"assignment_id": str(given.pk), "reason": "unclear"},
        )  # fmt: skip

    def test_the_same_request_again_is_answered_alike(self) -> None:
        given = PracticeAssignmentFactory()
        client, body = client_of(given.user), {"reason": "other"}

        answers = [
            client.post(ADDRESS.format(given.pk), body, format="json", headers={"Idempotency-Key": "k"})
            for _ in range(2)
        ]

        assert [one.status_code for one in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        assert PracticeReport.objects.count() == 1

    @pytest.mark.parametrize("body", [{}, {"reason": "boring"}, {"reason": "other", "comment": "x" * 1001}])
    def test_a_reason_is_needed_and_a_comment_is_short(self, body: dict[str, str]) -> None:
        given = PracticeAssignmentFactory()

        assert client_of(given.user).post(ADDRESS.format(given.pk), body, format="json").status_code == 400

    def test_what_was_given_to_somebody_else_is_missing(self) -> None:
        given = PracticeAssignmentFactory()

        for student, assignment in ((UserFactory(), given.pk), (given.user, uuid.uuid4())):
            with pytest.raises(AssignmentMissing):
                services.report_item(by=student, assignment_id=assignment, reason="other", now=NOW)

    def test_once_is_enough(self) -> None:
        given = PracticeReportFactory().assignment

        with pytest.raises(ReportedAlready):
            services.report_item(by=given.user, assignment_id=given.pk, reason="other", now=NOW)

    def test_nobody_reports_more_than_ten_items_a_day(self) -> None:
        student = UserFactory()
        for _ in range(10):
            report(student, PracticeItemFactory())

        with pytest.raises(TooManyReports):
            report(student, PracticeItemFactory())
        assert PracticeReport.objects.count() == 10


class TestHolding:
    def test_three_students_take_an_item_out_of_use(self) -> None:
        item = PracticeItemFactory()
        for _ in range(2):
            report(UserFactory(), item)
        item.refresh_from_db()
        assert item.active is True

        report(UserFactory(), item)

        item.refresh_from_db()
        assert (item.active, item.held_at) == (False, NOW)
        assert AuditLog.objects.get(action="practice_item.held").metadata == {"students": 3}
        with pytest.raises(NothingToPractise):
            services.assign(by=UserFactory(), skill_key="sql", now=NOW)

    def test_one_student_three_times_does_not(self) -> None:
        item, student = PracticeItemFactory(), UserFactory()

        for _ in range(3):
            report(student, item)

        item.refresh_from_db()
        assert item.active is True

    def test_reports_from_before_staff_looked_count_no_more(self) -> None:
        item, curator = PracticeItemFactory(), AdminFactory()
        for _ in range(3):
            report(UserFactory(), item)
        services.look_over(by=curator, item=item, now=NOW)

        report(UserFactory(), item)

        item.refresh_from_db()
        assert (item.active, item.held_at, item.looked_at) == (True, None, NOW)

    def test_what_was_held_after_staff_read_it_is_given_out_again(self) -> None:
        item, curator = PracticeItemFactory(), AdminFactory()
        read_before = PracticeItem.objects.get(pk=item.pk)
        for _ in range(3):
            report(UserFactory(), item)

        services.look_over(by=curator, item=read_before, now=NOW)

        item.refresh_from_db()
        assert (item.active, item.held_at, item.looked_at) == (True, None, NOW)
        lines = AuditLog.objects.filter(resource_id=item.pk, actor_id=curator.pk).order_by("created_at", "pk")
        assert [line.action for line in lines] == ["practice_item.looked_over", "practice_item.activated"]


class TestSuspects:
    def test_an_item_that_strong_students_fail_is_suspected(self) -> None:
        item = PracticeItemFactory(difficulty=5)
        answered(item, 20, performance=0.4, rating=rating_of(5) + 200.0)

        found = queries.suspects()[item.pk]

        assert (found.answers, round(found.shortfall, 3)) == (20, 0.36)

    @pytest.mark.parametrize(
        ("times", "performance", "above"),
        [(19, 0.4, 200.0), (20, 0.6, 200.0), (20, 0.1, -200.0)],
        ids=["too few", "well enough", "weak students"],
    )
    def test_others_are_not(self, times: int, performance: float, above: float) -> None:
        answered(
            PracticeItemFactory(difficulty=5), times, performance=performance, rating=rating_of(5) + above
        )

        assert queries.suspects() == {}

    def test_repeats_and_what_was_before_staff_looked_tell_nothing(self) -> None:
        repeated = PracticeItemFactory(difficulty=5)
        answered(repeated, 20, performance=0.1, rating=1500.0, is_repeat=True)
        looked_at = PracticeItemFactory(difficulty=5, looked_at=NOW + dt.timedelta(hours=1))
        answered(looked_at, 20, performance=0.1, rating=1500.0)

        assert queries.suspects() == {}
