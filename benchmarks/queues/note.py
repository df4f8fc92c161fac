"""The job that every system does: write down when it was sent, and that it has begun."""

import os
import time
from typing import Any


def note(sent: int) -> None:
    """Append a line to the file that BENCHMARK_NOTES names; ``sent`` in nanoseconds."""
    line = f"{sent} {time.time_ns()}\n".encode()
    notes = os.open(os.environ["BENCHMARK_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(notes, line)
    os.close(notes)


def note_claim(claim: Any) -> None:
    """Do it as a job of ours."""
    note(claim.payload["sent"])
