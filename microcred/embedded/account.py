"""Under whose name PostgreSQL runs: it refuses to run as root, so root needs another name for it."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from microcred.embedded.errors import EmbeddedServerError

SYSTEM_USER = "microcred-postgres"
_SYSTEM_USERS = (SYSTEM_USER, "postgres")


@dataclass(frozen=True)
class Account:
    """A way to run programs: as ourselves, in a user namespace (``prefix``), or as the user ``uid``."""

    name: str
    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def run(self, command: Sequence[str], *, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Run ``command`` to its end, apart from our terminal, and return its exit status and output.

        Its environment has none of our PG* variables, which would redirect it. What it starts in the
        background stays, also when the terminal is closed or sends Ctrl-C.
        """
        try:
            return subprocess.run(  # noqa: S603
                [*self.prefix, *command],
                check=False,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                cwd="/",
                umask=0o077,
                env=_environment(),
                start_new_session=True,
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EmbeddedServerError(f"{command[0]} could not be run: {error}") from error

    def can(self, *command: str) -> bool:
        """Tell whether a quick ``command`` succeeds under this account."""
        try:
            return self.run(command, seconds=15).returncode == 0
        except EmbeddedServerError:
            return False

    def adopt(self, path: Path) -> None:
        """Give a file or folder that we just made to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


OURSELVES = Account("ourselves")


def owner_account(path: Path) -> Account:
    """Return the account of the owner of existing data, seen from root."""
    found = path.stat()
    return Account(f"user {_user_name(found.st_uid)}", uid=found.st_uid, gid=found.st_gid)


def namespace_account() -> Account | None:
    """Return root under another number in a user namespace; None where the system has none.

    Outside the namespace processes and files still belong to root; inside, root is called ``nobody``.
    initdb insists on a number that has a name.
    """
    unshare = shutil.which("unshare")
    other = next((entry for entry in _users() if entry.pw_uid != 0), None)
    if unshare is None or other is None:
        return None
    account = Account("user namespace", prefix=(unshare, "--user", f"--map-user={other.pw_uid}", "--"))
    return account if account.can("/bin/sh", "-c", 'test "$(id -u)" -ne 0') else None


def system_account() -> Account:
    """Return a system user made for PostgreSQL; make one when there is none."""
    for name in _SYSTEM_USERS:
        account = _account_of(name)
        if account is not None:
            return account
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is not None:
        OURSELVES.run([useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER])
    account = _account_of(SYSTEM_USER)
    if account is None:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root, and this system offers neither user namespaces nor a way to "
            "add a system user. Run MicroCred as a normal user, or set DATABASE_URL to a PostgreSQL server."
        )
    return account


def _account_of(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(f"user {name}", uid=entry.pw_uid, gid=entry.pw_gid)


def _users() -> list[pwd.struct_passwd]:
    return sorted(pwd.getpwall(), key=lambda entry: entry.pw_name != "nobody")


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}
