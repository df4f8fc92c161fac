"""When a worker counts as stuck. It is judged by what gets done, never by what it says of itself."""

from ops.queries import Progress

PATIENCE_SECONDS = 8.0


def is_stuck(progress: Progress, *, worker_processes: int, seconds_ready: float) -> bool:
    """Say whether a worker ignores due work that it has hands for.

    Stuck is: a job has been due for PATIENCE_SECONDS, the worker has been able to work for as long, it has a
    free process, and it has claimed nothing in that time. A worker whose processes all hold live leases is
    busy, however long the queue is.
    """
    has_claimed = progress.seconds_since_claim is not None and progress.seconds_since_claim < PATIENCE_SECONDS
    return (
        progress.oldest_due_seconds >= PATIENCE_SECONDS
        and seconds_ready >= PATIENCE_SECONDS
        and progress.running < worker_processes
        and not has_claimed
    )
