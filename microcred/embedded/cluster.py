"""The data folder of the server: made once, complete or not at all, with the settings of a small server."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from microcred.embedded.account import OURSELVES, Account, namespace_account, owner_account, system_account
from microcred.embedded.binaries import MAJOR_VERSION, Binaries
from microcred.embedded.errors import EmbeddedServerError
from microcred.embedded.folder import StateFolder
from microcred.embedded.memory import shared_buffers

ROLE = "microcred"
DATABASE = "microcred"
NEEDED_BYTES = 200 * 1024 * 1024
_SETTINGS_FILE = "microcred.conf"
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "fsync": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One file for each weekday, emptied when its day comes again.
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_file_mode": "0600",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_statement": "ddl",
    "log_min_duration_statement": "500ms",
    "log_lock_waits": "on",
    "log_checkpoints": "off",
    # Values of parameters are people's answers: they do not belong into a log.
    "log_parameter_max_length": "0",
}


@dataclass(frozen=True)
class Operation:
    """Which programs run the server, and under which account."""

    account: Account
    binaries: Binaries


def choose_operation(folder: StateFolder, binaries: Binaries) -> Operation:
    """Choose the account that runs the server; as root the first of several ways that works here."""
    exists = folder.data.exists()
    if os.geteuid() != 0:
        _check_owner(folder.data)
        return Operation(OURSELVES, binaries)
    if exists and folder.data.stat().st_uid != 0:
        account = owner_account(folder.data)
        return Operation(account, _runnable(account, binaries, folder.outside))
    namespace = namespace_account()
    if namespace is not None and _works(namespace, folder, binaries):
        return Operation(namespace, binaries)
    if exists:
        raise EmbeddedServerError(
            f"{folder.real(folder.data)} belongs to root and PostgreSQL does not run as root. Give it to "
            "another user with `chown -R`, or set DATABASE_URL to a PostgreSQL server of yours."
        )
    account = system_account()
    return Operation(account, _runnable(account, binaries, folder.outside))


def create_cluster(folder: StateFolder, operation: Operation) -> None:
    """Make the data folder unless it exists; an interrupted attempt leaves nothing that looks complete."""
    account = operation.account
    place = _place(folder, account)
    partial = place / "data.partial"
    shutil.rmtree(partial, ignore_errors=True)
    if shutil.disk_usage(place).free < NEEDED_BYTES:
        raise EmbeddedServerError(
            f"A new database needs {NEEDED_BYTES >> 20} MB in {place}, which has "
            f"{shutil.disk_usage(place).free >> 20} MB left. Free some space, or set MICROCRED_STATE_DIR."
        )
    partial.mkdir(mode=0o700)
    account.adopt(partial)
    made = account.run([operation.binaries.program("initdb"), "--pgdata", str(partial), *_initdb_options()])
    if made.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        raise EmbeddedServerError("The database could not be made.", output=made.stderr)
    with (partial / "postgresql.conf").open("a") as file:
        file.write(
            f"\n# Settings of MicroCred; lines below this one win over them.\ninclude '{_SETTINGS_FILE}'\n"
        )
    partial.rename(place / "data")
    if place != folder.path and not folder.data.is_symlink():
        folder.data.symlink_to(place / "data")


def check_cluster(folder: StateFolder) -> None:
    """Refuse data that this PostgreSQL cannot open."""
    try:
        version = (folder.data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise EmbeddedServerError(
            f"{folder.data} is not a data folder of PostgreSQL: move it away, or set MICROCRED_STATE_DIR."
        ) from None
    if version != MAJOR_VERSION:
        raise EmbeddedServerError(
            f"The data in {folder.data} was written by PostgreSQL {version}, this one is {MAJOR_VERSION}. "
            "Convert it with pg_upgrade or pg_dump of the old version, or move it away to start empty."
        )


def write_settings(folder: StateFolder, account: Account) -> None:
    """Write our settings into the data folder, and make the folder of the log."""
    log = _place(folder, account) / "log"
    if not log.exists():
        log.mkdir(mode=0o700)
        account.adopt(log)
    if log != folder.log and not folder.log.is_symlink():
        folder.log.symlink_to(log)
    settings = {**_SETTINGS, "shared_buffers": shared_buffers(), "log_directory": str(log)}
    path = folder.data / _SETTINGS_FILE
    path.write_text("".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items()))
    account.adopt(path)


def _initdb_options() -> list[str]:
    return [
        f"--username={ROLE}",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        # Who may open the socket is decided by the mode of its folder and of itself.
        "--auth-local=trust",
        "--auth-host=reject",
        "--no-instructions",
    ]


def _place(folder: StateFolder, account: Account) -> Path:
    """Return the folder that holds data and log: the state folder, unless the account cannot get there."""
    if folder.data.is_symlink():
        return folder.data.resolve().parent
    if account.uid is None or account.can("/bin/sh", "-c", 'cd "$0"', str(folder.path)):
        return folder.path
    _make_outside(folder.outside)
    return folder.outside


def _make_outside(outside: Path) -> None:
    if not outside.exists():
        outside.mkdir()
        outside.chmod(0o755)


def _works(account: Account, folder: StateFolder, binaries: Binaries) -> bool:
    probe = 'test -w "$0" && "$1" --version'
    return account.can("/bin/sh", "-c", probe, str(folder.path), binaries.program("postgres"))


def _runnable(account: Account, binaries: Binaries, outside: Path) -> Binaries:
    """Return programs that the account may execute: the installed ones, else a copy of them."""
    if account.can(binaries.program("postgres"), "--version"):
        return binaries
    version = OURSELVES.run([binaries.program("postgres"), "--version"]).stdout.split()[-1]
    place = outside / f"postgresql-{version}"
    copy = Binaries(place / binaries.root.relative_to(binaries.root.parents[1]))
    if not place.exists():
        _make_outside(outside)
        partial = outside / "postgresql.partial"
        shutil.rmtree(partial, ignore_errors=True)
        binaries.copy_to(partial)
        partial.chmod(0o755)
        partial.rename(place)
    if not account.can(copy.program("postgres"), "--version"):
        raise EmbeddedServerError(
            f"The {account.name} cannot run PostgreSQL from {place}. "
            "Run MicroCred as a normal user, or set DATABASE_URL to a PostgreSQL server of yours."
        )
    return copy


def _check_owner(data: Path) -> None:
    try:
        owner = data.stat().st_uid
    except FileNotFoundError:
        return
    except PermissionError:
        owner = -1
    if owner != os.geteuid():
        raise EmbeddedServerError(
            f"{data} belongs to another account: start the database from there, or set MICROCRED_STATE_DIR."
        )


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
