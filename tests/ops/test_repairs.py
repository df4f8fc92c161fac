"""The pass over everything that apps registered for repair."""

import datetime as dt
import threading
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from structlog.testing import capture_logs

from microcred.db import database_now
from ops import claims, jobs, repairs
from ops.enums import JobStatus
from ops.jobs import Ensured
from ops.models import AsyncJob
from tests.ops.harness import submit

HOUR = dt.timedelta(hours=1)
looks: list[dict[str, Any]] = []


def three(**asked: Any) -> int:
    looks.append(asked)
    return 3


def nothing(**asked: Any) -> int:
    return 0


def broken(**asked: Any) -> int:
    raise ValueError("an error in one look")


def cut(**asked: Any) -> int:
    raise OperationalError("the database is away")


@pytest.fixture(autouse=True)
def registered(settings: LazySettings) -> None:
    looks.clear()
    settings.REPAIRS = {"thing": f"{__name__}.three", "other": f"{__name__}.nothing"}


def mended() -> dict[str, int]:
    now = timezone.now()
    return repairs.repair_states(now=now, since=now - HOUR)


@pytest.mark.django_db
def test_what_is_mended_is_returned_logged_and_counted() -> None:
    now = timezone.now()

    with capture_logs() as logs:
        assert repairs.repair_states(now=now, since=now - HOUR) == {"thing": 3}

    assert looks == [{"now": now, "since": now - HOUR}]
    assert [(line["event"], line["repair"], line["number"]) for line in logs] == [
        ("state_repaired", "thing", 3)
    ]
    assert repairs.mended_since(now - HOUR) == {"lapsed-claims": 0, "thing": 3, "other": 0}
    assert repairs.mended_since(timezone.now() + HOUR) == {"lapsed-claims": 0, "thing": 0, "other": 0}


@pytest.mark.django_db
def test_a_look_that_fails_keeps_no_other_from_being_made(settings: LazySettings) -> None:
    settings.REPAIRS = {"broken": f"{__name__}.broken"} | settings.REPAIRS

    assert mended() == {"thing": 3}


@pytest.mark.django_db
def test_an_outage_is_the_callers_to_wait_for(settings: LazySettings) -> None:
    settings.REPAIRS = {"cut": f"{__name__}.cut"}

    with pytest.raises(OperationalError):
        mended()


@pytest.mark.django_db(transaction=True)
def test_a_look_that_another_process_makes_is_left_to_it() -> None:
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('repair:thing', 0))")
            holds.set()
            done.wait(60)
            # The server lets go of what a closed connection held a moment later.
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('repair:thing', 0))")
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert holds.wait(60)
    try:
        assert mended() == {}
    finally:
        done.set()
        other.join()
    assert mended() == {"thing": 3}


@pytest.mark.django_db
@pytest.mark.urls("tests.ops.urls")
def test_health_and_metrics_tell_what_was_mended() -> None:
    claims.claim_job(submit())
    AsyncJob.objects.update(lease_expires_at=database_now() - HOUR)
    call_command("reconcile", stdout=StringIO())

    health = Client().get("/health/ready").json()
    metrics = Client().get("/metrics").content.decode()

    assert health["checks"]["repairs"] == {"last_hour": {"lapsed-claims": 1, "thing": 3}}
    assert 'microcred_repairs_last_day{repair="thing"} 3.0' in metrics
    assert 'microcred_repairs_last_day{repair="other"} 0.0' in metrics


@pytest.mark.django_db
def test_the_command_says_what_it_repaired(settings: LazySettings) -> None:
    claims.claim_job(submit())
    AsyncJob.objects.update(lease_expires_at=database_now() - HOUR)

    assert said() == ["lapsed-claims: 1", "thing: 3"]
    settings.REPAIRS = {}
    assert said() == ["Nothing to repair."]


@pytest.mark.django_db
def test_a_job_is_ensured_once_while_it_lives() -> None:
    assert [ensured() for _ in range(2)] == [Ensured.MADE, Ensured.ALIVE]
    assert AsyncJob.objects.get().unique_key == "thing:1"


@pytest.mark.django_db
def test_a_job_that_ended_well_is_followed_by_one_more() -> None:
    ensured()
    jobs.drain()
    assert ensured() == Ensured.MADE
    jobs.drain()

    assert ensured() == Ensured.DEAD
    assert list(AsyncJob.objects.order_by("unique_key").values_list("unique_key", "status")) == [
        ("thing:1", JobStatus.SUCCEEDED),
        ("thing:1:again", JobStatus.SUCCEEDED),
    ]


@pytest.mark.django_db
def test_a_job_that_died_is_not_made_anew() -> None:
    ensured("test.fatal")
    jobs.drain(skip_waits=True)

    assert ensured("test.fatal") == Ensured.DEAD


def ensured(kind: str = "test.note") -> Ensured:
    return jobs.ensure(kind, unique_key="thing:1", payload={})


def said() -> list[str]:
    out = StringIO()
    call_command("reconcile", stdout=out)
    return out.getvalue().splitlines()
