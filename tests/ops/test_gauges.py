"""Jobs of the last minutes as Prometheus sees them, and that every figure of every app is given out."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from microcred.db import database_now
from ops import gauges, health
from ops.enums import JobStatus
from ops.models import AsyncJob
from tests.ops.harness import submit

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.ops.urls")]


def ended(
    *, waited: float, ran: float, minutes_ago: float = 1, kind: str = "test.note", **fields: object
) -> None:
    end = database_now() - dt.timedelta(minutes=minutes_ago)
    began = end - dt.timedelta(seconds=ran)
    AsyncJob.objects.filter(pk=submit(kind)).update(
        **{
            "status": JobStatus.SUCCEEDED,
            "attempts": 1,
            "next_run_at": began - dt.timedelta(seconds=waited),
            "started_at": began,
            "completed_at": end,
            **fields,
        }
    )


def test_jobs_that_ended_lately_by_outcome() -> None:
    ended(waited=1, ran=1)
    ended(waited=1, ran=1, attempts=2)
    ended(waited=1, ran=1, status=JobStatus.DEAD)
    ended(waited=1, ran=1, minutes_ago=11)

    assert gauges.jobs_ended() == {
        ("test.note", "at_once"): 1,
        ("test.note", "retried"): 1,
        ("test.note", "dead"): 1,
    }


def test_how_long_jobs_waited_and_ran() -> None:
    for seconds in range(1, 21):
        ended(waited=seconds, ran=2 * seconds)
    ended(waited=500, ran=500, minutes_ago=11)

    assert gauges.job_waits() == {("test.note", "0.5"): 10, ("test.note", "0.95"): 19}
    assert gauges.job_runs() == {("test.note", "0.5"): 20, ("test.note", "0.95"): 38}


def test_a_job_that_was_put_off_waited_for_nobody() -> None:
    ended(waited=-30, ran=1)

    assert gauges.job_waits() == {("test.note", "0.5"): 0, ("test.note", "0.95"): 0}


def test_only_what_could_be_done_now_is_due() -> None:
    submit()
    AsyncJob.objects.filter(pk=submit()).update(next_run_at=database_now() + dt.timedelta(hours=1))

    found = gauges.jobs_due()

    assert (found["test.note",], found["scoring.score",]) == (1, 0)


def test_every_figure_is_given_out_with_its_labels() -> None:
    """On a database without a row each is asked for: a table or column that is gone is found here."""
    ended(waited=1, ran=1)

    families = {
        family.name: family
        for family in text_string_to_metric_families(Client().get("/metrics").content.decode())
    }

    assert set(settings.GAUGES) <= set(families)
    for name, entry in settings.GAUGES.items():
        assert all(set(sample.labels) == set(entry["labels"]) for sample in families[name].samples), name
    assert families["microcred_up"].samples[0].value == 1


def test_readiness_is_a_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LATE_SECONDS", -1.0)

    lines = Client().get("/metrics").content.decode().splitlines()

    assert "microcred_ready 1.0" in lines
    assert 'microcred_check{check="jobs"} 0.0' in lines
    assert 'microcred_check{check="scorer"} 1.0' in lines


def test_an_unready_product_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise OperationalError("no route")

    monkeypatch.setattr(health, "_is_migrated", fail)

    assert "microcred_ready 0.0" in Client().get("/metrics").content.decode().splitlines()
