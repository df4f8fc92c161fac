"""Serve the product until told to stop: ``python -m ops.serving --port 8000``."""

import argparse
import multiprocessing
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels

from microcred.command_arguments import port
from ops.serving import multiprocess_metrics
from ops.serving.server import Server


def main() -> None:
    """Serve; SIGHUP replaces every process, SIGTERM ends all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, default=8000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4, help="requests that a process works on at once")
    parser.add_argument(
        "--figures", type=Path, help="folder for what is counted; default: one for as long as this runs"
    )
    options = parser.parse_args()
    with nullcontext(options.figures) if options.figures else tempfile.TemporaryDirectory() as folder:
        multiprocess_metrics.start_multiprocess_metrics(Path(folder))
        _serve(options)


def _serve(options: argparse.Namespace) -> None:
    if sys.platform == "linux":
        # What listens is handed from parent to child, as it is.
        multiprocessing.set_start_method("fork")
    Server(
        "microcred.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.processes,
        blocking_threads=options.threads,
        blocking_threads_idle_timeout=600,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


if __name__ == "__main__":
    main()
