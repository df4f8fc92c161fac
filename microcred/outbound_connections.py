"""Connections that go to addresses which were judged, and take no longer than allowed; beneath the guarded way out."""

import ssl
import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore

from microcred.outbound_addresses import Address


class Deadline:
    """The one allowance of time that every step of an exchange takes from."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._seconds = seconds

    def left(self) -> float:
        """Return the seconds that are left; raise ReadTimeout where there are none."""
        left = self._began + self._seconds - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline has passed")
        return left

    def spent_ms(self) -> int:
        """Return the milliseconds that have gone by."""
        return round((time.monotonic() - self._began) * 1000)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step may take only what is left: a dripping answer ends, too."""

    def __init__(self, stream: httpcore.NetworkStream, clock: Deadline) -> None:
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


class PinnedBackend(httpcore.SyncBackend):
    """Connects to the addresses that were judged, whatever the name means by now."""

    def __init__(self, addresses: Sequence[Address], clock: Deadline) -> None:
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
        """Connect to the first address that answers."""
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
