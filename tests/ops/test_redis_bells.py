"""Bells by Redis: heard at once, and no job is lost with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django_q.conf import Conf

from ops import bell, redis_bells
from ops.enums import JobStatus
from tests.e2e.redis_server import PROGRAM, RedisServer
from tests.ops.harness import PATIENCE_SECONDS, SupervisedWorker, submit, wait_for_status, wait_until

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
        monkeypatch.setattr(Conf, "BROKER_CLASS", "ops.redis_bells.RedisBells")
        yield server


@pytest.fixture
def worker(tmp_path: Path, redis: RedisServer) -> Iterator[SupervisedWorker]:
    supervised = SupervisedWorker(tmp_path)
    yield supervised
    supervised.close()


def waiting(redis: RedisServer) -> int:
    with redis.client() as client:
        return int(client.llen(QUEUE))


def test_bell_is_sent_at_the_commit(redis: RedisServer) -> None:
    with transaction.atomic():
        submit()
        assert waiting(redis) == 0

    assert waiting(redis) == 1
    assert bell.ears().hear(1)
    assert not bell.ears().hear(0)


def test_bells_that_nobody_hears_do_not_pile_up(redis: RedisServer) -> None:
    for _ in range(3 * redis_bells.MOST_WAITING):
        bell.ring()

    assert waiting(redis) == redis_bells.MOST_WAITING


def test_jobs_are_done_when_a_bell_rings_and_when_bells_were_flushed(
    redis: RedisServer, worker: SupervisedWorker
) -> None:
    worker.start()
    wait_for_status(submit(), JobStatus.SUCCEEDED)
    redis.kill()
    job = submit()
    redis.start()

    wait_for_status(job, JobStatus.SUCCEEDED)


def test_worker_starts_and_works_without_redis_and_stays_when_it_is_back(
    redis: RedisServer, worker: SupervisedWorker
) -> None:
    redis.kill()
    job = submit()
    worker.start()
    started = worker.roles()

    wait_for_status(job, JobStatus.SUCCEEDED)
    wait_until(
        lambda: worker.log().count("bells_unreachable") >= 4, PATIENCE_SECONDS, "the outage is noticed"
    )
    redis.start()
    wait_for_status(submit(), JobStatus.SUCCEEDED)

    assert worker.roles() == started


def test_bell_that_cannot_be_sent_is_no_error(redis: RedisServer) -> None:
    redis.kill()

    submit()

    assert not bell.ears().hear(0)
