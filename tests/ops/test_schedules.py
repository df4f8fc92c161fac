"""Schedules: slots, and one job for each."""

import datetime as dt

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from ops import jobs, schedules
from ops.enums import JobStatus
from ops.models import AsyncJob
from ops.schedules import DAY, MINUTE, Schedule

MONDAY = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("offset_hours", "at", "slot"),
    [
        (0, MONDAY, 0),
        (0, MONDAY + dt.timedelta(hours=23, minutes=59), 0),
        (0, MONDAY + DAY, 1),
        (3, MONDAY + dt.timedelta(hours=2, minutes=59), -1),
        (3, MONDAY + dt.timedelta(hours=3), 0),
    ],
)
def test_days_begin_at_their_offset(offset_hours: int, at: dt.datetime, slot: int) -> None:
    schedule = Schedule("daily", DAY, offset=dt.timedelta(hours=offset_hours))

    assert schedule.slot(at) == slot


def test_a_slot_is_due_until_it_is_announced() -> None:
    announced: dict[str, int] = {}

    first = list(schedules.due(MONDAY, announced))
    announced |= {schedule.name: slot for schedule, slot in first}

    assert [schedule.name for schedule, _ in first] == list(schedules.BY_NAME)
    assert list(schedules.due(MONDAY, announced)) == []
    assert [schedule.name for schedule, _ in schedules.due(MONDAY + MINUTE, announced)] == [
        "expire-assessments",
        "anchor-audit",
    ]


def test_every_line_of_the_table_can_be_called() -> None:
    for schedule in schedules.SCHEDULES:
        assert schedule.kind in settings.JOB_KINDS
        assert bool(schedule.function) == (schedule.kind == schedules.SWEEP)
        if schedule.function:
            assert callable(import_string(schedule.function))


@pytest.mark.django_db
def test_two_supervisors_make_one_job_a_slot() -> None:
    schedule = schedules.BY_NAME["clean-up"]

    for slot in (7, 7, 8):
        schedules.announce(schedule, slot)

    keys = AsyncJob.objects.order_by("unique_key").values_list("unique_key", flat=True)
    assert list(keys) == ["schedule:clean-up:7", "schedule:clean-up:8"]


@pytest.mark.django_db
def test_announced_sweep_is_done_by_a_worker() -> None:
    schedules.announce(schedules.BY_NAME["clean-up"], 7)

    jobs.drain()

    assert AsyncJob.objects.get().status == JobStatus.SUCCEEDED
