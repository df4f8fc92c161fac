"""Answers that a provider keeps until they are fetched: who makes a call hears the name of its answer before that is
there, and can write it down."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

Hear = Callable[[str], None]
_hears: Final[ContextVar[Hear | None]] = ContextVar("hears_what_is_kept", default=None)


@contextmanager
def on_response_id(hear: Hear | None) -> Iterator[None]:
    """Tell ``hear`` under which name the provider keeps the answer of a call made inside; None for nobody."""
    token = _hears.set(hear)
    try:
        yield
    finally:
        _hears.reset(token)


def report_response_id(kept_as: str) -> None:
    """Say under which name the provider keeps the answer of the call that is being made."""
    hear = _hears.get()
    if hear is not None:
        hear(kept_as)
