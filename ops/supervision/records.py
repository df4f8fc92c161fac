"""What a supervisor leaves in the state folder, so that there is one at a time and none leaves a trace."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO, Any

import structlog

from ops.supervision.children import MARK, Child
from ops.supervision.processes import carries, kill_group, members

log = structlog.get_logger(__name__)


class AlreadySupervised(RuntimeError):
    """Another supervisor runs for this state folder."""


class RunFolder:
    """``STATE_DIR/run``: a lock that ends with the supervisor, and a list of the groups it started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._groups = folder / "supervisor.json"
        self._lock: IO[str] | None = None

    def lock(self) -> None:
        """Become the only supervisor; raises :class:`AlreadySupervised`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = (self.folder / "supervisor.lock").open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            owner = handle.read().strip() or "unknown"
            handle.close()
            raise AlreadySupervised(f"process {owner} supervises {self.folder}") from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._lock = handle

    def unlock(self) -> None:
        """Let the next supervisor begin."""
        if self._lock is not None:
            self._lock.close()

    def write(self, children: list[Child]) -> None:
        """Note the groups that live now, in one step."""
        groups = [record for child in children for record in child.records()]
        partial = self._groups.with_suffix(".new")
        partial.write_text(json.dumps({"groups": groups}))
        partial.replace(self._groups)

    def end_stale_groups(self, *, but: str = "") -> list[dict[str, Any]]:
        """Kill what a killed predecessor left behind, ``but`` for the child of this name; return the notes on all.

        A process is taken for one of ours only if it is in a recorded group, is no older than the group's
        first process and carries the predecessor's mark: numbers alone may long belong to someone else.
        """
        record = self._read()
        stale = [entry for entry in record.get("groups", []) if _lives(entry)]
        for entry in stale:
            log.warning(
                "stale_group", child=entry["name"], group=entry["group"], is_ended=entry["name"] != but
            )
            if entry["name"] != but:
                kill_group(entry["group"])
        return stale

    def clear(self) -> None:
        """Forget the groups: they have ended."""
        self._groups.unlink(missing_ok=True)

    def marks(self) -> set[str]:
        """Return the marks of the supervisors that the notes are of."""
        return {entry["mark"] for entry in self._read().get("groups", [])}

    def _read(self) -> dict[str, Any]:
        try:
            record: dict[str, Any] = json.loads(self._groups.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        # An earlier release noted one for all.
        for entry in record.get("groups", []):
            entry.setdefault("mark", record.get("mark", ""))
        return record


def _lives(entry: dict[str, Any]) -> bool:
    return any(
        process.started >= entry["started"] and carries(process.pid, MARK, entry["mark"])
        for process in members(entry["group"])
    )
