"""Transcripts that lie on another machine, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread


@dataclass
class There:
    """Where a file lies, and how often it was asked for."""

    url: str = ""
    asked: int = 0


@contextmanager
def lying(body: bytes, kind: str = "text/plain", *, status: int = 200) -> Iterator[There]:
    """Answer with a file while the block runs."""
    there = There()

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked += 1
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Print nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # whoever has read enough hangs up
                self.close_connection = True

    server = HTTPServer(("127.0.0.1", 0), Files)
    there.url = f"http://127.0.0.1:{server.server_port}/1"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=60)
