"""The HTTP client under a model provider: every call has one deadline and a reply has a size limit.

A read timeout alone is no deadline, because it starts again with every byte: a server that sends one byte a
second would hold a worker for ever. So a timer shuts the connection down when the call's time is over.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import httpx2

# A reply as it came.
Response = httpx2.Response


class ReplyTooLargeError(Exception):
    """The reply has more bytes than allowed."""


class EncodedReplyError(Exception):
    """The reply is compressed although that was not accepted: its size could not be bounded."""


class Call:
    """One request under a deadline; ``expired`` says whether the deadline ended it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.expired = False

    def watch(self, connection: socket.socket) -> None:
        """Shut ``connection`` down at the deadline, or now if that has passed."""
        with self._lock:
            self._sockets.append(connection)
            if self.expired:
                _shut_down(connection)

    def expire(self) -> None:
        """End the request: whoever reads from the connection wakes up."""
        with self._lock:
            self.expired = True
            for connection in self._sockets:
                _shut_down(connection)


class _BoundedStream(httpx2.SyncByteStream):
    def __init__(self, inner: httpx2.SyncByteStream, limit: int) -> None:
        self._inner = inner
        self._limit = limit

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._inner:
            size += len(chunk)
            if size > self._limit:
                raise ReplyTooLargeError
            yield chunk

    def close(self) -> None:
        self._inner.close()


class BoundedClient:
    """Makes ``http``, an httpx2 client for use within ``deadline()``; safe in threads and after a fork.

    Connections are not kept alive: a connection opened before a fork must not be shared after it, and next
    to the seconds a model takes a handshake costs nothing.
    """

    def __init__(self, *, timeout: float, connect_timeout: float, max_reply_bytes: int) -> None:
        self.seconds = timeout + connect_timeout
        self._limit = max_reply_bytes
        self._current: ContextVar[Call | None] = ContextVar("current_call", default=None)
        self.http = httpx2.Client(
            timeout=httpx2.Timeout(timeout, connect=connect_timeout),
            limits=httpx2.Limits(max_keepalive_connections=0),
            headers={"Accept-Encoding": "identity"},
            event_hooks={"request": [self._watch_connection], "response": [self._bound_reply]},
        )

    @contextmanager
    def deadline(self) -> Iterator[Call]:
        """Let the requests made inside take ``seconds`` together."""
        call = Call()
        timer = threading.Timer(self.seconds, call.expire)
        timer.daemon = True
        token = self._current.set(call)
        timer.start()
        try:
            yield call
        finally:
            timer.cancel()
            self._current.reset(token)

    def _watch_connection(self, request: httpx2.Request) -> None:
        request.extensions = {**request.extensions, "trace": self._trace}

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        call = self._current.get()
        if call and event.endswith(("connect_tcp.complete", "start_tls.complete")):
            connection = info["return_value"].get_extra_info("socket")
            if connection is not None:
                call.watch(connection)

    def _bound_reply(self, response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise EncodedReplyError
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _BoundedStream(response.stream, self._limit)


def _shut_down(connection: socket.socket) -> None:
    # The method of the base class, because that of a TLS socket would drop the session under the reader.
    # An error means that the connection is closed already, which is what was wanted.
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
