"""A proxy that browsers reach over HTTPS under a name of its own, in front of a server that speaks HTTP."""

import http.client
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.microcred.certificates import self_signed

# What says how a message travels, not what it is.
OF_THE_WAY = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
Header = tuple[str, str]


class TlsFront:
    """Passes on what comes for ``host`` to the server at ``behind``, saying that it came encrypted; a context manager.

    ``rewrite`` changes the headers of answers.
    """

    def __init__(self, host: str, behind: str, folder: Path) -> None:
        self.behind = urlsplit(behind).netloc
        self.rewrite: Callable[[Header], Header] = lambda header: header
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"front": self}))
        tls, _ = self_signed(host, folder)
        self._server.socket = tls.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.host = host
        self.url = f"https://{host}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    front: TlsFront
    timeout = 60

    def do_GET(self) -> None:
        self._ask()

    def do_POST(self) -> None:
        self._ask()

    def _ask(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        sent = {name: value for name, value in self.headers.items() if name.lower() not in OF_THE_WAY}
        behind = http.client.HTTPConnection(self.front.behind, timeout=60)
        try:
            behind.request(self.command, self.path, body, sent | {"X-Forwarded-Proto": "https"})
            answer = behind.getresponse()
            self._pass_on(answer, answer.read())
        finally:
            behind.close()

    def _pass_on(self, answer: http.client.HTTPResponse, body: bytes) -> None:
        self.send_response(answer.status)
        for header in answer.getheaders():
            if header[0].lower() not in OF_THE_WAY:
                self.send_header(*self.front.rewrite(header))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        """Leave alone who goes away in the middle, as browsers do with what they need no more."""
        try:
            super().handle()
        except (ssl.SSLError, OSError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""
