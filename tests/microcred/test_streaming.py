"""The process that serves streams: what it takes, and how much at a time."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from microcred.streaming import Receive, Scope, Send, limit_concurrency, streams_only

STREAM = "/api/v1/assessments/01a20236-fe6a-7d24-a5bf-1c6d1ff1f433/events"


async def nothing() -> Mapping[str, Any]:
    raise AssertionError("nobody reads what is sent along")


def status_of(path: str, method: str = "GET", **headers: str) -> int:
    """The status that a request is answered with; 299 by what stands behind."""
    said: list[Any] = []

    async def send(message: Mapping[str, Any]) -> None:
        said.append(message.get("status"))

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 299})

    own = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": own}

    async def ask() -> None:
        await streams_only(behind)(scope, nothing, send)

    asyncio.run(ask())
    return int(said[0])


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        (STREAM, "GET", 299),
        (STREAM, "OPTIONS", 299),
        ("/health", "GET", 299),
        (STREAM, "POST", 404),
        ("/api/v1/me", "GET", 404),
        (STREAM + "/more", "GET", 404),
        ("/admin/", "GET", 404),
    ],
)
def test_only_streams_are_served(path: str, method: str, status: int) -> None:
    assert status_of(path, method) == status


def test_what_has_a_body_is_refused_before_anybody_reads_it() -> None:
    assert status_of(STREAM, transfer_encoding="chunked") == 413
    assert status_of("/health", content_length="200000000") == 413
    assert status_of(STREAM, content_length="0") == 299


def test_few_begin_at_a_time_and_open_streams_keep_nobody_waiting() -> None:
    begun: list[int] = []
    most, answered, every_one = 0, 0, asyncio.Event()

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal most
        begun.append(scope["number"])
        most = max(most, len(begun))
        await asyncio.sleep(0)
        begun.remove(scope["number"])
        await send({"type": "http.response.body", "body": b"retry"})
        # Open until all have begun.
        await every_one.wait()

    async def ask(number: int) -> None:
        async def send(message: Mapping[str, Any]) -> None:
            nonlocal answered
            answered += 1
            if answered == 20:
                every_one.set()

        await serve({"type": "http", "number": number}, nothing, send)

    async def all_at_once() -> None:
        await asyncio.gather(*(ask(number) for number in range(20)))

    serve = limit_concurrency(behind, 3)
    asyncio.run(asyncio.wait_for(all_at_once(), 30))

    assert (most, answered) == (3, 20)
