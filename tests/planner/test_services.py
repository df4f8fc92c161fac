"""Tasks as services make and change them."""

import datetime as dt
import uuid
from typing import Any

import pytest

from accounts.enums import Role, UserStatus
from ops.models import AuditLog
from planner import queries, services
from planner.enums import Priority, Source, TaskStatus
from planner.events import task_completed
from planner.models import Task
from tests.factories.accounts import UserFactory
from tests.factories.planner import NOW, TaskFactory
from tests.factories.recommendations import heard
from tests.planner.programs import platform

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=1)
STEPS = [
    services.Step(reference="credential:1:enrol", title="Enrol: SQL", tags=["enrol"]),
    services.Step(reference="credential:1:practise:sql", title="Practise SQL"),
]


def trail() -> list[tuple[str, dict[str, Any]]]:
    lines = AuditLog.objects.filter(resource_type="task").order_by("pk")
    return [(line.action, line.metadata) for line in lines]


class TestAnnouncing:
    def test_every_tick_is_told_and_nothing_else(self) -> None:
        user = UserFactory()
        (task, _) = services.add_steps(by=user, source=Source.RECOMMENDATION, steps=STEPS, now=NOW)

        with heard(task_completed) as told:
            services.change_task(by=user, task_id=task.pk, title="Enrol at last", now=NOW)
            services.complete_task(by=user, task_id=task.pk, now=NOW)
            services.complete_task(by=user, task_id=task.pk, now=LATER)
            services.change_task(by=user, task_id=task.pk, title="Enrolled", now=LATER)
            services.reopen_task(by=user, task_id=task.pk, now=LATER)
            services.change_task(by=user, task_id=task.pk, status="done", now=LATER)
            services.create_task(by=user, owner_id=user.pk, title="Done already", status="done", now=NOW)

        assert [(one["source"], one["reference"], one["completed_at"]) for one in told] == [
            ("recommendation", "credential:1:enrol", NOW),
            ("recommendation", "credential:1:enrol", LATER),
            ("manual", "", NOW),
        ]
        assert {one["user_id"] for one in told} == {user.pk}


class TestWhose:
    def test_people_plan_for_themselves(self) -> None:
        user = UserFactory()

        assert queries.owner(by=user, user_id=None) == user.pk
        assert queries.owner(by=user, user_id=user.pk) == user.pk
        with pytest.raises(queries.OwnerMissing):
            queries.owner(by=user, user_id=UserFactory().pk)

    def test_programs_name_an_active_student(self) -> None:
        student = UserFactory()

        assert queries.owner(by=platform(), user_id=student.pk) == student.pk
        with pytest.raises(queries.OwnerUnnamed):
            queries.owner(by=platform(), user_id=None)
        for nobody in (
            uuid.uuid4(),
            UserFactory(role=Role.ADVISOR).pk,
            UserFactory(status=UserStatus.DISABLED).pk,
        ):
            with pytest.raises(queries.OwnerMissing):
                queries.owner(by=platform(), user_id=nobody)

    def test_what_somebody_may_not_see_is_not_there(self) -> None:
        task, of_staff = TaskFactory(), TaskFactory(user__role=Role.ADVISOR)

        assert queries.get_visible(by=task.user, task_id=task.pk) == task
        assert queries.get_visible(by=platform(), task_id=task.pk) == task
        for by, hidden in (
            (UserFactory(), task),
            (UserFactory(role=Role.ADMIN), task),
            (platform(), of_staff),
        ):
            with pytest.raises(queries.TaskMissing):
                queries.get_visible(by=by, task_id=hidden.pk)


