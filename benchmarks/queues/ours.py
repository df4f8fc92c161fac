"""The product's settings, with the job of the benchmark and without the models that it does not need."""

import os
from pathlib import Path

from microcred.settings import *  # noqa: F403
from microcred.settings import JOB_KINDS

STATE_DIR = Path(os.environ["BENCHMARK_STATE_DIR"])
JOB_KINDS = JOB_KINDS | {
    "benchmark.note": {"handler": "benchmarks.queues.note.note_claim", "give_up": None, "max_attempts": 5}
}
WORKER_LOAD_AHEAD = WORKER_PRELOAD = WORKER_WARM_UPS = []
