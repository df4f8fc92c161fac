"""Bells: in order, once, and never in the way."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection
from django_q.brokers import get_broker
from django_q.models import OrmQ, Task
from django_q.signing import SignedPackage

from microcred.db import database_now
from ops import bell, pulse

pytestmark = pytest.mark.django_db


def delivered() -> list[str]:
    ids = []
    while packages := get_broker().dequeue():
        ids += [SignedPackage.loads(payload)["args"][0] for _, payload in packages]
    return ids


def test_bells_are_delivered_once_and_in_order() -> None:
    jobs = [uuid.uuid4() for _ in range(3)]
    for job in jobs:
        bell.ring(job)

    assert delivered() == [str(job) for job in jobs]
    assert OrmQ.objects.count() == 0


def test_bell_names_the_job_and_the_task_and_nothing_else() -> None:
    job = uuid.uuid4()

    bell.ring(job)

    package = SignedPackage.loads(OrmQ.objects.get().payload)
    assert (package["func"], package["args"], package["kwargs"]) == ("ops.jobs.run", (str(job),), {})


def test_oldest_waiting_bell_is_known_by_the_databases_clock() -> None:
    assert bell.oldest_waiting() is None
    before = database_now()
    bell.ring(uuid.uuid4())
    bell.ring(uuid.uuid4())

    oldest = bell.oldest_waiting()

    assert oldest is not None
    assert before <= oldest <= database_now()
    assert oldest == OrmQ.objects.order_by("id")[0].lock


def test_outage_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(broker: object) -> list[str]:
        raise DatabaseError("gone")

    pauses: list[float] = []
    monkeypatch.setattr(bell.DatabaseBells, "_take", fail)
    monkeypatch.setattr(connection, "close", lambda: pauses.append(0.0))
    monkeypatch.setattr(bell, "sleep", pauses.append)

    assert get_broker().dequeue() is None

    assert pauses == [0.0, bell.OUTAGE_SECONDS]


def test_sentinels_status_is_a_heartbeat_and_is_not_stored() -> None:
    get_broker().set_stat("cluster", "pickled status", 3)

    since = pulse.seconds_since_beat()

    assert since is not None
    assert since < 1
    assert get_broker().get_stat("cluster") is None


def test_clean_up_deletes_records_of_killed_tasks_and_bells_of_other_clusters() -> None:
    now = database_now()
    old = now - dt.timedelta(days=2)
    Task.objects.create(
        id="a" * 32, name="killed", func="ops.jobs.run", started=old, stopped=old, success=False
    )
    OrmQ.objects.create(key="some other cluster", payload="x", lock=old)
    bell.ring(uuid.uuid4())

    assert bell.clean_up(before=now - dt.timedelta(days=1)) == 2

    assert (Task.objects.count(), OrmQ.objects.count()) == (0, 1)
