"""Serve streams until told to stop: ``python -m ops.serving.streams --port 8001``."""

import argparse

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from microcred.command_arguments import port


def main() -> None:
    """Serve in one process, which waits for many at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, default=8001)
    options = parser.parse_args()
    Granian(
        "microcred.asgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGINL,
        workers=1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        # Streams do not end by themselves, and whoever follows comes back.
        workers_kill_timeout=2,
    ).serve()


if __name__ == "__main__":
    main()
