"""Bells by Redis: heard at once, and no job is lost with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django_q.brokers import get_broker
from django_q.conf import Conf

from ops import bell
from ops.enums import JobStatus
from ops.reconciliation import RING_AGAIN_SECONDS
from tests.e2e.redis_server import PROGRAM, RedisServer
from tests.ops.harness import SupervisedWorker, submit, wait_for_status, wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.redis,
    pytest.mark.skipif(PROGRAM is None, reason="needs a redis-server, which is not installed"),
]
QUEUE = "django_q:microcred:q"


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    """Bells of this process and of those it starts go through this server."""
    with RedisServer(tmp_path) as server:
        monkeypatch.setenv("REDIS_URL", server.url)
        monkeypatch.setattr(Conf, "ORM", None)
        monkeypatch.setattr(Conf, "REDIS", server.url)
        monkeypatch.setattr(Conf, "BROKER_CLASS", "ops.bell.RedisBells")
        yield server


@pytest.fixture
def worker(tmp_path: Path, redis: RedisServer) -> Iterator[SupervisedWorker]:
    supervised = SupervisedWorker(tmp_path)
    yield supervised
    supervised.close()


def waiting(redis: RedisServer) -> int:
    with redis.client() as client:
        return int(client.llen(QUEUE))


def test_job_whose_bell_was_flushed_is_done(redis: RedisServer, worker: SupervisedWorker) -> None:
    job = submit()
    assert waiting(redis) == 1
    with redis.client() as client:
        client.flushall()

    worker.start()

    assert wait_for_status(job, JobStatus.SUCCEEDED) < RING_AGAIN_SECONDS + 2


def test_worker_starts_and_stays_without_redis_and_works_when_it_is_back(
    redis: RedisServer, worker: SupervisedWorker
) -> None:
    redis.kill()
    job = submit()
    worker.start()
    started = worker.roles()
    assert "bells_unreachable" in worker.log()

    redis.start()
    wait_for_status(job, JobStatus.SUCCEEDED, RING_AGAIN_SECONDS + 2)
    redis.kill()
    wait_until(lambda: worker.log().count("bells_unreachable") >= 4, 10, "the outage is noticed")
    redis.start()
    wait_for_status(submit(), JobStatus.SUCCEEDED, RING_AGAIN_SECONDS + 2)

    assert worker.roles() == started


def test_bell_that_cannot_be_sent_is_no_error(redis: RedisServer) -> None:
    redis.kill()

    submit()

    assert get_broker().dequeue() is None
    assert bell.oldest_waiting() is None


def test_oldest_waiting_bell_is_known(redis: RedisServer) -> None:
    assert bell.oldest_waiting() is None
    submit()
    first = bell.oldest_waiting()
    submit()

    assert first is not None
    assert bell.oldest_waiting() == first
