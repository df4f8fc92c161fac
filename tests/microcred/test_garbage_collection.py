"""When Python looks for garbage."""

import gc

import pytest

from microcred import garbage_collection


def test_none_is_looked_for_meanwhile() -> None:
    with garbage_collection.gc_disabled():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_it_is_looked_for_again_after_a_failure() -> None:
    with pytest.raises(RuntimeError), garbage_collection.gc_disabled():
        raise RuntimeError

    assert gc.isenabled()


def test_whoever_looks_for_none_goes_on_so() -> None:
    gc.disable()
    try:
        with garbage_collection.gc_disabled():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
