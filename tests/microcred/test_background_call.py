"""What a thread makes while this one goes on."""

import threading

import pytest

from microcred.background_call import BackgroundCall


def test_it_is_made_meanwhile_and_no_thread_is_left() -> None:
    may_go_on = threading.Event()

    def make() -> str:
        may_go_on.wait(10)
        return threading.current_thread().name

    before = threading.active_count()
    made = BackgroundCall(make)
    may_go_on.set()

    assert made.result() == "ahead"
    assert threading.active_count() == before


def test_what_it_raises_is_raised_where_it_is_awaited() -> None:
    def fail() -> None:
        raise LookupError("no such thing")

    made = BackgroundCall(fail)

    with pytest.raises(LookupError, match="no such thing"):
        made.result()
    with pytest.raises(LookupError, match="no such thing"):
        made.result()
