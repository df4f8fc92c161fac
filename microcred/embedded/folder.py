"""The state folder of one server: where its data, its log, its socket and its locks are.

All places follow from the path of the folder alone, so that every process finds the server without asking.
"""

import fcntl
import hashlib
import json
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from microcred.embedded.account import Account
from microcred.embedded.errors import EmbeddedServerError

PORT = 5432  # With no TCP listener it is only part of the socket's file name.
SOCKET_NAME = f".s.PGSQL.{PORT}"
MAX_SOCKET_PATH = 100  # Systems allow 103 to 107 bytes.
LOCK_SECONDS = 180
_KEPT_LOG_BYTES = 64 * 1024 * 1024


class StateFolder:
    """Paths and locks below ``path``; making an instance touches nothing."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.abspath(path))
        self.data = self.path / "data"
        self.log = self.path / "log"
        self.startup_log = self.log / "startup.log"
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        self.outside = Path("/var/lib") / f"microcred-{digest}"
        self._record = self.path / "server.json"
        self._socket_folder_name = f"microcred-{self._owner()}-{digest}"

    @property
    def socket_folder(self) -> Path:
        """The data folder; where its path is too long for a socket, a short folder for temporary files."""
        if len(os.fsencode(self.data / SOCKET_NAME)) <= MAX_SOCKET_PATH:
            return self.data
        # Another process may have started the server with another TMPDIR.
        recorded = Path(str(self.record().get("socket_folder", "")))
        if recorded.name == self._socket_folder_name and recorded.parent.is_dir():
            return recorded
        return Path(tempfile.gettempdir()) / self._socket_folder_name

    @property
    def server_socket_folder(self) -> Path:
        """The socket folder by a path that the server's account can follow."""
        return self.real(self.socket_folder)

    def real(self, place: Path) -> Path:
        """Return where ``place`` really is: data and log may be links to a folder outside."""
        return place.resolve() if place.is_symlink() else place

    def make(self) -> None:
        """Make the folder where it is missing; folders that exist keep their mode."""
        # Root's server may run under another account, which must get through to the data folder (0700).
        mode = 0o711 if os.geteuid() == 0 else 0o700
        try:
            self.path.mkdir(mode=mode, parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedServerError(
                f"The folder {self.path} for the database cannot be made ({error.strerror}). "
                "Set MICROCRED_STATE_DIR to a folder you may write to."
            ) from error

    def make_socket_folder(self, account: Account) -> None:
        """Make the short socket folder, private to the server; refuse one that somebody else put there."""
        folder = self.socket_folder
        if folder == self.data:
            return
        if len(os.fsencode(folder / SOCKET_NAME)) > MAX_SOCKET_PATH:
            raise EmbeddedServerError(
                f"The path of the socket in {folder} is too long: set TMPDIR to a shorter one."
            )
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            account.adopt(folder)
        found = folder.lstat()
        owner = os.geteuid() if account.uid is None else account.uid
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise EmbeddedServerError(f"{folder} is not a private folder of the server's account: remove it.")

    def forget(self) -> None:
        """Remove the record and the short socket folder of a server that has been stopped."""
        if self.socket_folder != self.data:
            with suppress(OSError):  # Not ours or not empty: then it stays.
                self.socket_folder.rmdir()
        self._record.unlink(missing_ok=True)

    def remove_stale_locks(self) -> None:
        """Remove what a killed server left; only for a caller who knows that none of its processes lives.

        PostgreSQL does so itself unless the recorded pid exists, be it as a zombie or as another program.
        """
        for path in (self.data / "postmaster.pid", self.socket_folder / f"{SOCKET_NAME}.lock"):
            path.unlink(missing_ok=True)

    def postmaster_pid(self) -> int | None:
        """Return the pid that the postmaster wrote down; whether it lives is another question."""
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def cluster_name(self) -> str:
        """Name the server after the identity of its data folder, which moving it does not change."""
        found = self.data.stat()
        return f"microcred-{found.st_dev:x}-{found.st_ino:x}"

    def record(self) -> dict[str, object]:
        """Return what the starter wrote down; empty when nobody did."""
        try:
            content = json.loads(self._record.read_text())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def write_record(self, **facts: object) -> None:
        """Add ``facts`` to the record, and the socket folder for processes with another TMPDIR."""
        partial = self._record.with_suffix(".partial")
        partial.write_text(json.dumps({**self.record(), "socket_folder": str(self.socket_folder), **facts}))
        partial.replace(self._record)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of the folder: one process at a time starts or stops the server.

        What the file system refuses meanwhile becomes an ``EmbeddedServerError``.
        """
        self.make()
        descriptor = self._open("lock")
        try:
            deadline = time.monotonic() + LOCK_SECONDS
            while not _try_lock(descriptor, fcntl.LOCK_EX):
                if time.monotonic() > deadline:
                    raise EmbeddedServerError(f"Another process has held {self.path / 'lock'} for too long.")
                time.sleep(0.02)
            yield
        except OSError as error:
            message = f"The folder {self.path} of the database cannot be used."
            raise EmbeddedServerError(message, output=str(error)) from error
        finally:
            os.close(descriptor)

    def enter(self) -> int:
        """Count ourselves among the users of the server; the descriptor is to be closed by ``leave``."""
        descriptor = self._open("users")
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor

    def leave(self, descriptor: int) -> bool:
        """Stop being a user; True when no other is left. The system forgets a killed user by itself."""
        try:
            return _try_lock(descriptor, fcntl.LOCK_EX)
        finally:
            os.close(descriptor)

    def last_log_lines(self, count: int = 10) -> str:
        """Return the last lines that the server wrote since it was launched."""
        launched = self.startup_log.stat().st_mtime if self.startup_log.exists() else 0
        files = [path for path in self._log_files() if path.stat().st_mtime >= launched]
        texts = [
            path.read_text(errors="replace")
            for path in sorted(files, key=lambda path: path != self.startup_log)
        ]
        return "\n".join("\n".join(text.splitlines()[-count:]) for text in texts if text)

    def trim_logs(self) -> None:
        """Delete the oldest log files beyond 64 MB; the server itself starts each weekday's file anew."""
        kept = 0
        for path in sorted(self._log_files(), key=lambda path: path.stat().st_mtime, reverse=True):
            kept += path.stat().st_size
            if kept > _KEPT_LOG_BYTES:
                path.unlink(missing_ok=True)

    def size(self) -> int:
        """Return the bytes of all data files."""
        total = 0
        for folder, _, names in os.walk(self.real(self.data)):
            for name in names:
                with suppress(FileNotFoundError):  # The server may delete a file while we count.
                    total += os.lstat(os.path.join(folder, name)).st_size
        return total

    def _log_files(self) -> list[Path]:
        return list(self.log.glob("*.log")) if self.log.is_dir() else []

    def _owner(self) -> int:
        try:
            return self.path.stat().st_uid
        except OSError:
            return os.geteuid()

    def _open(self, name: str) -> int:
        try:
            descriptor = os.open(self.path / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EmbeddedServerError(f"{self.path / name} cannot be opened ({error.strerror}).") from error
        if os.geteuid() == 0:
            # A lock made by root must stay usable for the folder's owner.
            owner = self.path.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
