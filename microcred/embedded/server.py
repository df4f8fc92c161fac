"""The supervisor: start, find again, repair and stop one PostgreSQL server."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from typing import Self
from urllib.parse import quote

import structlog

from microcred.embedded.account import OURSELVES
from microcred.embedded.binaries import Binaries, find_binaries
from microcred.embedded.cluster import (
    DATABASE,
    ROLE,
    Operation,
    check_cluster,
    choose_operation,
    create_cluster,
    write_settings,
)
from microcred.embedded.errors import EmbeddedServerError
from microcred.embedded.folder import PORT, StateFolder
from microcred.embedded.processes import end_all, send, server_processes, wait_until_gone

START_SECONDS = 120  # Recovery after a crash may have much of the log to read.
STOP_SECONDS = 30
SILENCE_SECONDS = 10
_POLL_SECONDS = 0.05
_ACCEPTS, _REJECTS = 0, 1  # Exit statuses of pg_isready; 2 is no answer.
# The shell puts the server into the background and out of our family; arguments pass through it untouched.
_BACKGROUND = '"$@" </dev/null >"$0" 2>&1 &'

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ServerStatus:
    """What is known about the server; ``size`` in bytes, ``version`` of the programs."""

    running: bool
    version: str
    data_folder: Path
    log_folder: Path
    size: int
    pid: int | None
    account: str | None


class EmbeddedServer:
    """The PostgreSQL server of one state folder.

    Making an instance touches nothing and needs no server, so settings can do it. Processes that use the same
    ``state_dir`` find the same server; other folders are other servers and may run beside it. All methods
    raise ``EmbeddedServerError`` with a message for the operator.
    """

    def __init__(self, state_dir: Path) -> None:
        self._folder = StateFolder(state_dir)

    def connection_settings(self) -> dict[str, str]:
        """Return NAME, USER, PASSWORD, HOST (the socket's folder) and PORT as in Django's DATABASES."""
        host = str(self._folder.socket_folder)
        return {"NAME": DATABASE, "USER": ROLE, "PASSWORD": "", "HOST": host, "PORT": str(PORT)}

    def url(self, role: str = ROLE) -> str:
        """Return the connection of a user as one URL, as DATABASE_URL and psql understand it."""
        host = quote(str(self._folder.socket_folder), safe="")
        return f"postgres://{role}@/{DATABASE}?host={host}&port={PORT}"

    def is_ready(self) -> bool:
        """Tell whether the server answers; no pid or file is taken for a proof."""
        return self._answer() == _ACCEPTS

    def status(self) -> ServerStatus:
        """Return what is known about the server, running or not."""
        running = self.is_ready()
        version = OURSELVES.run([find_binaries().program("postgres"), "--version"]).stdout.split()[-1]
        account = self._folder.record().get("account")
        return ServerStatus(
            running=running,
            version=version,
            data_folder=self._folder.real(self._folder.data),
            log_folder=self._folder.real(self._folder.log),
            size=self._folder.size(),
            pid=self._folder.postmaster_pid() if running else None,
            account=str(account) if running and account else None,
        )

    def start(self) -> bool:
        """Make sure that the server runs and has its database, and that it goes on until ``stop``.

        Returns True when this call started it, False when it ran already. Any number of processes may call at
        once. What a crash left behind is cleared away first.
        """
        with self._folder.locked():
            started = self._start()
            self._folder.write_record(kept=True)
        return started

    def stop(self) -> bool:
        """Stop the server and every process of it; True when there was something to stop."""
        if not self._folder.data.exists():
            return False
        with self._folder.locked():
            return self._stop()

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Start the server if need be; the last user to leave stops it, unless ``start`` was called too."""
        with self._folder.locked():
            if self._start():
                self._folder.write_record(kept=False)
            place = self._folder.enter()
        try:
            yield self
        finally:
            with self._folder.locked():
                if self._folder.leave(place) and not self._folder.record().get("kept"):
                    self._stop()

    def _start(self) -> bool:
        binaries = find_binaries()
        operation = choose_operation(self._folder, binaries)
        if not self._folder.data.exists():
            create_cluster(self._folder, operation)
        check_cluster(self._folder)
        if self._found_again():
            self._make_database(binaries)
            return False
        try:
            self._launch(operation)
            self._make_database(binaries)
        except BaseException:
            end_all(self._folder.cluster_name())
            raise
        return True

    def _found_again(self) -> bool:
        """Return True for a living server, else clear away what is left of one."""
        if self.is_ready():
            return True
        name = self._folder.cluster_name()
        if self._folder.postmaster_pid() in server_processes(name):
            if self._becomes_ready(name, patience=SILENCE_SECONDS):
                return True
            log.warning("embedded_postgresql_unresponsive", data=str(self._folder.data))
        # A killed postmaster leaves backends that are busy; they hold on to its shared memory.
        end_all(name)
        self._folder.remove_stale_locks()
        return False

    def _becomes_ready(self, name: str, *, patience: float) -> bool:
        """Wait for a server that starts or stops; give up ``patience`` seconds after it last answered."""
        began = heard = time.monotonic()
        while server_processes(name):
            answer = self._answer()
            if answer == _ACCEPTS:
                return True
            now = time.monotonic()
            heard = now if answer == _REJECTS else heard
            if now - heard > patience or now - began > START_SECONDS:
                return False
            time.sleep(_POLL_SECONDS)
        return False

    def _launch(self, operation: Operation) -> None:
        folder, account = self._folder, operation.account
        folder.make_socket_folder(account)
        write_settings(folder, account)
        folder.trim_logs()
        command = [operation.binaries.program("postgres"), "-D", str(folder.real(folder.data))]
        command += ["-k", str(folder.server_socket_folder), "-p", str(PORT)]
        command += ["-c", f"cluster_name={folder.cluster_name()}"]
        output = folder.real(folder.log) / folder.startup_log.name
        shell = account.run(["/bin/sh", "-c", _BACKGROUND, str(output), *command])
        if not self._becomes_ready(folder.cluster_name(), patience=START_SECONDS):
            said = f"{shell.stderr}\n{folder.last_log_lines()}"
            raise EmbeddedServerError(f"PostgreSQL did not start in {folder.path}.", output=said)
        folder.write_record(account=account.name)
        log.debug("embedded_postgresql_started", data=str(folder.data), account=account.name)

    def _make_database(self, binaries: Binaries) -> None:
        names = "SELECT datname FROM pg_database"
        found = self._client(binaries, "psql", "--no-psqlrc", "-d", "postgres", "-Atc", names)
        if DATABASE not in found.split():
            self._client(binaries, "createdb", DATABASE)

    def _client(self, binaries: Binaries, program: str, *arguments: str) -> str:
        done = OURSELVES.run([binaries.program(program), *self._address(), *arguments])
        if done.returncode != 0:
            raise EmbeddedServerError(f"The server runs, but {program} failed.", output=done.stderr)
        return done.stdout

    def _stop(self) -> bool:
        if not self._folder.data.exists():
            return False
        name = self._folder.cluster_name()
        found = server_processes(name)
        postmaster = self._folder.postmaster_pid()
        if postmaster in found and postmaster is not None:
            send(postmaster, SIGINT)
            wait_until_gone(name, STOP_SECONDS)
        end_all(name)
        self._folder.remove_stale_locks()
        self._folder.forget()
        return bool(found)

    def _answer(self) -> int:
        command = [find_binaries().program("pg_isready"), "--quiet", "--timeout=3", *self._address()]
        return OURSELVES.run([*command, "-d", "postgres"]).returncode

    def _address(self) -> list[str]:
        return ["-h", str(self._folder.socket_folder), "-p", str(PORT), "-U", ROLE]
