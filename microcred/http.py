"""The guarded way out: POST to an address that somebody else chose, without reaching what is ours.

The host is looked up once. Every address found must be public (see microcred/addresses.py), and one of
exactly those is connected to, so that a second answer of the name server changes nothing. Redirects are not
followed, environment proxies not asked, one deadline covers everything, and at most 64 kB of the answer are
read.
httpx hides the connection that this needs; httpcore, the transport beneath it, shows it.
"""

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

import httpcore

from microcred.addresses import Address, Place, UrlRefused, is_public, numeric, read_url

__all__ = ["ExchangeError", "Response", "UrlRefused", "look_up", "post"]

Resolver = Callable[[str, int], Sequence[str]]

MAX_RESPONSE_BYTES: Final = 64 * 1024
MAX_ADDRESSES: Final = 4


class ExchangeError(Exception):
    """The other side gave no HTTP answer.

    ``reason`` is timeout, unresolved, network, tls or protocol; ``duration_ms`` the time it took to see that.
    """

    def __init__(self, reason: str, duration_ms: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.duration_ms = duration_ms


@dataclass(frozen=True)
class Response:
    """An HTTP answer: its status, the beginning of its body as text, and its Retry-After header as sent."""

    status: int
    excerpt: str
    duration_ms: int
    retry_after: str = ""


def look_up(host: str, port: int) -> list[str]:
    """Ask the system's name server; return the addresses as text, the preferred one first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    timeout: float,
    allow_private: bool = False,
    resolve: Resolver = look_up,
    ssl_context: ssl.SSLContext | None = None,
) -> Response:
    """Send ``body`` and return whatever HTTP answer comes within ``timeout`` seconds, all in all.

    Once a status has come it counts, even if the rest of the answer breaks off or runs out of time.

    Raises:
        UrlRefused: before anything is connected to.
        ExchangeError: if no status came.
    """
    place = read_url(url, allow_private=allow_private)
    clock = _Deadline(timeout)
    try:
        addresses = _addresses(place, clock, resolve, allow_private=allow_private)
        return _exchange(place, addresses, clock, body, headers, ssl_context)
    except (httpcore.TimeoutException, TimeoutError):
        raise ExchangeError("timeout", clock.spent_ms()) from None
    except socket.gaierror:
        raise ExchangeError("unresolved", clock.spent_ms()) from None
    except httpcore.NetworkError as error:
        raise ExchangeError("tls" if _is_tls(error) else "network", clock.spent_ms()) from error
    except httpcore.ProtocolError as error:
        raise ExchangeError("protocol", clock.spent_ms()) from error


class _Deadline:
    """The one allowance of time that every step of an exchange takes from."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._seconds = seconds

    def left(self) -> float:
        left = self._began + self._seconds - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline has passed")
        return left

    def spent_ms(self) -> int:
        return round((time.monotonic() - self._began) * 1000)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step may take only what is left: a dripping answer ends, too."""

    def __init__(self, stream: httpcore.NetworkStream, clock: _Deadline) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._clock.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, self._clock.left()), self._clock
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _PinnedBackend(httpcore.SyncBackend):
    """Connects to the addresses that were judged, whatever the name means by now."""

    def __init__(self, addresses: Sequence[Address], clock: _Deadline) -> None:
        self._addresses = addresses
        self._clock = clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("no address")
        for done, address in enumerate(self._addresses):
            share = self._clock.left() / (len(self._addresses) - done)
            try:
                stream = super().connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._clock)
        raise failure


def _addresses(
    place: Place, clock: _Deadline, resolve: Resolver, *, allow_private: bool
) -> Sequence[Address]:
    spelt_out = numeric(place.host)
    if spelt_out is not None:
        found: list[Address] = [spelt_out]
    else:
        try:
            found = [ipaddress.ip_address(text) for text in _resolved(place, clock, resolve)]
        except (ValueError, UnicodeError) as error:  # a zone, or labels that no name server can be asked for
            raise UrlRefused("The host of the URL has no usable address.") from error
    if not found:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    if not allow_private and not all(is_public(address) for address in found):
        raise UrlRefused("The host of the URL has an address outside the public internet.")
    return found[:MAX_ADDRESSES]


def _resolved(place: Place, clock: _Deadline, resolve: Resolver) -> Sequence[str]:
    """Look the host up in a thread, because nothing else can end a look-up that takes too long."""
    answer: Future[Sequence[str]] = Future()

    def ask() -> None:
        try:
            answer.set_result(resolve(place.host, place.port))
        except Exception as error:  # raised again where the answer is awaited
            answer.set_exception(error)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    return answer.result(timeout=clock.left())


def _exchange(
    place: Place,
    addresses: Sequence[Address],
    clock: _Deadline,
    body: bytes,
    headers: Mapping[str, str],
    ssl_context: ssl.SSLContext | None,
) -> Response:
    sent = {"Host": place.authority, "Accept-Encoding": "identity", "Connection": "close", **headers}
    url = httpcore.URL(scheme=place.scheme, host=place.host, port=place.port, target=place.target)
    backend = _PinnedBackend(addresses, clock)
    with (
        httpcore.ConnectionPool(ssl_context=ssl_context, network_backend=backend, http2=False) as pool,
        pool.stream("POST", url, headers=list(sent.items()), content=body) as answer,
    ):
        named = {name.lower(): value for name, value in answer.headers}
        return Response(
            status=answer.status,
            excerpt=_excerpt(answer),
            duration_ms=clock.spent_ms(),
            retry_after=named.get(b"retry-after", b"").decode("latin-1")[:100],
        )


def _excerpt(answer: httpcore.Response) -> str:
    received = bytearray()
    # The status has been given; what happens to the rest of the answer takes nothing back.
    with contextlib.suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        for chunk in answer.iter_stream():
            received += chunk
            if len(received) >= MAX_RESPONSE_BYTES:
                break
    return bytes(received[:MAX_RESPONSE_BYTES]).decode("utf-8", "replace").replace("\0", "\ufffd")


def _is_tls(error: BaseException) -> bool:
    causes = (error.__cause__, error.__context__)
    return isinstance(error.args[0] if error.args else None, ssl.SSLError) or any(
        isinstance(cause, ssl.SSLError) for cause in causes
    )
