"""What background work tells an administrator."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from ops import dashboard, jobs
from ops.enums import JobStatus
from ops.models import AsyncJob
from tests.factories.releases import released

pytestmark = pytest.mark.django_db


def said() -> list[str]:
    return [sign.text for sign in dashboard.alerts(now=timezone.now())]


@pytest.fixture(autouse=True)
def well(settings: Settings) -> None:
    settings.HEALTH = {}


def test_where_all_is_well_nothing_is_said() -> None:
    assert said() == []
    assert [(one.name, one.value) for one in dashboard.figures(now=timezone.now())] == [
        ("Background work", "On time")
    ]


def test_work_that_waits_and_work_that_was_given_up_are_faults() -> None:
    late = timezone.now() - dt.timedelta(minutes=7)
    jobs.enqueue("ops.sweep", payload={}, unique_key="one", run_at=late)
    dead = jobs.enqueue("ops.sweep", payload={}, unique_key="two", run_at=timezone.now())
    AsyncJob.objects.filter(pk=dead.pk).update(status=JobStatus.DEAD, completed_at=timezone.now())

    signs = list(dashboard.alerts(now=timezone.now()))

    assert [sign.text for sign in signs] == [
        "Background work has been waiting for 7 minutes. Does a worker run?",
        "1 job was given up in the last seven days.",
    ]
    assert all(sign.is_fault for sign in signs)


def test_what_is_not_well_says_what_to_do(settings: Settings) -> None:
    settings.HEALTH = {"scorer": "scoring.releasing.health"}
    released()
    assert said() == []
    settings.OPENAI_API_KEY = "sk-test"

    (told,) = said()

    assert told.startswith("Scorer: no released scorer. essay-")
    assert told.endswith("has not been through its release gate. Run manage.py release_gate --activate.")
