"""A mail server that keeps what it is given; it speaks as much of SMTP as the client of the standard library needs."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast


@dataclass
class Mailbox:
    """The messages that were taken, and the replies to AUTH, RCPT and DATA, in order; the last one stays."""

    port: int = 0
    messages: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    to_auth: list[str] = field(default_factory=lambda: ["235 welcome"])
    to_rcpt: list[str] = field(default_factory=lambda: ["250 ok"])
    to_data: list[str] = field(default_factory=lambda: ["250 taken"])


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box = cast("_Server", self.server).box
        self._say("220 test")
        for line in self.rfile:
            command = line.decode().strip().upper()
            if command.startswith("RCPT"):
                box.recipients.append(line.decode().strip()[8:])
                self._say(_next(box.to_rcpt))
            elif command.startswith("EHLO"):
                self._say("250-test")
                self._say("250 AUTH PLAIN")
            elif command.startswith("AUTH"):
                self._say(_next(box.to_auth))
            elif command == "DATA":
                self._take(box)
            elif command == "QUIT":
                return self._say("221 bye")
            else:
                self._say("250 ok")
        return None

    def _take(self, box: Mailbox) -> None:
        self._say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.decode())
        reply = _next(box.to_data)
        if reply.startswith("2"):
            box.messages.append("".join(lines))
        self._say(reply)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Mailbox


def _next(replies: list[str]) -> str:
    return replies.pop(0) if len(replies) > 1 else replies[0]


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run a mail server on this machine."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.box = Mailbox(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.box
        finally:
            server.shutdown()
            thread.join()
