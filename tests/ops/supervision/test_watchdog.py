"""When a worker counts as stuck."""

import pytest

from ops.queries import Progress
from ops.supervision.watchdog import is_stuck


@pytest.mark.parametrize(
    ("due", "running", "since_claim", "ready", "stuck"),
    [
        (8.5, 0, None, 60, True),
        (8.5, 0, 30.0, 60, True),
        (8.5, 1, 30.0, 60, True),
        (7.5, 0, 30.0, 60, False),
        (600, 2, 30.0, 60, False),
        (600, 0, 0.5, 60, False),
        (600, 0, None, 3, False),
        (0, 0, None, 60, False),
    ],
    ids=[
        "due work, idle worker that never claimed",
        "due work, last claim long ago",
        "one thread busy, the other deaf",
        "not due for long enough",
        "all threads busy: a long queue is no fault",
        "working through a long queue",
        "only just started",
        "nothing to do",
    ],
)
def test_stuck_means_due_work_ignored_with_hands_free(
    due: float, running: int, since_claim: float | None, ready: float, stuck: bool
) -> None:
    progress = Progress(oldest_ready_seconds=due, running=running, seconds_since_claim=since_claim)

    assert is_stuck(progress, threads=2, seconds_ready=ready) is stuck
