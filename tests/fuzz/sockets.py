"""HTTP written by hand, for requests that no client would write."""

import json
import socket
from dataclasses import dataclass
from typing import Any

SECONDS = 120.0


@dataclass(frozen=True)
class Answer:
    """What came back; ``status`` is 0 where the server just closed the connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as Python values."""
        return json.loads(self.body)


def send(port: int, raw: bytes, *, half_close: bool = False) -> Answer:
    """Send these bytes over a connection of their own and read the first answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        try:
            connection.sendall(raw)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # It has seen enough; what it said meanwhile is still there to be read.
        return _read(connection)


def _read(connection: socket.socket) -> Answer:
    """Read to the end: every request asks for the connection to be closed."""
    received = b""
    while True:
        try:
            part = connection.recv(65_536)
        except ConnectionError:
            part = b""
        if not part:
            break
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    if not lines[0]:
        return Answer(0, {}, b"")
    named = (line.partition(":") for line in lines[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in named}
    if headers.get("transfer-encoding") == "chunked":
        body = _unchunked(body)
    return Answer(int(lines[0].split(" ")[1]), headers, body)


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + body[:length], body[length + 2 :]
    return whole


def request(
    method: str, target: str | bytes, headers: dict[str, str | bytes], body: bytes = b"", *, host: str | bytes
) -> bytes:
    """Write a request down, with whatever is in it."""
    lines = [method.encode() + b" " + _bytes(target) + b" HTTP/1.1", b"Host: " + _bytes(host)]
    lines += [name.encode() + b": " + _bytes(value) for name, value in headers.items()]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
