"""The parent of the web processes."""

import multiprocessing
import socket
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from granian._granian import SocketHolder
from granian.server.mp import MPServer, WorkerProcess

from ops.serving import multiprocess_metrics
from ops.serving.graceful_listener import GracefulListener

# After so long without a word from its successor a process ends nevertheless.
PATIENCE_SECONDS = 120.0


class Server(MPServer):
    """Granian with one listening socket for each place of a process, kept while one process takes over from another.

    As it comes, each process opens a socket of its own on the same port, and what waits on it to be accepted is reset
    when the process ends. Here the successor accepts it. Only the socket of a process that died is closed, so that
    the others are asked until there is a successor. And a process ends when its successor is ready, not after a time.
    """

    def _init_shared_socket(self) -> None:
        if sys.platform != "linux":
            super()._init_shared_socket()
            return
        self._listeners = [self._bound() for _ in range(self.workers)]
        self._latest: dict[int, WorkerProcess] = {}
        self._ssp = self._shd = self._sso = None

    def _drop_shared_socket(self) -> None:
        super()._drop_shared_socket()  # type: ignore[no-untyped-call]
        for listener in getattr(self, "_listeners", []):
            listener.close()

    def _spawn_worker(  # type: ignore[override]
        self, idx: int, target: Callable[..., None], callback_loader: Callable[[], Any]
    ) -> WorkerProcess:
        if sys.platform != "linux":
            return super()._spawn_worker(idx, target, callback_loader)
        if idx in self._latest and not self._latest[idx].is_alive():  # type: ignore[no-untyped-call]
            self._listeners[idx].close()
            self._listeners[idx] = self._bound()
        listener = self._listeners[idx]
        self._shd = SocketHolder(listener.fileno(), False, self.backlog)  # type: ignore[call-arg, assignment]
        others = [other for other in self._listeners if other is not listener]
        door = GracefulListener(listener, others, self.backlog, is_ready=multiprocessing.Event())
        worker = super()._spawn_worker(
            idx,
            partial(door.serve, target),
            partial(door.load, partial(multiprocess_metrics.preallocated, callback_loader)),
        )
        self._latest[idx], self._is_ready = worker, door.is_ready
        return worker

    def _respawn_workers(
        self,
        workers: Sequence[int],
        spawn_target: Callable[..., None],
        target_loader: Callable[[], Any],
        delay: float = 0,
    ) -> None:
        if sys.platform != "linux":
            super()._respawn_workers(workers, spawn_target, target_loader, delay)  # type: ignore[no-untyped-call]
            return
        for idx in workers:
            self.respawned_wrks[idx] = time.monotonic()
            before = self.wrks[idx]
            self.wrks[idx] = self._spawn_worker(idx, spawn_target, target_loader)
            self.wrks[idx].start()  # type: ignore[no-untyped-call]
            self._await_successor(before, self.wrks[idx])
            before.terminate()  # type: ignore[no-untyped-call]
            before.join(self.workers_kill_timeout)  # type: ignore[no-untyped-call]
            before.kill()  # type: ignore[no-untyped-call]
            before.join()  # type: ignore[no-untyped-call]
            if self.interrupt_signal:
                return
        self._metrics.incr_spawn(len(workers))

    def _await_successor(self, before: WorkerProcess, successor: WorkerProcess) -> None:
        """Wait until the process begun last can answer; not if either has died, or all are to end."""
        until = time.monotonic() + PATIENCE_SECONDS
        while before.is_alive() and successor.is_alive() and time.monotonic() < until:  # type: ignore[no-untyped-call]
            if self.interrupt_signal or self._is_ready.wait(0.1):
                return

    def _bound(self) -> socket.socket:
        """Return a socket that listens once a process is ready; until then the kernel leads nobody to it."""
        family, kind, protocol, _, address = socket.getaddrinfo(
            self.bind_addr, self.bind_port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Connections take it over: without it the end of an answer waits for a word from the caller, 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.setblocking(False)
        listener.bind(address)
        return listener
