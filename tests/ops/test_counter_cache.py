"""The cache: exact counters, and the rest of Django's interface."""

import threading

import pytest
from django.db import connection
from django.test import RequestFactory
from django_ratelimit.core import is_ratelimited

from ops.counter_cache import AtomicDatabaseCache


@pytest.fixture
def cache(db: None) -> AtomicDatabaseCache:
    return AtomicDatabaseCache("", {"TIMEOUT": 60})


def test_values_are_kept_until_they_expire(cache: AtomicDatabaseCache) -> None:
    cache.set("one", {"a": [1, "x", None]})
    cache.set("two", 2, timeout=-1)
    cache.set("three", 3, timeout=None)

    assert [cache.get(key, "none") for key in ("one", "two", "three", "four")] == [
        {"a": [1, "x", None]},
        "none",
        3,
        "none",
    ]


def test_what_is_no_json_is_forgotten(cache: AtomicDatabaseCache) -> None:
    cache.set("found", "before")

    cache.set("found", [object()])

    assert cache.get("found") is None


def test_add_leaves_a_live_value_and_replaces_an_expired_one(cache: AtomicDatabaseCache) -> None:
    assert cache.add("key", 1)
    assert not cache.add("key", 2)
    cache.touch("key", timeout=-1)
    assert cache.add("key", 3)

    assert cache.get("key") == 3


def test_incr_and_decr_count_live_counters_only(cache: AtomicDatabaseCache) -> None:
    cache.set("counter", 5)
    cache.set("word", "five")

    assert (cache.incr("counter"), cache.incr("counter", 10), cache.decr("counter", 2)) == (6, 16, 14)
    for key in ("word", "missing"):
        with pytest.raises(ValueError, match="no counter"):
            cache.incr(key)


def test_delete_touch_and_clear_say_what_was_there(cache: AtomicDatabaseCache) -> None:
    cache.set("key", 1)

    assert (cache.touch("key"), cache.touch("other")) == (True, False)
    assert (cache.delete("key"), cache.delete("key")) == (True, False)
    cache.set("key", 1)
    cache.clear()
    assert cache.get("key") is None


@pytest.mark.django_db(transaction=True)
def test_of_many_page_views_at_once_exactly_the_limit_passes() -> None:
    outcomes: list[bool] = []
    barrier = threading.Barrier(8)
    request = RequestFactory().get("/login")

    def visit() -> None:
        barrier.wait()
        outcomes.extend(
            is_ratelimited(request, group="login", key="ip", rate="50/h", increment=True) for _ in range(25)
        )
        connection.close()

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(outcomes), outcomes.count(False)) == (200, 50)
