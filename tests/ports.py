"""Ports for servers that are told on which one to listen: one that the kernel names could be taken meanwhile."""

import os
import socket
from itertools import count

# Below those that the kernel gives to whoever does not mind (net.ipv4.ip_local_port_range).
_FIRST, _EACH, _PLACES = 20_000, 750, 16
_numbers = count(os.getpid())


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens, and that no other process of this test run is given."""
    place = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _PLACES
    for _ in range(_EACH):
        port = _FIRST + place * _EACH + next(_numbers) % _EACH
        with socket.socket() as probe:
            # As servers do: one that has just ended there is no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("every port of this process is taken")
