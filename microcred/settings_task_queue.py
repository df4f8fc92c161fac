"""The settings of django-q2, which keeps the worker's processes alive and carries their bells."""

from typing import Any


def worker_cluster(processes: int, redis_url: str) -> dict[str, Any]:
    """Return Q_CLUSTER for a worker of so many processes, with bells by the database where ``redis_url`` is empty."""
    return {
        "name": "microcred",
        # One more, for jobs that must not share a process.
        "workers": processes + 1,
        "queue_limit": processes + 1,
        # Seconds after which another process takes the place of one that died, at most.
        "guard_cycle": 0.2,
        # Jobs are claimed, timed and tried again by the job table. What these would do never happens; they only have
        # to be in an order that django-q2 accepts.
        "timeout": 90,
        "retry": 300,
        "max_attempts": 1,
        "ack_failures": True,
        "save_limit": -1,
        "scheduler": False,
        "log_level": "WARNING",
        "label": "Job queue",
        **(
            {"redis": redis_url, "broker_class": "ops.redis_bells.RedisBells"}
            if redis_url
            else {"orm": "default", "broker_class": "ops.bell.DatabaseBells"}
        ),
    }
