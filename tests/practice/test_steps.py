"""What comes of the steps that students do: figures, points once for life, and a day of the streak, and no rating."""

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import GuardianLink, User
from planner import services as planner
from planner.enums import BulkOp, Source
from planner.models import Task
from planner.services import Operation, Step
from practice.models import CompletedStep, SkillRating
from practice.queries import CredentialProgress, enrolment, practice_towards
from recommendations.models import LearnerCredential
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.planner import TaskFactory
from tests.factories.practice import NOW, CompletedStepFactory
from tests.factories.recommendations import LearnerCredentialFactory
from tests.planner.programs import platform
from tests.practice.test_progress import over, progress

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def taken() -> LearnerCredential:
    """A credential that a student has taken up."""
    held: LearnerCredential = LearnerCredentialFactory(status="accepted", recorded_at=NOW - 9 * DAY)
    return held


def planned(taken: LearnerCredential) -> list[Task]:
    """Its steps: to enrol, and to practise SQL and charts."""
    references = [
        enrolment(taken.credential_id),
        *(practice_towards(taken.credential_id, key) for key in ("sql", "charts")),
    ]
    steps = [Step(reference=reference, title="A step") for reference in references]
    return planner.add_steps(by=taken.user, source=Source.RECOMMENDATION, steps=steps, now=NOW - 9 * DAY)


def do(task: Task, *, now: dt.datetime = NOW) -> None:
    planner.complete_task(by=task.user, task_id=task.pk, now=now)


def reopen(task: Task, *, now: dt.datetime = NOW) -> None:
    planner.reopen_task(by=task.user, task_id=task.pk, now=now)


class TestCredentials:
    def test_steps_are_counted_beside_the_credential_that_they_lead_to(
        self, taken: LearnerCredential
    ) -> None:
        enrol, practise, _ = planned(taken)
        do(enrol, now=NOW - 2 * DAY)
        do(practise)
        LearnerCredentialFactory(user=taken.user, status="completed")
        LearnerCredentialFactory(status="accepted")  # somebody else's

        (found,) = progress(taken.user).credentials or ()

        assert found == CredentialProgress(
            credential_id=taken.credential_id, title=taken.credential.title, accepted_at=NOW - 9 * DAY,
            tasks_done=2, tasks_total=3, enrolled_at=NOW - 2 * DAY,
        )  # fmt: skip

    def test_what_is_reopened_cancelled_or_deleted_is_no_longer_counted(
        self, taken: LearnerCredential
    ) -> None:
        enrol, practise, charts = planned(taken)
        for task in (enrol, practise, charts):
            do(task)
        reopen(enrol)
        planner.delete_task(by=taken.user, task_id=practise.pk)
        planner.change_task(by=taken.user, task_id=charts.pk, status="cancelled", now=NOW)

        found = progress(taken.user)

        (one,) = found.credentials or ()
        assert (one.tasks_done, one.tasks_total, one.enrolled_at) == (0, 1, None)
        assert found.tasks_completed_last_7_days == 0

    def test_one_without_steps_stands_there_with_none(self, taken: LearnerCredential) -> None:
        (one,) = progress(taken.user).credentials or ()

        assert (one.tasks_done, one.tasks_total, one.enrolled_at) == (0, 0, None)

    def test_the_latest_comes_first(self, taken: LearnerCredential) -> None:
        later = LearnerCredentialFactory(user=taken.user, status="accepted", recorded_at=NOW)

        found = progress(taken.user).credentials or ()

        assert [one.credential_id for one in found] == [later.credential_id, taken.credential_id]

    def test_who_may_not_read_results_is_not_told_what_was_recommended(
        self, taken: LearnerCredential
    ) -> None:
        guardian = UserFactory(role=Role.GUARDIAN)
        GuardianLink.objects.create(guardian=guardian, student=taken.user)
        advisor = AdvisorAssignmentFactory(student=taken.user).advisor

        assert progress(taken.user, by=guardian).credentials is None
        assert len(progress(taken.user, by=advisor).credentials or ()) == 1