class TestCreating:
    def test_a_task_of_ones_own(self) -> None:
        user = UserFactory()

        task = services.create_task(
            by=user, owner_id=user.pk, now=NOW, title="  Read  ", tags=[" sql", "sql ", "joins"], due_at=LATER
        )

        task.refresh_from_db()
        assert (task.title, task.tags, task.due_at) == ("Read", ["sql", "joins"], LATER)
        assert (task.source, task.platform, task.reference) == (Source.MANUAL, None, "")
        assert (task.status, task.priority, task.version) == (TaskStatus.TODO, Priority.MEDIUM, 1)
        assert (task.created_at, task.updated_at, task.completed_at) == (NOW, NOW, None)
        assert trail() == [
            ("task.created", {"user_id": str(user.pk), "status": "todo", "version": 1}),
        ]

    def test_a_platforms_task_says_so(self) -> None:
        user, program = UserFactory(), platform()

        task = services.create_task(by=program, owner_id=user.pk, now=NOW, title="Read", reference="41")

        assert (task.source, task.platform_id, task.reference) == (Source.PLATFORM, program.pk, "41")

    def test_what_is_done_already_has_been_done_now(self) -> None:
        user = UserFactory()

        task = services.create_task(by=user, owner_id=user.pk, now=NOW, title="Read", status=TaskStatus.DONE)

        assert task.completed_at == NOW

    def test_a_reference_is_used_once(self) -> None:
        user = UserFactory()
        first = services.create_task(by=user, owner_id=user.pk, now=NOW, title="Read", reference="41")

        with pytest.raises(services.TaskConflict) as refusal:
            services.create_task(by=user, owner_id=user.pk, now=NOW, title="Write", reference="41")

        assert refusal.value.details == {"task_id": str(first.pk)}
        assert Task.objects.get().title == "Read"
        assert len(trail()) == 1

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"title": "  "}, "title"),
            ({"title": "a" * 201}, "title"),
            ({"title": "a", "tags": [" "]}, "tags"),
            ({"title": "a", "tags": ["a" * 51]}, "tags"),
            ({"title": "a", "tags": [str(number) for number in range(21)]}, "tags"),
        ],
    )
    def test_what_no_task_can_be_is_refused(self, fields: dict[str, Any], field: str) -> None:
        user = UserFactory()

        with pytest.raises(services.TaskInvalid) as refusal:
            services.create_task(by=user, owner_id=user.pk, now=NOW, **fields)

        assert refusal.value.details == {"field": field}

    def test_nobody_has_more_than_anybody_reads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        user = TaskFactory().user
        monkeypatch.setattr(services, "MOST_TASKS", 2)

        services.create_task(by=user, owner_id=user.pk, now=NOW, title="The last")
        with pytest.raises(services.ListFull) as refusal:
            services.create_task(by=user, owner_id=user.pk, now=NOW, title="One more")

        assert refusal.value.details == {"most": 2}
        assert Task.objects.count() == 2


class TestChanging:
    def test_only_what_is_named_changes(self) -> None:
        task = TaskFactory(description="All of it", tags=["sql"])

        services.change_task(by=task.user, task_id=task.pk, now=LATER, priority=Priority.HIGH, due_at=LATER)

        task.refresh_from_db()
        assert (task.priority, task.due_at, task.description, task.tags) == (
            "high",
            LATER,
            "All of it",
            ["sql"],
        )
        assert (task.version, task.created_at, task.updated_at) == (2, NOW, LATER)
        assert trail()[0][1]["fields"] == ["due_at", "priority"]

    def test_what_is_so_already_is_no_change(self) -> None:
        task = TaskFactory(tags=["sql"])

        same = services.change_task(
            by=task.user, task_id=task.pk, now=LATER, title=task.title, tags=["sql", "sql"], due_at=None
        )

        assert (same.version, same.updated_at, trail()) == (1, NOW, [])

    def test_from_another_version_nothing_changes(self) -> None:
        task = TaskFactory(version=3)

        with pytest.raises(services.TaskChangedMeanwhile):
            services.change_task(by=task.user, task_id=task.pk, now=LATER, expected={"2"}, title="Other")
        changed = services.change_task(
            by=task.user, task_id=task.pk, now=LATER, expected={"2", "3"}, title="Other"
        )

        assert changed.version == 4

    def test_what_is_done_by_a_change_has_its_time_and_loses_it_again(self) -> None:
        task = TaskFactory()

        done = services.change_task(by=task.user, task_id=task.pk, now=LATER, status=TaskStatus.DONE)
        assert done.completed_at == LATER
        again = services.change_task(by=task.user, task_id=task.pk, now=LATER, status=TaskStatus.IN_PROGRESS)
        assert again.completed_at is None


