"""Bells, which tell workers that there is work: everything that is said to django-q2's brokers.

The queue is the job table. A bell only says "look": it carries nothing, may be heard by several or lost, and workers
look every few seconds without one. So nothing is ever acknowledged, locked or delivered twice here.
"""

import datetime as dt
from functools import cache
from select import select
from time import sleep
from typing import Any, Never

import structlog
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections, transaction
from django_q.brokers import Broker, get_broker
from django_q.conf import Conf
from django_q.models import OrmQ, Task
from psycopg import Error as PsycopgError

from ops import worker_heartbeats

log = structlog.get_logger(__name__)
# The trigger of the job table names it too.
CHANNEL = "microcred_jobs"
OUTAGE_SECONDS = 0.5


class NotAJob(TypeError):
    """Work was handed to django-q2 directly; only ``ops.jobs.enqueue`` leaves a record of it."""


class Bells(Broker):  # type: ignore[misc]
    """What both brokers have in common."""

    def enqueue(self, task: object) -> Never:
        """Refuse: a task that is not in the job table would be lost."""
        raise NotAJob("Background work is announced by ops.jobs.enqueue, never by async_task.")

    def dequeue(self) -> Never:
        """Refuse: a cluster of django-q2's own would hear bells and have nothing to do."""
        raise NotAJob("Background work is done by manage.py worker, never by qcluster.")

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Take the status that the sentinel saves in every guard cycle for a heartbeat, and keep none of it."""
        worker_heartbeats.record_sentinel_heartbeat()

    def get_stat(self, key: str) -> None:
        """Return nothing: the job table says more."""

    def get_stats(self, pattern: str) -> list[str]:
        """Return nothing."""
        return []


class DatabaseBells(Bells):
    """Bells by LISTEN and NOTIFY: a trigger rings at the COMMIT of whatever queues a job, and all workers hear it."""

    def __init__(self, list_key: str | None = None) -> None:
        super().__init__(list_key)
        self._ear: Any = None

    def ring(self) -> None:
        """Have every worker look, when the caller's transaction commits."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])

    def hear(self, seconds: float) -> bool:
        """Wait for a bell; true as well when some may have been missed. An outage is waited for, not died of."""
        try:
            if self._ear is None:
                self._ear = self._listen()
                return True
            heard, _, _ = select([self._ear.fileno()], [], [], max(0.0, seconds))
            return bool(heard) and self._read()
        except (DatabaseError, InterfaceError, PsycopgError, OSError) as error:
            log.warning("bells_unreachable", error=type(error).__name__)
            self.close()
            sleep(OUTAGE_SECONDS)
            return False

    def pass_on(self) -> None:
        """Do nothing: everybody heard it."""

    def close(self) -> None:
        """Listen no more."""
        if self._ear is not None:
            self._ear.close()
            self._ear = None

    def _listen(self) -> Any:
        # A connection of its own: the one of the thread is busy with claims.
        wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
        wrapper.ensure_connection()
        ear: Any = wrapper.connection
        ear.execute(f"LISTEN {CHANNEL}")
        return ear

    def _read(self) -> bool:
        wire = self._ear.pgconn
        wire.consume_input()
        heard = False
        while wire.notifies() is not None:
            heard = True
        return heard


def announce() -> None:
    """Wake a worker if and when the caller's transaction, which queued a job, commits."""
    # PostgreSQL rings by itself, by a trigger.
    if not Conf.ORM:
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Have workers look although nothing new was queued."""
    _broker(Conf.BROKER_CLASS, str(Conf.REDIS)).ring()


def ears() -> Any:
    """Return a broker to listen with, for this process alone."""
    return get_broker()


@cache
def _broker(name: str, where: str) -> Any:
    return get_broker()


def clean_up(*, before: dt.datetime) -> int:
    """Delete what django-q2, or an earlier release, has left in its tables and nobody reads."""
    records, _ = Task.objects.filter(started__lt=before).delete()
    bells, _ = OrmQ.objects.filter(lock__lt=before).delete()
    return int(records) + int(bells)
