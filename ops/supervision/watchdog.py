"""When a worker counts as stuck. It is judged by what gets done, never by what it says of itself."""

from ops.queries import Progress

PATIENCE_SECONDS = 8.0


def is_stuck(progress: Progress, *, threads: int, seconds_ready: float) -> bool:
    """Say whether a worker ignores ready work that it has threads for.

    Stuck is: a job has been ready for PATIENCE_SECONDS, the worker has been able to work for as long, not all of
    its ``threads`` are busy, and it has claimed nothing in that time. A worker whose threads all hold live leases is
    busy, however long the queue is.
    """
    has_claimed = progress.seconds_since_claim is not None and progress.seconds_since_claim < PATIENCE_SECONDS
    return (
        progress.oldest_ready_seconds >= PATIENCE_SECONDS
        and seconds_ready >= PATIENCE_SECONDS
        and progress.running < threads
        and not has_claimed
    )
