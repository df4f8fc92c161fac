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

    def write(self, mark: str, children: list[Child]) -> None:
        """Note the groups that live now, in one step."""
        groups = [record for record in (child.record() for child in children) if record]
        partial = self._groups.with_suffix(".new")
        partial.write_text(json.dumps({"mark": mark, "groups": groups}))
        partial.replace(self._groups)

    def end_stale_groups(self) -> int:
        """Kill what a killed predecessor left behind; return how many groups that were.

        A process is taken for one of ours only if it is in a recorded group, is no older than the group's
        first process and carries the predecessor's mark: numbers alone may long belong to someone else.
        """
        record = self._read()
        ended = 0
        for entry in record.get("groups", []):
            ours = [
                process
                for process in members(entry["group"])
                if process.started >= entry["started"] and carries(process.pid, MARK, record["mark"])
            ]
            if ours:
                kill_group(entry["group"])
                log.warning(
                    "stale_group_ended", child=entry["name"], group=entry["group"], processes=len(ours)
                )
                ended += 1
        return ended

    def clear(self) -> None:
        """Forget the groups: they have ended."""
        self._groups.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            record: dict[str, Any] = json.loads(self._groups.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return record
