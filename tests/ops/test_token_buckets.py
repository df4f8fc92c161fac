"""Token buckets in PostgreSQL and in Redis: the same counts, exact with any number of processes."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier as BarrierType
from typing import cast

import pytest
import redis
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.db import connection, connections

from ops.models import RateBucket
from ops.token_buckets import Allowance, BucketStoreUnavailable, consume_token
from tests.e2e.redis_server import PROGRAM, RedisServer

HOUR = 3600
needs_redis = [
    pytest.mark.redis,
    pytest.mark.skipif(PROGRAM is None, reason="there is no redis-server on this machine"),
]


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["database", pytest.param("redis", marks=needs_redis)])
def keeper(request: pytest.FixtureRequest, settings: LazySettings) -> str:
    """Whoever keeps the buckets, empty."""
    settings.REDIS_URL = ""
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        with server.client() as client:
            client.flushall()
        settings.REDIS_URL = server.url
    return str(request.param)


def kept(client: redis.Redis) -> list[float]:
    """Return what Redis keeps of the one caller: the moment, then what is left."""
    values = cast("list[bytes]", client.lrange("microcred:bucket:student:1", 0, -1))
    return [float(value) for value in values]


def tokens_left(keeper: str) -> list[float]:
    if keeper == "database":
        return list(RateBucket.objects.get().tokens)
    with redis.from_url(django_settings.REDIS_URL) as client:
        return kept(client)[1:]


def let_pass(keeper: str, seconds: int) -> None:
    """Have the buckets be last seen so long ago."""
    if keeper == "database":
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE rate_buckets SET refilled_at = refilled_at - make_interval(secs => %s)", [seconds]
            )
        return
    with redis.from_url(django_settings.REDIS_URL) as client:
        client.lset("microcred:bucket:student:1", 0, repr(kept(client)[0] - seconds))


@pytest.mark.django_db
def test_bucket_empties_one_by_one_and_then_refuses(keeper: str) -> None:
    outcomes = [consume_token("student:1", [(3, HOUR)]) for _ in range(4)]

    assert [outcome.allowed for outcome in outcomes] == [True, True, True, False]
    assert [outcome.remaining for outcome in outcomes] == [2, 1, 0, 0]
    assert outcomes[3].limit == 3
    assert 1190 <= outcomes[3].wait <= 1200


@pytest.mark.django_db
def test_bucket_fills_up_with_time(keeper: str) -> None:
    for _ in range(60):
        consume_token("student:1", [(60, HOUR)])
    let_pass(keeper, 10 * 60)

    outcomes = [consume_token("student:1", [(60, HOUR)]).allowed for _ in range(11)]

    assert outcomes == [True] * 10 + [False]


@pytest.mark.django_db
def test_bucket_holds_no_more_than_its_size(keeper: str) -> None:
    consume_token("student:1", [(5, HOUR)])
    let_pass(keeper, 100 * HOUR)

    assert [consume_token("student:1", [(5, HOUR)]).allowed for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.django_db
def test_refused_request_costs_nothing_in_any_bucket(keeper: str) -> None:
    policy = [(2, HOUR), (100, HOUR)]
    for _ in range(10):
        consume_token("student:1", policy)

    short, long = tokens_left(keeper)

    assert short == pytest.approx(0, abs=0.1)
    assert long == pytest.approx(98, abs=0.9)


@pytest.mark.django_db
def test_scarcest_limit_is_the_one_that_is_told(keeper: str) -> None:
    policy = [(100, HOUR), (5, HOUR)]

    assert consume_token("student:1", policy) == Allowance(
        allowed=True, limit=5, remaining=4, reset=720, wait=0
    )


@pytest.mark.django_db
def test_policy_with_another_number_of_limits_starts_the_new_bucket_full(keeper: str) -> None:
    consume_token("student:1", [(10, HOUR)])

    assert consume_token("student:1", [(10, HOUR), (2, HOUR)]).remaining == 1
    assert consume_token("student:1", [(10, HOUR)]).remaining == 7


@pytest.mark.django_db
def test_callers_do_not_share(keeper: str) -> None:
    assert [consume_token(f"student:{caller}", [(1, HOUR)]).allowed for caller in (1, 2)] == [True, True]


def try_fifty(barrier: BarrierType, passed: "Queue[int]") -> None:
    """Try fifty times, in a process of its own."""
    barrier.wait()
    passed.put(sum(consume_token("student:1", [(50, 24 * HOUR)]).allowed for _ in range(50)))
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_of_400_requests_of_8_processes_at_once_exactly_50_pass(keeper: str) -> None:
    forking = multiprocessing.get_context("fork")
    barrier, passed = forking.Barrier(8), forking.Queue()
    connections.close_all()  # a child must not inherit one

    children = [forking.Process(target=try_fifty, args=(barrier, passed)) for _ in range(8)]
    for child in children:
        child.start()
    counts = [passed.get(timeout=60) for _ in children]
    for child in children:
        child.join()

    assert sum(counts) == 50


@pytest.mark.redis
@pytest.mark.skipif(PROGRAM is None, reason="there is no redis-server on this machine")
def test_redis_forgets_callers_whose_buckets_are_full_again(
    redis_server: RedisServer, settings: LazySettings
) -> None:
    settings.REDIS_URL = redis_server.url

    consume_token("student:9", [(5, 10), (100, 60)])

    with redis_server.client() as client:
        assert 59 <= cast(int, client.ttl("microcred:bucket:student:9")) <= 61


def test_redis_that_is_away_cannot_count(settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    with pytest.raises(BucketStoreUnavailable):
        consume_token("student:1", [(1, HOUR)])
