"""Keeping the systems of a benchmark running, and what they cost: processor time and memory, from /proc."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from ops.supervision.processes import carries, living

ROOT: Final = Path(__file__).resolve().parent.parent.parent

MARK: Final = "BENCHMARK_MARK"
TICKS: Final = os.sysconf("SC_CLK_TCK")
STOP_SECONDS: Final = 30.0


class Running:
    """Programs that run until the block ends, and everything that they have started."""

    def __init__(
        self, commands: Sequence[Sequence[str]], *, environment: Mapping[str, str], log: Path
    ) -> None:
        self._mark = uuid.uuid4().hex
        self._commands = commands
        self._environment = {**os.environ, **environment, MARK: self._mark}
        self.log = log
        self._programs: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        with self.log.open("ab") as sink:
            for command in self._commands:
                self._programs.append(
                    subprocess.Popen(
                        command,
                        cwd=ROOT,
                        env=self._environment,
                        stdin=subprocess.DEVNULL,
                        stdout=sink,
                        stderr=sink,
                        start_new_session=True,
                    )
                )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in self._programs:
            program.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for program in self._programs:
            try:
                program.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)

    def ensure(self) -> None:
        """Raise RuntimeError with the log when one of the programs has ended."""
        if any(program.poll() is not None for program in self._programs):
            raise RuntimeError(self.log.read_text(errors="replace")[-2000:])

    def pids(self) -> list[int]:
        """Return the processes that belong to it."""
        return [process.pid for process in living() if carries(process.pid, MARK, self._mark)]

    def processor_seconds(self) -> float:
        """Return the processor time that all of its processes have used, those that have ended included."""
        return sum(_processor_seconds(pid) for pid in self.pids())

    def private_bytes(self) -> int:
        """Return the memory that would be free without it: private pages, and its share of shared ones."""
        return sum(_proportional_bytes(pid) for pid in self.pids())


@contextmanager
def ending_on_sigterm() -> Iterator[None]:
    """Have SIGTERM end this process as an exception does meanwhile, so that what it started ends with it."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _processor_seconds(pid: int) -> float:
    try:
        stat = (Path("/proc") / str(pid) / "stat").read_text()
    except OSError:
        return 0.0
    fields = stat[stat.rindex(")") + 2 :].split()
    # Its own, and that of children it has waited for.
    return sum(int(fields[place]) for place in (11, 12, 13, 14)) / TICKS


def _proportional_bytes(pid: int) -> int:
    try:
        lines = (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
