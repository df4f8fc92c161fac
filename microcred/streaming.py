"""What the process that serves streams takes, and how much of it at a time."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from http import HTTPStatus
from typing import Any, Final

from microcred.ids import request_id

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
# All else is answered sooner by the web server, where requests share connections to the database.
STREAMS: Final = re.compile(r"/api/v1/assessments/[0-9a-fA-F-]{36}/events|/health")
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
ALLOWED: Final = ", ".join(sorted(METHODS)).encode()
# Requests whose beginning is worked on at a time, each in a thread with a connection; streams that are open have none.
AT_ONCE: Final = 8


def streams_only(serve: Application) -> Application:
    """Answer 404 to whatever is no stream, 405 to whatever would change one, and 413 to whatever has a body, which
    Django would write to the disk."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not STREAMS.fullmatch(scope["path"]):
            await _refuse(scope, send, 404, "NOT_FOUND_404", "Only streams are served here.")
        elif scope["method"] not in METHODS:
            await _refuse(scope, send, 405, "METHOD_405", f'Method "{scope["method"]}" not allowed.')
        elif _has_body(scope):
            await _refuse(scope, send, 413, "PAYLOAD_TOO_LARGE_413", "A stream is asked for without a body.")
        else:
            await serve(scope, receive, send)

    return served


def limit_concurrency(serve: Application, number: int) -> Application:
    """Let so many requests begin at a time; the others wait, such as when all come back after a restart."""
    turns = asyncio.Semaphore(number)

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as beginning:
            await beginning.enter_async_context(turns)

            async def sending(message: Mapping[str, Any]) -> None:
                if message["type"] == "http.response.body":
                    await beginning.aclose()
                await send(message)

            await serve(scope, receive, sending)

    return served


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


async def _refuse(scope: Scope, send: Send, status: int, code: str, message: str) -> None:
    given = dict(scope.get("headers", ())).get(b"x-request-id", b"")
    told = request_id(given.decode("latin-1"))
    body = {"error_code": code, "message": message, "request_id": told}
    headers = [(b"content-type", b"application/json"), (b"x-request-id", told.encode())]
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", ALLOWED))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
