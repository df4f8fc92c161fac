"""The bell that wakes workers up: everything that is said to django-q2.

A bell carries the id of one job and is delivered at most once, by either broker. A lost bell costs only the
seconds until ``ops.reconciliation`` rings again, so nothing is ever acknowledged, locked or retried here.
"""

import datetime as dt
import uuid
from time import sleep

import structlog
from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM
from django_q.brokers.redis_broker import Redis
from django_q.cluster import Cluster
from django_q.conf import Conf
from django_q.exceptions import TimeoutException
from django_q.models import OrmQ, Task
from django_q.signing import BadSignature, SignedPackage
from django_q.tasks import async_task
from redis import RedisError

from ops import pulse

log = structlog.get_logger(__name__)
TASK = "ops.jobs.run"
OUTAGE_SECONDS = 0.5
Timeout: type[SystemExit] = TimeoutException


class _Heartbeat:
    """Turns the status that the sentinel saves in every guard cycle into a heartbeat, and keeps none of it."""

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Beat."""
        pulse.beat()

    def get_stat(self, key: str) -> None:
        """Return nothing: the job table says more."""

    def get_stats(self, pattern: str) -> list[str]:
        """Return nothing."""
        return []


class DatabaseBells(_Heartbeat, ORM):  # type: ignore[misc]
    """Bells as rows of the product's own database: rung with the transaction, deleted when delivered."""

    def enqueue(self, task: str) -> int:
        """Add a bell to the caller's transaction, stamped by the database's clock."""
        bell = self.get_connection().create(key=self.list_key, payload=task, lock=Now())
        return int(bell.pk)

    def dequeue(self) -> list[tuple[None, str]] | None:
        """Take the oldest bell; two workers never get the same one. An outage is waited for, not died of."""
        try:
            payloads = self._take()
        except (DatabaseError, InterfaceError) as error:
            log.warning("bells_unreachable", error=type(error).__name__)
            connections[Conf.ORM].close()
            sleep(OUTAGE_SECONDS)
            return None
        if not payloads:
            sleep(Conf.POLL)
        return [(None, payload) for payload in payloads] or None

    def _take(self) -> list[str]:
        self.get_connection()
        with connections[Conf.ORM].cursor() as cursor:
            cursor.execute(
                "DELETE FROM django_q_ormq WHERE id = ("
                " SELECT id FROM django_q_ormq WHERE key = %s ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
                ") RETURNING payload",
                [self.list_key],
            )
            return [row[0] for row in cursor.fetchall()]

    def oldest(self) -> dt.datetime | None:
        """Return when the oldest waiting bell was rung."""
        waiting = self.get_connection().filter(key=self.list_key).order_by("id")
        moment: dt.datetime | None = waiting.values_list("lock", flat=True).first()
        return moment


class RedisBells(_Heartbeat, Redis):  # type: ignore[misc]
    """Bells in a Redis list, pushed when the transaction has committed."""

    def ping(self) -> bool:
        """Let the cluster start without Redis too: its return is waited for in :meth:`dequeue`."""
        return True

    def dequeue(self) -> list[tuple[None, bytes]] | None:
        """Take the oldest bell, waiting a second for one. An outage is waited for, not died of."""
        try:
            bells: list[tuple[None, bytes]] | None = super().dequeue()
        except (RedisError, OSError) as error:
            log.warning("bells_unreachable", error=type(error).__name__)
            sleep(OUTAGE_SECONDS)
            return None
        return bells

    def oldest(self) -> dt.datetime | None:
        """Return when the oldest waiting bell was rung; one that cannot be read does not count."""
        try:
            payload = self.connection.lindex(self.list_key, 0)
            moment: dt.datetime | None = SignedPackage.loads(payload.decode())["started"] if payload else None
        except (RedisError, BadSignature, KeyError) as error:
            log.warning("bells_unreadable", error=type(error).__name__)
            return None
        return moment


def ring(job_id: uuid.UUID) -> None:
    """Wake a worker for one job, if and when the caller's transaction commits."""
    if Conf.ORM:
        async_task(TASK, str(job_id))
    else:
        transaction.on_commit(lambda: _push(job_id), robust=True)


def _push(job_id: uuid.UUID) -> None:
    try:
        async_task(TASK, str(job_id))
    except (RedisError, OSError) as error:
        log.warning("bell_lost", job_id=str(job_id), error=type(error).__name__)


def oldest_waiting() -> dt.datetime | None:
    """Return when the oldest bell that no worker has heard yet was rung, None when all were heard."""
    moment: dt.datetime | None = get_broker().oldest()
    return moment


def new_cluster() -> Cluster:
    """Return django-q2's cluster, not started."""
    return Cluster()


def clean_up(*, before: dt.datetime) -> int:
    """Delete what django-q2 keeps and nobody reads: records of killed tasks, bells of other cluster names."""
    records, _ = Task.objects.filter(started__lt=before).delete()
    bells, _ = OrmQ.objects.filter(~Q(key=Conf.CLUSTER_NAME) & Q(lock__lt=before)).delete()
    return int(records) + int(bells)
