"""Somebody who, by a seed, kills and freezes processes of the supervised worker and takes its servers away."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from ops.supervision.processes import Process, find, members
from tests.e2e.redis_server import RedisServer
from tests.faults import counting
from tests.ops.harness import SupervisedWorker, wait_until

EVERY_SECONDS = 1.5
FREEZES_OF_TEN = 1
BEYOND_THE_LEASE = 1.0
# Restarts of a long run; a short one has one.
RESTARTS, FLUSHES = 3, 3
NAIVE_SHARE = 0.4
# Deeds at least, also when all has been handed in by then: on a busy machine the worker takes its time to start.
LEAST, LEAST_OF_LONG = 6, 20


class ChaosWorker(SupervisedWorker):
    """A supervised worker that shares this process's settings."""

    def environment(self) -> dict[str, str]:
        """Return the environment as it is."""
        return dict(os.environ)


@dataclass
class Disturber:
    """Does one thing every 1.5 seconds that the worker is at work, until all is handed in, and six or twenty at least.

    ``is_long`` is for runs of minutes. ``killed_at`` and ``restarted_at`` are moments, in seconds
    since 1970; ``under_way`` has the model calls under way at each kill, and among how many processes it fell.
    """

    worker: SupervisedWorker
    seed: int
    is_long: bool
    redis: RedisServer | None = None
    done: Counter[str] = field(default_factory=Counter)
    killed_at: list[float] = field(default_factory=list)
    restarted_at: list[float] = field(default_factory=list)
    under_way: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._next = EVERY_SECONDS
        self._frozen: list[tuple[float, Process]] = []
        self._planned = [
            (share, self._restart_database) for share in _shares(RESTARTS if self.is_long else 1)
        ]
        if not self.is_long:
            # In a few seconds chance might spare all of them, and the run would show nothing.
            self._planned.append((NAIVE_SHARE, self._kill_who_has_left_an_effect))
        if self.redis is not None:
            self._planned += [
                (share + 0.05, self._lose_bells) for share in _shares(FLUSHES if self.is_long else 1)
            ]

    def go_round(self, now: float, progress: float) -> None:
        """Disturb what is due at ``now`` seconds since the start, with this share (0 to 1) of all work handed in."""
        self._keep_supervised()
        self._thaw(now)
        for share, deed in list(self._planned):
            if progress >= share:
                self._planned.remove((share, deed))
                deed()
                if (share, deed) not in self._planned:
                    self._next = now + EVERY_SECONDS
        if not self._is_at_work():
            # Who kills what has not begun to work yet shows little.
            self._next = now + EVERY_SECONDS
        elif self._next <= now and (progress < 1 or self.done.total() < self._least()):
            self._next = now + EVERY_SECONDS
            self._disturb(now)

    def _least(self) -> int:
        return LEAST_OF_LONG if self.is_long else LEAST

    def end(self) -> None:
        """Let everything frozen go on."""
        self._thaw(float("inf"))

    def _is_at_work(self) -> bool:
        # The file of a worker that died together with its supervisor is there until another supervisor has come up.
        return (self.worker.folder / "run" / "worker.ready").exists() and len(self._tree()) > 1

    def _disturb(self, now: float) -> None:
        processes = self._tree()
        if self._chance.randrange(10) < FREEZES_OF_TEN:
            self._freeze(self._chance.choice(processes[1:] or processes), now)
        else:
            calls = counting.calls_under_way()
            if calls is not None:
                self.under_way.append((calls, len(processes)))
            self._kill(self._chance.choice(processes))

    def _kill(self, victim: Process) -> None:
        self.killed_at.append(time.time())
        with suppress(ProcessLookupError):
            os.kill(victim.pid, signal.SIGKILL)
        self.done[
            "supervisor killed" if victim.pid == self.worker.pid else "process of the worker killed"
        ] += 1

    def _kill_who_has_left_an_effect(self) -> None:
        """Kill a process in the midst of a naive job, or see in the next round whether there is one."""
        holders = set(counting.who_has_left_an_effect())
        victim = next((process for process in self._tree()[1:] if process.pid in holders), None)
        if victim is None:
            self._planned.append((NAIVE_SHARE, self._kill_who_has_left_an_effect))
        else:
            self._kill(victim)

    def _freeze(self, victim: Process, now: float) -> None:
        with suppress(ProcessLookupError):
            os.kill(victim.pid, signal.SIGSTOP)
        self._frozen.append((now + settings.JOB_LEASE_SECONDS + BEYOND_THE_LEASE, victim))
        self.done["process frozen beyond its lease"] += 1

    def _thaw(self, now: float) -> None:
        for until, victim in list(self._frozen):
            if now >= until:
                self._frozen.remove((until, victim))
                # Somebody else may have its number by now.
                if find(victim.pid) == victim:
                    os.kill(victim.pid, signal.SIGCONT)

    def _restart_database(self) -> None:
        self.restarted_at.append(time.time())
        pid = _postmaster()
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: find(pid) is None, 20, "PostgreSQL has stopped at once")
        settings.EMBEDDED_DATABASE.start()
        self.done["PostgreSQL stopped at once and started"] += 1

    def _lose_bells(self) -> None:
        assert self.redis is not None
        with self.redis.client() as client:
            client.flushall()
        self.done["Redis emptied"] += 1

    def _keep_supervised(self) -> None:
        if self.worker.status is not None:
            self.worker.launch()

    def _tree(self) -> list[Process]:
        """The supervisor first, then all processes of the worker, the eldest first."""
        supervisor = find(self.worker.pid)
        below = [process for group in self.worker.groups() for process in members(group)]
        below.sort(key=lambda process: (process.started, process.pid))
        return ([supervisor] if supervisor else []) + below


def _shares(number: int) -> list[float]:
    return [(place + 0.7) / (number + 0.4) for place in range(number)]


def _postmaster() -> int:
    # Asking whether it answers may fail on a machine that is busy; what it wrote down does not.
    return int((Path(settings.STATE_DIR) / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
