"""Bells: heard at the commit, by everybody, and never in the way."""

import datetime as dt
import time
import uuid
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

from microcred.db import database_now
from ops import bell, claims, jobs, worker_heartbeats
from tests.ops.harness import PATIENCE_SECONDS, submit


@pytest.fixture
def ears() -> Iterator[bell.DatabaseBells]:
    """Someone who listens; the first answer, that bells may have been missed, is behind it."""
    listening: bell.DatabaseBells = bell.ears()
    assert listening.hear(0)
    yield listening
    listening.close()


@pytest.mark.django_db(transaction=True)
def test_bell_is_heard_when_the_job_is_committed_and_not_before(ears: bell.DatabaseBells) -> None:
    with transaction.atomic():
        submit()
        assert not ears.hear(0.05)

    assert ears.hear(PATIENCE_SECONDS)
    assert not ears.hear(0)


@pytest.mark.django_db(transaction=True)
def test_bell_is_heard_by_all_and_not_only_when_the_wait_is_over(ears: bell.DatabaseBells) -> None:
    other = bell.DatabaseBells()
    other.hear(0)
    submit()
    started = time.monotonic()

    assert ears.hear(PATIENCE_SECONDS)
    assert other.hear(PATIENCE_SECONDS)

    assert time.monotonic() - started < PATIENCE_SECONDS
    other.close()


@pytest.mark.django_db(transaction=True)
def test_job_of_a_transaction_that_failed_rings_for_nobody(ears: bell.DatabaseBells) -> None:
    @transaction.atomic
    def change_and_fail() -> None:
        submit()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()

    assert not ears.hear(0.05)


@pytest.mark.django_db(transaction=True)
def test_job_rings_whenever_it_is_queued_again_and_not_when_it_is_done(ears: bell.DatabaseBells) -> None:
    claim = claims.claim_job(submit())
    assert claim is not None
    assert ears.hear(PATIENCE_SECONDS)

    claims.fail(claim, error={"type": "X"}, delay=dt.timedelta(hours=1))
    assert ears.hear(PATIENCE_SECONDS)
    jobs.drain(skip_waits=True)
    assert ears.hear(PATIENCE_SECONDS)

    assert not ears.hear(0.05)


@pytest.mark.django_db(transaction=True)
def test_broken_connection_is_waited_for_and_counts_as_a_bell(
    ears: bell.DatabaseBells, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(bell, "sleep", pauses.append)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%%'"
        )

    while not pauses:
        assert not ears.hear(PATIENCE_SECONDS)
    assert pauses == [bell.OUTAGE_SECONDS]
    assert ears.hear(PATIENCE_SECONDS)


def test_work_that_leaves_no_record_is_refused() -> None:
    with pytest.raises(bell.NotAJob):
        async_task("ops.jobs.run", str(uuid.uuid4()))


def test_sentinels_status_is_a_heartbeat_and_is_not_stored() -> None:
    before = time.monotonic()
    bell.ears().set_stat("cluster", "pickled status", 3)

    since = worker_heartbeats.sentinel_heartbeat_age()

    assert since is not None
    assert since <= time.monotonic() - before
    assert bell.ears().get_stat("cluster") is None


@pytest.mark.django_db
def test_clean_up_deletes_what_the_queue_keeps_and_nobody_reads() -> None:
    now = database_now()
    old = now - dt.timedelta(days=2)
    Task.objects.create(
        id="a" * 32, name="killed", func="ops.jobs.run", started=old, stopped=old, success=False
    )
    OrmQ.objects.create(key="an earlier release's", payload="x", lock=old)
    OrmQ.objects.create(key="an earlier release's", payload="x", lock=now)

    assert bell.clean_up(before=now - dt.timedelta(days=1)) == 2

    assert (Task.objects.count(), OrmQ.objects.count()) == (0, 1)
