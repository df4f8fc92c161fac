"""Traces and their spans in the logs, by W3C Trace Context (https://www.w3.org/TR/trace-context/).

A trace is what one cause set off, through all parts; a span is one part of it: a request, an attempt at a job, a call
to somebody else.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

# What a later version than 00 adds comes after another hyphen; there is no version ff.
_TRACEPARENT: Final = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16


def trace_of(traceparent: str) -> dict[str, str]:
    """Return the ids that a request is logged with: the caller's trace where its header is well formed, else a new one.

    The header is the caller's word: it is written down and decides nothing.
    """
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return _new_trace()
    version, trace, parent, more = found.groups()
    if trace == _NO_TRACE or parent == _NO_SPAN or (version == "00" and more):
        return _new_trace()
    return {"trace_id": trace, "parent_span_id": parent, "span_id": new_span()}


def _new_trace() -> dict[str, str]:
    return {"trace_id": os.urandom(16).hex(), "span_id": new_span()}


def new_span() -> str:
    """Return the id of a new span."""
    return os.urandom(8).hex()


@contextmanager
def span() -> Iterator[None]:
    """Log what happens inside as a span of its own, within the one that there is."""
    outer = structlog.contextvars.get_contextvars().get("span_id")
    parent = {"parent_span_id": outer} if outer else {}
    with structlog.contextvars.bound_contextvars(span_id=new_span(), **parent):
        yield
