"""Values that are worked out once, however many threads ask."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from microcred.single_flight import SingleFlightCache


def test_a_value_is_made_once_and_the_last_asked_for_stay() -> None:
    kept: SingleFlightCache[str, str] = SingleFlightCache(2)
    made: list[list[str]] = []

    def upper(keys: list[str]) -> list[str]:
        made.append(keys)
        return [key.upper() for key in keys]

    assert kept.of(["a", "b", "a"], upper) == ["A", "B", "A"]
    assert kept.of(["b", "a"], upper) == ["B", "A"]
    assert kept.of(["c", "a"], upper) == ["C", "A"]
    assert kept.of(["b"], upper) == ["B"]
    assert made == [["a", "b"], ["c"], ["b"]]


def test_more_than_are_kept_can_be_asked_for_at_once() -> None:
    kept: SingleFlightCache[int, int] = SingleFlightCache(1)

    assert kept.of([1, 2, 3], lambda keys: [10 * key for key in keys]) == [10, 20, 30]


def test_threads_wait_for_what_another_is_making() -> None:
    kept: SingleFlightCache[str, int] = SingleFlightCache(8)
    asked, go = threading.Barrier(4), threading.Event()
    made: list[list[str]] = []

    def slowly(keys: list[str]) -> list[int]:
        made.append(keys)
        go.wait(60)
        return [len(key) for key in keys]

    def ask() -> list[int]:
        asked.wait(60)
        return kept.of(["one", "three"], slowly)

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(ask) for _ in range(4)]
        go.set()
        assert [one.result(60) for one in waiting] == [[3, 5]] * 4
    assert made == [["one", "three"]]


def test_what_failed_is_raised_where_it_was_made_and_made_again_by_who_waited() -> None:
    kept: SingleFlightCache[str, str] = SingleFlightCache(8)
    begun, go = threading.Event(), threading.Event()

    def fail() -> str:
        begun.set()
        go.wait(60)
        raise RuntimeError("no luck")

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(kept.get, "key", fail)
        begun.wait(60)
        others = [pool.submit(kept.get, "key", lambda: "made") for _ in range(2)]
        go.set()
        with pytest.raises(RuntimeError, match="no luck"):
            first.result(60)
        assert [one.result(60) for one in others] == ["made", "made"]
    assert kept.get("key", fail) == "made"
