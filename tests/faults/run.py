"""One run of chaos in a process of its own: ``python -m tests.faults.run --jobs 100 --seed 1 --out FILE``.

It expects MICROCRED_STATE_DIR to name a folder of its own, and writes what it counted as JSON.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import django

JOBS_A_SECOND = 7.0


def main() -> None:
    """Run, and write the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=JOBS_A_SECOND, help="assessments handed in a second")
    parser.add_argument("--redis", action="store_true", help="with bells by a redis-server")
    parser.add_argument(
        "--poison-cost", action="store_true", help="no chaos: what one job that kills costs others"
    )
    parser.add_argument("--template", default="", help="URL of a database to copy instead of migrating")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    # An end by signal is an end too: whatever was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with ExitStack() as stack:
        redis = None
        if options.redis:
            from tests.e2e.redis_server import RedisServer

            redis = stack.enter_context(RedisServer(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
            os.environ["REDIS_URL"] = redis.url
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
        django.setup()
        from tests.faults.chaos import Chaos, PoisonCost

        chosen: Chaos | PoisonCost = Chaos(options.jobs, options.seed, options.rate, redis, options.template)
        if options.poison_cost:
            chosen = PoisonCost(options.jobs, options.seed, options.template)
        options.out.write_text(json.dumps(chosen.run(stack), indent=1))


if __name__ == "__main__":
    main()
