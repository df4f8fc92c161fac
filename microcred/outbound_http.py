"""The guarded way out: POST to an address that somebody else chose, or GET from it, without reaching what is ours.

The host is looked up once. Every address found must be public (see microcred/outbound_addresses.py), and one of
exactly those is connected to, so that a second answer of the name server changes nothing. Redirects are not
followed, environment proxies not asked, one deadline covers everything, and at most 64 kB of the answer to
a POST are read.
httpx hides the connection that this needs; httpcore, the transport beneath it, shows it.
"""

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, TypeVar

import httpcore

from microcred.outbound_addresses import (
    Address,
    ParsedURL,
    UrlRefused,
    is_public,
    parse_numeric_host,
    parse_url,
)
from microcred.outbound_connections import Deadline, PinnedBackend

__all__ = ["ExchangeError", "Fetched", "Response", "UrlRefused", "get", "post", "resolve_host"]

Resolver = Callable[[str, int], Sequence[str]]
Answer = TypeVar("Answer")

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


@dataclass(frozen=True)
class Fetched:
    """What lies at an address: the status, the type of the content in lower case without parameters, and its bytes;
    where it ``is_whole`` there were no more."""

    status: int
    content_type: str
    body: bytes
    is_whole: bool


def resolve_host(host: str, port: int) -> list[str]:
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
    resolve: Resolver = resolve_host,
    ssl_context: ssl.SSLContext | None = None,
) -> Response:
    """Send ``body`` and return whatever HTTP answer comes within ``timeout`` seconds, all in all.

    Once a status has come it counts, even if the rest of the answer breaks off or runs out of time.

    Raises:
        UrlRefused: before anything is connected to.
        ExchangeError: if no status came.
    """
    clock = Deadline(timeout)
    sent = _Request("POST", url, headers, body)
    guard = _Guard(clock, allow_private, resolve, ssl_context)
    return _guarded(sent, guard, lambda answer: _response(answer, clock))


def get(
    url: str,
    *,
    headers: Mapping[str, str],
    timeout: float,
    most_bytes: int,
    allow_private: bool = False,
    resolve: Resolver = resolve_host,
    ssl_context: ssl.SSLContext | None = None,
) -> Fetched:
    """Return what lies at an address, of which no more than ``most_bytes`` are read, within ``timeout`` seconds.

    Raises:
        UrlRefused: before anything is connected to.
        ExchangeError: if no whole answer came.
    """
    guard = _Guard(Deadline(timeout), allow_private, resolve, ssl_context)
    return _guarded(_Request("GET", url, headers), guard, lambda answer: _fetched(answer, most_bytes))


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Guard:
    """What an exchange is held to."""

    clock: Deadline
    allow_private: bool
    resolve: Resolver
    ssl_context: ssl.SSLContext | None


def _guarded(sent: _Request, guard: _Guard, read: Callable[[httpcore.Response], Answer]) -> Answer:
    clock, place = guard.clock, parse_url(sent.url, allow_private=guard.allow_private)
    try:
        addresses = _addresses(place, clock, guard.resolve, allow_private=guard.allow_private)
        return _exchange(place, addresses, guard, sent, read)
    except (httpcore.TimeoutException, TimeoutError):
        raise ExchangeError("timeout", clock.spent_ms()) from None
    except socket.gaierror:
        raise ExchangeError("unresolved", clock.spent_ms()) from None
    except httpcore.NetworkError as error:
        raise ExchangeError("tls" if _is_tls(error) else "network", clock.spent_ms()) from error
    except httpcore.ProtocolError as error:
        raise ExchangeError("protocol", clock.spent_ms()) from error


def _addresses(
    place: ParsedURL, clock: Deadline, resolve: Resolver, *, allow_private: bool
) -> Sequence[Address]:
    spelt_out = parse_numeric_host(place.host)
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


def _resolved(place: ParsedURL, clock: Deadline, resolve: Resolver) -> Sequence[str]:
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
    place: ParsedURL,
    addresses: Sequence[Address],
    guard: _Guard,
    sent: _Request,
    read: Callable[[httpcore.Response], Answer],
) -> Answer:
    headers = {
        "Host": place.authority,
        "Accept-Encoding": "identity",
        "Connection": "close",
        **sent.headers,
    }
    url = httpcore.URL(scheme=place.scheme, host=place.host, port=place.port, target=place.target)
    backend = PinnedBackend(addresses, guard.clock)
    with (
        httpcore.ConnectionPool(ssl_context=guard.ssl_context, network_backend=backend, http2=False) as pool,
        pool.stream(sent.method, url, headers=list(headers.items()), content=sent.body) as answer,
    ):
        return read(answer)


def _header(answer: httpcore.Response, name: bytes) -> str:
    return {known.lower(): value for known, value in answer.headers}.get(name, b"").decode("latin-1")


def _response(answer: httpcore.Response, clock: Deadline) -> Response:
    excerpt = _excerpt(answer)
    return Response(answer.status, excerpt, clock.spent_ms(), _header(answer, b"retry-after")[:100])


def _fetched(answer: httpcore.Response, most_bytes: int) -> Fetched:
    received = bytearray()
    for chunk in answer.iter_stream():
        received += chunk
        if len(received) > most_bytes:
            break
    kind = _header(answer, b"content-type").partition(";")[0].strip().lower()
    return Fetched(answer.status, kind, bytes(received[:most_bytes]), len(received) <= most_bytes)


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
