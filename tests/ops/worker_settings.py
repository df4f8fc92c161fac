"""The product's settings as test processes use them: the test database, a folder of their own, test jobs."""

import os
import sys
from pathlib import Path

from microcred.settings import *  # noqa: F403
from microcred.settings import DATABASES, JOB_KINDS
from tests.ops.kinds import KINDS

DATABASES["default"]["NAME"] = os.environ["OPS_TEST_DATABASE"]
STATE_DIR = Path(os.environ["OPS_TEST_STATE_DIR"])
JOB_KINDS = {
    name: entry | {"handler": "tests.ops.handlers.nothing"} for name, entry in JOB_KINDS.items()
} | KINDS
JOB_LEASE_SECONDS = int(os.environ.get("OPS_TEST_LEASE_SECONDS", "4"))
JOB_RENEW_SECONDS = 1
JOB_STOP_SECONDS = int(os.environ.get("OPS_TEST_STOP_SECONDS", "3"))
if "supervise" in sys.argv:
    # Who waits for the worker to put its jobs back waits for as long as a busy machine needs.
    JOB_STOP_SECONDS = max(JOB_STOP_SECONDS, int(os.environ.get("OPS_TEST_SUPERVISOR_SECONDS", "0")))
WORKER_LOAD_AHEAD = WORKER_PRELOAD = WORKER_WARM_UPS = []
WORKER_THREADS = 8
