"""The product's settings as test processes use them: the test database, a folder of their own, test jobs."""

import os
from pathlib import Path

from microcred.settings import *  # noqa: F403
from microcred.settings import DATABASES, JOB_KINDS
from tests.ops.kinds import KINDS

DATABASES["default"]["NAME"] = os.environ["OPS_TEST_DATABASE"]
STATE_DIR = Path(os.environ["OPS_TEST_STATE_DIR"])
JOB_KINDS = {
    name: entry | {"handler": "tests.ops.handlers.nothing"} for name, entry in JOB_KINDS.items()
} | KINDS
JOB_LEASE_SECONDS = 4
JOB_RENEW_SECONDS = 1
JOB_STOP_SECONDS = 3
WORKER_LOAD_AHEAD = WORKER_PRELOAD = []
WORKER_THREADS = 8