class TestPoints:
    def test_a_step_brings_ten_points_once_for_life(self, taken: LearnerCredential) -> None:
        enrol, *_ = planned(taken)
        do(enrol)
        reopen(enrol)
        do(enrol, now=NOW + DAY)
        planner.delete_task(by=taken.user, task_id=enrol.pk)
        again, *_ = planned(taken)
        do(again, now=NOW + 2 * DAY)

        found = progress(taken.user, now=NOW + 2 * DAY)

        assert (found.task_experience, found.experience) == (10, 10)
        (row,) = CompletedStep.objects.all()
        assert (row.completed_at, row.reference) == (NOW, enrolment(taken.credential_id))

    def test_they_are_added_to_those_of_practice(self, taken: LearnerCredential) -> None:
        over(taken.user, hours_ago=2)
        for task in planned(taken):
            do(task)
        CompletedStepFactory()  # somebody else's

        found = progress(taken.user)

        assert (found.experience, found.task_experience, found.tasks_completed_last_7_days) == (70, 30, 3)
        assert (found.completed, found.solved) == (1, 1)

    @pytest.mark.parametrize("source", [Source.NUDGE, Source.SESSION])
    def test_steps_from_reminders_and_sessions_count_too(self, source: Source) -> None:
        (task,) = planner.add_steps(by=UserFactory(), source=source, steps=[Step("r-1", "Read on")], now=NOW)
        do(task)

        found = progress(task.user)

        assert (found.task_experience, found.tasks_completed_last_7_days, found.streak_days) == (10, 1, 1)
        assert found.credentials == []

    def test_what_students_set_themselves_or_a_platform_did_counts_for_nothing(self) -> None:
        student, key = UserFactory(), platform()
        for by in (student, key):
            task = planner.create_task(
                by=by, owner_id=student.pk, title="Sleep", reference="credential:1:enrol", now=NOW
            )
            planner.complete_task(by=student, task_id=task.pk, now=NOW)

        found = progress(student)

        assert (found.experience, found.tasks_completed_last_7_days, found.streak_days) == (0, 0, 0)
        assert not CompletedStep.objects.exists()

    def test_what_is_undone_with_its_transaction_is_not_credited(self, taken: LearnerCredential) -> None:
        enrol, practise, _ = planned(taken)
        stale = Operation(BulkOp.COMPLETE, task_id=practise.pk, expected=["7"])
        with pytest.raises(planner.TaskChangedMeanwhile):
            bulk(taken.user, Operation(BulkOp.COMPLETE, task_id=enrol.pk), stale)
        assert not CompletedStep.objects.exists()

        bulk(taken.user, *(Operation(BulkOp.COMPLETE, task_id=one.pk) for one in (enrol, practise)))
        assert progress(taken.user).task_experience == 20

    def test_no_rating_moves(self, taken: LearnerCredential) -> None:
        for task in planned(taken):
            do(task)

        assert not SkillRating.objects.exists()
        assert progress(taken.user).practised_at is None


def bulk(student: User, *operations: Operation) -> None:
    planner.bulk(by=student, owner_id=student.pk, operations=operations, now=NOW)


class TestDays:
    def test_a_day_with_a_step_carries_a_streak_on(self, taken: LearnerCredential) -> None:
        enrol, practise, _ = planned(taken)
        over(taken.user, hours_ago=48)
        do(enrol, now=NOW - DAY)
        over(taken.user, hours_ago=1)
        do(practise)

        assert progress(taken.user).streak_days == 3

    def test_doing_the_same_again_is_no_second_day(self, taken: LearnerCredential) -> None:
        enrol, *_ = planned(taken)
        do(enrol, now=NOW - DAY)
        reopen(enrol)
        do(enrol)

        assert progress(taken.user).streak_days == 1

    def test_days_begin_where_the_student_is(self, taken: LearnerCredential) -> None:
        enrol, practise, _ = planned(taken)
        do(enrol, now=NOW - dt.timedelta(hours=13))  # 23:00 on Tuesday in Greenwich, Wednesday in Berlin
        do(practise)

        assert progress(taken.user).streak_days == 2
        assert progress(taken.user, zone="Europe/Berlin").streak_days == 1

    @pytest.mark.parametrize(("ago", "number"), [(dt.timedelta(0), 1), (7 * DAY, 0)])
    def test_the_last_seven_days_are_168_hours(
        self, taken: LearnerCredential, ago: dt.timedelta, number: int
    ) -> None:
        do(planned(taken)[0], now=NOW - ago)

        assert progress(taken.user).tasks_completed_last_7_days == number


def test_what_was_done_before_steps_counted_is_credited_once(
    taken: LearnerCredential, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: dict[str, Any] = {"user": taken.user, "status": "done", "completed_at": NOW}
    TaskFactory(source=Source.RECOMMENDATION, reference=enrolment(taken.credential_id), **done)
    TaskFactory(source=Source.SESSION, reference="s-1:1", **done)
    TaskFactory(**done)
    TaskFactory(user=taken.user, source=Source.NUDGE, reference="n-1")
    migration = import_module("practice.migrations.0005_completed_steps")
    monkeypatch.setattr(migration, "AT_ONCE", 1)

    for _ in range(2):
        migration.credit_what_is_done(apps, None)

    rows = CompletedStep.objects.order_by("source").values_list(
        "source", "reference", "experience", "completed_at"
    )
    assert list(rows) == [
        ("recommendation", enrolment(taken.credential_id), 10, NOW),
        ("session", "s-1:1", 10, NOW),
    ]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"source": "manual"}, "practice_completed_steps_source_known"),
        ({"reference": ""}, "practice_completed_steps_referred"),
        ({"reference": "r-1"}, "practice_completed_steps_once"),
    ],
)
def test_the_database_holds_what_a_step_is(fields: dict[str, Any], constraint: str) -> None:
    first = CompletedStepFactory(reference="r-1")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CompletedStepFactory(**{"user": first.user, "reference": "r-2", **fields})
