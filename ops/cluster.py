"""django-q2's cluster with processes of ours in the place of its workers.

Its sentinel starts them, starts another when one dies, and ends them. What it would start besides, a pusher that
pulls tasks into a pipe and a monitor that stores results, has no part here: our processes take jobs from the job
table themselves and write what came of them there. With the pipe goes its lock, which a killed worker could keep.
"""

import uuid
from multiprocessing import Event, Value
from typing import Any

from django.conf import settings
from django_q.cluster import Cluster, Sentinel, get_mp_context

from ops import worker_threads

START_ROUND_SECONDS = 0.02


class _Nobody:
    """Stands where the sentinel looks after a pusher and a monitor; gone when the cluster stops."""

    pid = None
    name = "nobody"

    def __init__(self, stopping: Any) -> None:
        self._stopping = stopping

    def is_alive(self) -> bool:
        """Say what keeps the sentinel from starting, or waiting for, one."""
        return not self._stopping.is_set()


class JobSentinel(Sentinel):  # type: ignore[misc]
    """Looks after WORKER_PROCESSES processes with many threads, and one with a single thread for suspect jobs."""

    def spawn_worker(self) -> None:
        """Start the process that is missing."""
        alone = not any(process.is_alone for process in self.pool)
        taken = {process.place for process in self.pool}
        place = min(set(range(len(taken) + 1)) - taken)
        process = get_mp_context().Process(
            target=worker_threads.run_worker_process,
            args=(alone, 1 if alone else settings.WORKER_THREADS, place),
            name=f"Process-{uuid.uuid4().hex}",
            daemon=True,
        )
        process.is_alone, process.place = alone, place
        # The guard would count a busy worker's time down here. Hands watch over their own; a lock that is never
        # taken in the process cannot be kept by one that is killed.
        process.timer = Value("f", -1)
        self.pool.append(process)
        process.start()

    def spawn_pusher(self) -> _Nobody:
        """Return nobody."""
        return _Nobody(self.event_out)

    def spawn_monitor(self) -> _Nobody:
        """Return nobody."""
        return _Nobody(self.event_out)


class JobCluster(Cluster):  # type: ignore[misc]
    """Starts our sentinel where django-q2 would start its own."""

    def start(self) -> int:
        """Start, and return when the processes run; raises RuntimeError when the sentinel dies before."""
        self.stop_event, self.start_event = Event(), Event()
        self.sentinel = get_mp_context().Process(
            target=JobSentinel,
            args=(self.stop_event, self.start_event, self.cluster_id, self.broker, self.timeout),
            name=f"Process-{uuid.uuid4().hex}",
        )
        self.sentinel.start()
        while not self.start_event.is_set():
            if not self.sentinel.is_alive():
                raise RuntimeError(f"the sentinel ended with status {self.sentinel.exitcode}")
            self.start_event.wait(START_ROUND_SECONDS)
        return int(self.pid)
