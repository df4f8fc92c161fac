"""A small OpenAI-compatible server on a real socket, honest by default and bad on request.

    with FakeOpenAI() as server:
        server.queue(status(500), refusal("I will not."), chat('{"level": "l2"}'))
        client = OpenAI(base_url=server.base_url, api_key="any")

``python -m tests.fakes.openai_server --port 0`` serves honest replies until interrupted.
"""

import argparse
import base64
import hashlib
import json
import math
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self, cast

import numpy as np

from tests.fakes.controls import honest_about_controls, with_controls
from tests.fakes.openai_answers import FakeAnswers
from tests.fakes.openai_batches import FakeBatches
from tests.fakes.schema_answers import answer

Body = dict[str, Any] | bytes | str
Fault = Literal["none", "hang", "drip", "drip_headers", "cut"]
DRIP_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived; ``body`` is its JSON, ``raw`` what came where it was none."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    method: str = "POST"
    raw: bytes = b""

    @property
    def prompt(self) -> str:
        """The text of the last message."""
        return str(self.body["messages"][-1]["content"])


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send: ``delay`` in seconds before, ``fault`` on the way."""

    body: Body = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    fault: Fault = "none"


def chat(content: str | None, *, finish_reason: str = "stop", **message: Any) -> Reply:
    """Return a chat completion with this content, whatever was asked."""
    return Reply(_completion({"model": "fake-model"}, content, finish_reason=finish_reason, **message))


def refusal(text: str = "I cannot help with that.") -> Reply:
    """Return a completion in which the model declines."""
    return chat(None, refusal=text)


def truncated(content: str = '{"reason": "the student') -> Reply:
    """Return a completion that ran into max_tokens."""
    return chat(content, finish_reason="length")


def status(code: int, *, error: str = "server_error", **headers: str) -> Reply:
    """Return an error reply; ``retry_after="2"`` becomes the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply({"error": {"message": "no", "type": error, "code": error}}, status=code, headers=named)


def html() -> Reply:
    """Return a page with status 200, as a misconfigured proxy does."""
    return Reply("<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"})


def huge(size: int = 10_000_000) -> Reply:
    """Return a well-formed completion of ``size`` characters."""
    return chat("x" * size)


def faulty(fault: Fault) -> Reply:
    """Return a good completion that arrives late, in drops of one byte, or not whole."""
    return Reply(_completion({"model": "fake-model"}, "{}"), fault=fault)


Script = Callable[[Received], Reply | str]


