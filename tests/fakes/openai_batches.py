"""Files and batches of the fake OpenAI server, with the rules that the real one has."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

Complete = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
Answer = tuple[int, dict[str, Any] | bytes]
ENDPOINT = "/v1/chat/completions"


@dataclass
class Batch:
    """One batch as the server knows it."""

    id: str
    input_file_id: str
    metadata: dict[str, str]
    status: str = "validating"
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The batch on the wire."""
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": ENDPOINT,
            "completion_window": "24h",
            "created_at": 0,
            "status": self.status,
            "input_file_id": self.input_file_id,
            "output_file_id": self.output_file_id,
            "error_file_id": self.error_file_id,
            "metadata": self.metadata,
            "errors": {"object": "list", "data": self.errors} if self.errors else None,
        }


class FakeBatches:
    """Keeps files and batches; a batch stands still until ``finish`` is called."""

    def __init__(self, complete: Complete) -> None:
        self.files: dict[str, bytes] = {}
        self.made: list[Batch] = []
        self._complete = complete
        self._lock = threading.Lock()

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: dict[str, Any], raw: bytes
    ) -> Answer | None:
        """Answer a request about files or batches; None for any other."""
        with self._lock:
            parts = path.removeprefix("/v1/").split("/")
            match (method, *parts):
                case ("POST", "files"):
                    return self._keep(headers["content-type"], raw)
                case ("GET", "files", file_id, "content"):
                    return self._file(file_id)
                case ("DELETE", "files", file_id):
                    gone = self.files.pop(file_id, None)
                    return _deleted(file_id) if gone is not None else _error(404, "No such File object")
                case ("POST", "batches"):
                    return self._make(body)
                case ("GET", "batches"):
                    listed = [batch.as_json() for batch in reversed(self.made)]
                    return 200, {"object": "list", "data": listed, "has_more": False}
                case ("GET", "batches", batch_id):
                    found = [batch for batch in self.made if batch.id == batch_id]
                    return (200, found[0].as_json()) if found else _error(404, "No batch found")
        return None

    def finish(self, status: str = "completed", *, answered: int | None = None) -> Batch:
        """End the newest batch: the first ``answered`` of its requests are answered, the others end with it.

        Answers come in another order than the requests, as the real server does not promise any.
        """
        batch = self.made[-1]
        requests = [json.loads(line) for line in self.files[batch.input_file_id].splitlines()]
        done = [] if status == "failed" else requests[: len(requests) if answered is None else answered]
        output: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for request in reversed(done):
            code, body = self._complete(request["body"])
            line = _line(request, {"status_code": code, "request_id": "req-1", "body": body}, None)
            (output if code == 200 else errors).append(line)
        left = requests[len(done) :] if status != "failed" else []
        why = {"code": f"batch_{status}", "message": "It was not executed."}
        errors += [_line(request, None, why) for request in left]
        batch.status = status
        if status == "failed":
            batch.errors = [{"code": "invalid_request", "message": "no", "line": 1, "param": None}]
        batch.output_file_id = self._store("output", output)
        batch.error_file_id = self._store("error", errors)
        return batch

    def _store(self, kind: str, lines: list[dict[str, Any]]) -> str | None:
        if not lines:
            return None
        file_id = f"file-{kind}-{len(self.files)}"
        self.files[file_id] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        return file_id

    def _keep(self, content_type: str, raw: bytes) -> Answer:
        parts = {
            part.get_param("name", header="content-disposition"): part for part in _parts(content_type, raw)
        }
        if parts["purpose"].get_payload() != "batch":
            return _error(400, "Invalid purpose")
        content = parts["file"].get_payload(decode=True)
        assert isinstance(content, bytes)
        file_id = f"file-input-{len(self.files)}"
        self.files[file_id] = content
        return 200, {
            "id": file_id,
            "object": "file",
            "bytes": len(content),
            "created_at": 0,
            "filename": parts["file"].get_filename(),
            "purpose": "batch",
            "status": "processed",
        }

    def _file(self, file_id: str) -> Answer:
        return (200, self.files[file_id]) if file_id in self.files else _error(404, "No such File object")

    def _make(self, body: dict[str, Any]) -> Answer:
        if body.get("endpoint") != ENDPOINT or body.get("completion_window") != "24h":
            return _error(400, "Unsupported endpoint or window")
        if body.get("input_file_id") not in self.files:
            return _error(400, "No such File object")
        lines = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        keys = [line["custom_id"] for line in lines]
        right = all((line["method"], line["url"]) == ("POST", ENDPOINT) for line in lines)
        if not lines or not right or len(set(keys)) < len(keys):
            return _error(400, "Invalid input file")
        batch = Batch(f"batch_{len(self.made)}", body["input_file_id"], body.get("metadata") or {})
        self.made.append(batch)
        return 200, batch.as_json()


def _parts(content_type: str, raw: bytes) -> list[Message]:
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + raw)
    return [part for part in message.walk() if not part.is_multipart()]


def _line(request: dict[str, Any], response: Any, error: Any) -> dict[str, Any]:
    return {"id": "batch_req_1", "custom_id": request["custom_id"], "response": response, "error": error}


def _deleted(file_id: str) -> Answer:
    return 200, {"id": file_id, "object": "file", "deleted": True}


def _error(status: int, message: str) -> Answer:
    return status, {"error": {"message": message, "type": "invalid_request_error", "code": None}}
