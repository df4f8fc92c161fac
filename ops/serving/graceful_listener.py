"""How a web process lets callers in, and sees the last of them out."""

import os
import signal
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from multiprocessing.synchronize import Event
from typing import Any

from granian import _signals
from granian._granian import WorkerSignal

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# For so long a caller may stay silent on a kept connection and still be answered; less than the time in which the
# parent kills what does not end.
LINGER_SECONDS = 5.0
POLL_SECONDS = 0.05


class GracefulListener:
    """The listening socket of one web process, from its first caller to its last.

    A process that is told to end accepts nobody more, says ``Connection: close`` in every answer, and ends when no
    connection is left, or none but such as were silent for ``LINGER_SECONDS``. Closing kept connections at once, as the
    server underneath does, would leave those unanswered whose next request is on its way.
    """

    def __init__(
        self, listener: socket.socket, others: Sequence[socket.socket], backlog: int, *, is_ready: Event
    ) -> None:
        self.is_ready = is_ready
        self._listener = listener
        self._others = others
        self._backlog = backlog
        self._is_closing = threading.Event()

    def serve(self, target: Callable[..., None], *arguments: object) -> None:
        """Serve in this process, of which ``target`` is granian's main function.

        Told to end before it accepts, the process ends there and then. The signals it has from its parent would have it
        read the product to the end and let callers in, with whom the parent kills it.
        """
        _signals.set_main_signals(lambda *_: os._exit(0))  # type: ignore[no-untyped-call]
        for other in self._others:
            other.close()
        _signals.set_sync_signals = self._set_signals
        target(*arguments)

    def load(self, loader: Callable[[], Application]) -> Application:
        """Load the application, and let callers in from then on."""
        application = loader()
        self._listener.listen(self._backlog)
        self.is_ready.set()
        return self._seeing_out(application)

    def _set_signals(self) -> WorkerSignal:
        """Have the signals to end begin the closing, and return what ends the server after it.

        The kernel may hand a signal to any thread. Python's handler runs in the first one, which is not woken where
        another got it and sleeps on; so a thread of its own reads what was signalled.
        """
        is_over = WorkerSignal()
        told, telling = os.pipe()
        os.set_blocking(telling, False)
        _signals.set_main_signals(lambda *_: None)  # type: ignore[no-untyped-call]
        signal.set_wakeup_fd(telling, warn_on_full_buffer=False)
        threading.Thread(target=self._await_end, args=(told, is_over), daemon=True).start()
        return is_over

    def _await_end(self, told: int, is_over: WorkerSignal) -> None:
        while not {*os.read(told, 1)} & {signal.SIGINT, signal.SIGTERM}:
            pass
        self._is_closing.set()
        self._close(is_over)

    def _close(self, is_over: WorkerSignal) -> None:
        deadline = time.monotonic() + LINGER_SECONDS
        port = self._listener.getsockname()[1]
        stop_accepting(self._listener)
        while time.monotonic() < deadline and any(connections(port)):
            time.sleep(POLL_SECONDS)
        is_over.set()

    def _seeing_out(self, serve: Application) -> Application:
        def serve_and_say(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            def start(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
                if self._is_closing.is_set() and environ["SERVER_PROTOCOL"].startswith("HTTP/1"):
                    headers = [*headers, ("Connection", "close")]
                return start_response(status, headers, *rest)

            return serve(environ, start)

        return serve_and_say


def stop_accepting(listener: socket.socket) -> None:
    """Have whatever accepts from ``listener`` in this process find nobody; in other processes it goes on.

    The server underneath cannot be told to stop accepting without closing its connections. So each of its descriptors
    of the socket is made one of a socket that nobody knows.
    """
    inode = os.fstat(listener.fileno()).st_ino
    with closing(socket.socket(socket.AF_UNIX)) as unknown:
        unknown.bind("")
        unknown.listen()
        unknown.setblocking(False)
        for descriptor in _sockets():
            with suppress(OSError):
                if os.fstat(descriptor).st_ino == inode:
                    os.dup2(unknown.fileno(), descriptor)


def connections(port: int) -> Iterator[int]:
    """Yield this process's descriptors of connections to its own ``port``."""
    for descriptor in _sockets():
        # A copy, for the server may close its own at any time.
        with suppress(OSError), closing(socket.socket(fileno=os.dup(descriptor))) as connection:
            address, _ = connection.getsockname(), connection.getpeername()
            if isinstance(address, tuple) and address[1] == port:
                yield descriptor


def _sockets() -> Iterator[int]:
    for name in os.listdir("/dev/fd"):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                yield int(name)
