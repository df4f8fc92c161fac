"""The process that serves streams: what it takes, and how much at a time."""

import asyncio
import json
import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from microcred.streaming import Receive, Scope, Send, limit_concurrency, streams_only

STREAM = "/api/v1/assessments/01a20236-fe6a-7d24-a5bf-1c6d1ff1f433/events"


async def nothing() -> Mapping[str, Any]:
    raise AssertionError("nobody reads what is sent along")


def said_to(path: str, method: str = "GET", **headers: str) -> list[Mapping[str, Any]]:
    """What a request is answered with: status 299 by what stands behind."""
    said: list[Mapping[str, Any]] = []

    async def send(message: Mapping[str, Any]) -> None:
        said.append(message)

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 299})

    own = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": own}

    async def ask() -> None:
        await streams_only(behind)(scope, nothing, send)

    asyncio.run(ask())
    return said


def status_of(path: str, method: str = "GET", **headers: str) -> int:
    return int(said_to(path, method, **headers)[0]["status"])


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        (STREAM, "GET", 299),
        (STREAM, "OPTIONS", 299),
        ("/health", "GET", 299),
        (STREAM, "POST", 405),
        (STREAM, "DELETE", 405),
        ("/health", "POST", 405),
        ("/api/v1/me", "GET", 404),
        (STREAM + "/more", "GET", 404),
        ("/admin/", "GET", 404),
    ],
)
def test_only_streams_are_served(path: str, method: str, status: int) -> None:
    assert status_of(path, method) == status


def test_a_refusal_is_the_error_object_with_the_id_of_its_request() -> None:
    start, body = said_to(STREAM, "DELETE", x_request_id="request-0001")

    assert dict(start["headers"]) == {
        b"content-type": b"application/json", b"x-request-id": b"request-0001", b"allow": b"GET, HEAD, OPTIONS",
    }  # fmt: skip
    assert json.loads(body["body"]) == {
        "error_code": "METHOD_405",
        "message": 'Method "DELETE" not allowed.',
        "request_id": "request-0001",
    }


def test_it_is_given_one_where_it_brought_none_or_a_bad_one() -> None:
    for given in ({}, {"x_request_id": "no id"}):
        start, body = said_to("/admin/", **given)
        made = json.loads(body["body"])["request_id"]
        assert uuid.UUID(made).version == 7
        assert dict(start["headers"])[b"x-request-id"] == made.encode()


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