class FakeOpenAI:
    """Serves ``/v1/chat/completions``, ``/v1/responses``, ``/v1/embeddings``, ``/v1/files`` and ``/v1/batches`` on
    127.0.0.1.

    Queued replies are sent first, one a request; then ``script`` answers chats (a string is the content), by
    default honestly by the requested schema, those in the background after it has told their names;
    ``batches.finish`` has it answer those of a batch. With ``api_key`` every other key gets 401. Thread-safe.
    """

    def __init__(self, *, script: Script | None = None, api_key: str | None = None, port: int = 0) -> None:
        self.requests: list[Received] = []
        self.script: Script = script or (lambda request: _honest_content(request))
        self.api_key = api_key
        self.batches = FakeBatches(self._completed)
        self.answers = FakeAnswers(self._completed)
        self.stopping = threading.Event()
        self._queued: deque[Reply] = deque()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        """Address for OPENAI_BASE_URL."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def queue(self, *replies: Reply) -> None:
        """Send these replies to the next requests, in this order."""
        self._queued.extend(replies)

    def reply_to(self, request: Received) -> Reply:
        """Record the request and return the reply to it; controls that a script forgets are answered honestly."""
        self.requests.append(request)
        reply = self._queued.popleft() if self._queued else self._unqueued(request)
        return replace(reply, body=with_controls(reply.body, request.body))

    def _unqueued(self, request: Received) -> Reply:
        if self.api_key and request.headers.get("authorization") != f"Bearer {self.api_key}":
            return status(401, error="invalid_api_key")
        if request.path == "/v1/chat/completions":
            reply = self.script(request)
            return Reply(_completion(request.body, reply)) if isinstance(reply, str) else reply
        if request.path == "/v1/embeddings":
            return Reply(_embeddings(request.body))
        kept = self.answers.answer(request.method, request.path, request.body)
        if kept is not None:
            return Reply(kept[1], status=kept[0])
        found = self.batches.answer(request.method, request.path, request.headers, request.body, request.raw)
        return status(404, error="not_found") if found is None else Reply(found[1], status=found[0])

    def _completed(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer one request of a batch or in the background; what the script is asked is not in ``requests``."""
        reply = self.script(Received("/v1/chat/completions", {}, body))
        if isinstance(reply, str):
            return 200, with_controls(_completion(body, reply), body)
        assert isinstance(reply.body, dict)
        self.stopping.wait(reply.delay)
        return reply.status, with_controls(reply.body, body)

    def start(self) -> Self:
        """Serve in a thread."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving; requests that hang are let go."""
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], fake: FakeOpenAI) -> None:
        super().__init__(address, _Handler)
        self.fake = fake

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that went away: giving up on a bad server is what they are tested for."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        fake = cast(_Server, self.server).fake
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_json = not headers.get("content-type", "").startswith("multipart/")
        body = json.loads(raw or b"{}") if is_json else {}
        path = self.path.partition("?")[0]
        reply = fake.reply_to(Received(path, headers, body, self.command, b"" if is_json else raw))
        self.close_connection = True
        if fake.stopping.wait(reply.delay) or (reply.fault == "hang" and fake.stopping.wait()):
            return
        sent = reply.body.encode() if isinstance(reply.body, str) else reply.body
        sent = json.dumps(sent).encode() if isinstance(sent, dict) else sent
        self._send(reply, sent, fake.stopping)

    def _send(self, reply: Reply, body: bytes, stopping: threading.Event) -> None:
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **reply.headers}
        lines = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
        if reply.fault == "drip_headers":
            self._drip(head, stopping)
        self.wfile.write(b"" if reply.fault == "drip_headers" else head)
        if reply.fault == "drip":
            self._drip(body, stopping)
        else:
            self.wfile.write(body[: len(body) // 2] if reply.fault == "cut" else body)

    def _drip(self, data: bytes, stopping: threading.Event) -> None:
        for byte in data:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if stopping.wait(DRIP_SECONDS):
                return


def _honest_content(request: Received) -> str:
    chosen = request.body.get("response_format", {})
    schema = chosen.get("json_schema", {}).get("schema")
    if not schema:
        return "An honest answer."
    return honest_about_controls(json.dumps(answer(schema, request.prompt)), schema)


def _completion(
    request: dict[str, Any], content: str | None, *, finish_reason: str = "stop", **message: Any
) -> dict[str, Any]:
    prompt = sum(len(part["content"]) for part in request.get("messages", []))
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 0,
        "model": request["model"],
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": content, "refusal": None, **message},
            }
        ],
        "usage": _usage(prompt, len(content or "")),
    }


def _embeddings(request: dict[str, Any]) -> dict[str, Any]:
    texts = [request["input"]] if isinstance(request["input"], str) else request["input"]
    vectors = [word_vector(text, request.get("dimensions", 1536)) for text in texts]
    as_base64 = request.get("encoding_format") == "base64"
    return {
        "object": "list",
        "model": request["model"],
        "data": [
            {
                "object": "embedding",
                "index": index,
                "embedding": base64.b64encode(vector.tobytes()).decode() if as_base64 else vector.tolist(),
            }
            for index, vector in enumerate(vectors)
        ],
        "usage": _usage(sum(map(len, texts)), 0),
    }


def _usage(read: int, written: int) -> dict[str, int]:
    prompt, completion = math.ceil(read / 4), math.ceil(written / 4)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def word_vector(text: str, dimension: int) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    """Return a unit vector in which texts are the closer the more words they share."""
    total = np.zeros(dimension)
    for word in text.lower().split() or [""]:
        digest = hashlib.shake_256(word.encode("utf-8", "replace")).digest(dimension)
        total += np.frombuffer(digest, np.uint8) - 127.5
    return (total / np.linalg.norm(total)).astype("<f4")


def main() -> None:
    """Serve honest replies and say where."""
    parser = argparse.ArgumentParser(description="A fake OpenAI server for trying things out.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    with FakeOpenAI(port=parser.parse_args().port) as server:
        sys.stdout.write(f"OPENAI_BASE_URL={server.base_url}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
