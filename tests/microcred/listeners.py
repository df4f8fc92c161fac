"""Servers in tests that behave badly on purpose."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Behaviour = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Listener:
    """A server on the loopback address that does one thing to every connection, and counts them."""

    def __init__(self, behave: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.received = bytearray()
        self.server_names: list[str | None] = []
        self._behave = behave
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._threads: list[threading.Thread] = []
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self.server_names.append(name)

    def serve(self) -> None:
        """Accept until closed."""
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._handle, args=[connection], daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Stop, and wait for what is still going on."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(timeout=60)

    def _handle(self, connection: socket.socket) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            connection.settimeout(60)
            self.received += read_request(connection)
            self._behave(connection)
        except OSError:
            return
        finally:
            connection.close()


def read_request(connection: socket.socket) -> bytes:
    """Read one request with its body, if it has one."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def listening(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    """Run a listener while the block runs."""
    listener = Listener(behave, tls)
    thread = threading.Thread(target=listener.serve, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        listener.close()
        thread.join(timeout=60)


def replying(*pieces: bytes, every: float = 0.0) -> Behaviour:
    """Answer with these bytes, with a pause before each piece but the first."""

    def behave(connection: socket.socket) -> None:
        for index, piece in enumerate(pieces):
            time.sleep(every if index else 0)
            connection.sendall(piece)

    return behave


def refuse(connection: socket.socket) -> None:
    """Reset the connection instead of answering."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
