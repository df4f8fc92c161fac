"""The sockets that web processes are given."""

import socket
import sys
from contextlib import closing

import pytest
from granian.constants import Interfaces

from ops.serving.server import Server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="granian's own sockets elsewhere")


def test_the_end_of_an_answer_does_not_wait_for_the_caller() -> None:
    server = Server("never:loaded", address="127.0.0.1", port=0, interface=Interfaces.WSGI)

    with closing(server._bound()) as listener:
        listener.listen()
        with closing(socket.create_connection(listener.getsockname(), timeout=60)):
            listener.setblocking(True)
            connection, _ = listener.accept()
            with closing(connection):
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