class TestDone:
    def test_ticking_off_twice_is_once(self) -> None:
        task = TaskFactory()

        services.complete_task(by=task.user, task_id=task.pk, now=NOW)
        again = services.complete_task(by=task.user, task_id=task.pk, now=LATER)

        assert (again.status, again.completed_at, again.version) == (TaskStatus.DONE, NOW, 2)
        assert [action for action, _ in trail()] == ["task.completed"]

    def test_what_was_cancelled_is_not_done(self) -> None:
        task = TaskFactory(status=TaskStatus.CANCELLED)

        with pytest.raises(services.TaskConflict) as refusal:
            services.complete_task(by=task.user, task_id=task.pk, now=NOW)

        assert refusal.value.details == {"status": "cancelled"}

    @pytest.mark.parametrize(
        "fields", [{"status": TaskStatus.DONE, "completed_at": NOW}, {"status": TaskStatus.CANCELLED}]
    )
    def test_what_is_closed_is_reopened(self, fields: dict[str, Any]) -> None:
        task = TaskFactory(**fields)

        open_again = services.reopen_task(by=task.user, task_id=task.pk, now=LATER)

        assert (open_again.status, open_again.completed_at, open_again.version) == ("todo", None, 2)

    def test_what_is_under_way_stays_so_when_it_is_reopened(self) -> None:
        task = TaskFactory(status=TaskStatus.IN_PROGRESS)

        same = services.reopen_task(by=task.user, task_id=task.pk, now=LATER)

        assert (same.status, same.version) == (TaskStatus.IN_PROGRESS, 1)

    def test_what_is_deleted_is_gone_and_told_of(self) -> None:
        task = TaskFactory()

        services.delete_task(by=task.user, task_id=task.pk)

        assert not Task.objects.exists()
        assert [action for action, _ in trail()] == ["task.deleted"]
        with pytest.raises(queries.TaskMissing):
            services.delete_task(by=task.user, task_id=task.pk)


class TestSteps:
    def test_steps_are_planned_once(self) -> None:
        user = UserFactory()

        first = services.add_steps(by=user, source=Source.RECOMMENDATION, steps=STEPS, now=NOW)
        again = services.add_steps(by=user, source=Source.RECOMMENDATION, steps=STEPS, now=LATER)

        assert [(task.title, task.tags) for task in first] == [
            ("Enrol: SQL", ["enrol"]),
            ("Practise SQL", []),
        ]
        assert again == first
        assert Task.objects.count() == 2
        assert len(trail()) == 2

    def test_a_long_title_is_cut(self) -> None:
        step = services.Step(reference="1", title="a" * 300)

        (task,) = services.add_steps(by=UserFactory(), source=Source.RECOMMENDATION, steps=[step], now=NOW)

        assert task.title == "a" * 200

    def test_what_nobody_has_begun_is_called_off_and_taken_up_again(self) -> None:
        user = UserFactory()
        enrol, practise = services.add_steps(by=user, source=Source.RECOMMENDATION, steps=STEPS, now=NOW)
        services.change_task(by=user, task_id=practise.pk, now=NOW, status=TaskStatus.IN_PROGRESS)
        elsewhere = TaskFactory(user=user, source=Source.RECOMMENDATION, reference="credential:2:enrol")
        of_ones_own = TaskFactory(user=user, reference="credential:1:enrol")

        called_off = services.cancel_steps(
            by=user, source=Source.RECOMMENDATION, begins_with="credential:1:", now=LATER
        )

        assert [(task.pk, task.status) for task in called_off] == [(enrol.pk, TaskStatus.CANCELLED)]
        for other in (elsewhere, of_ones_own):
            other.refresh_from_db()
            assert other.status == TaskStatus.TODO
        back = services.add_steps(by=user, source=Source.RECOMMENDATION, steps=STEPS, now=LATER)
        assert [task.status for task in back] == [TaskStatus.TODO, TaskStatus.IN_PROGRESS]
