"""Answers of the fake OpenAI server that are made in the background and kept, in the shape that the real one has."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Complete = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
Found = tuple[int, dict[str, Any]]


@dataclass
class Answer:
    """One answer: what was asked as a chat, and the completion once it is there."""

    name: str
    asked: dict[str, Any]
    is_there: threading.Event = field(default_factory=threading.Event)
    status: int = 200
    completion: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The answer on the wire."""
        body = {"id": self.name, "object": "response", "created_at": 0, "background": True}
        if not self.is_there.is_set():
            return body | {"status": "in_progress", "model": self.asked["model"], "output": [], **_LEFT_OUT}
        if self.status != 200:
            error = {"code": "server_error", "message": "no"}
            return (
                body
                | {"status": "failed", "model": self.asked["model"], "output": []}
                | _LEFT_OUT
                | {"error": error}
            )
        return body | _LEFT_OUT | _answered(self.completion)


class FakeAnswers:
    """Keeps answers by name. They are made in threads by ``complete``, which may take its time."""

    def __init__(self, complete: Complete) -> None:
        self.made: dict[str, Answer] = {}
        self._complete = complete
        self._numbers = itertools.count(1)

    def answer(self, method: str, path: str, body: dict[str, Any]) -> Found | None:
        """Answer a request about answers; None for any other."""
        match (method, *path.removeprefix("/v1/").split("/")):
            case ("POST", "responses"):
                return self._begin(body)
            case ("GET", "responses", name):
                found = self.made.get(name)
                return (
                    (200, found.as_json())
                    if found
                    else (404, {"error": {"message": "no", "code": "not_found"}})
                )
        return None

    def _begin(self, body: dict[str, Any]) -> Found:
        begun = Answer(f"resp_{next(self._numbers)}", as_chat(body))
        self.made[begun.name] = begun
        threading.Thread(target=self._make, args=(begun,), daemon=True).start()
        return 200, begun.as_json()

    def _make(self, begun: Answer) -> None:
        begun.status, begun.completion = self._complete(begun.asked)
        begun.is_there.set()


_LEFT_OUT: dict[str, Any] = {
    "error": None, "incomplete_details": None, "instructions": None, "metadata": {}, "usage": None, "tools": [],
    "tool_choice": "auto", "parallel_tool_calls": True, "temperature": None, "top_p": None,
}  # fmt: skip


def as_chat(body: dict[str, Any]) -> dict[str, Any]:
    """What was asked, in the shape of a request for a chat completion, which scripts read."""
    wanted = body.get("text", {}).get("format", {})
    messages = [
        {"role": "system", "content": body["instructions"]},
        {"role": "user", "content": body["input"]},
    ]
    chosen = {"name": wanted.get("name"), "schema": wanted.get("schema")}
    return {
        "model": body["model"],
        "messages": messages,
        "response_format": {"type": "json_schema", "json_schema": chosen},
        "max_tokens": body["max_output_tokens"],
    }


def _answered(completion: dict[str, Any]) -> dict[str, Any]:
    (choice,) = completion["choices"]
    message, usage = choice["message"], completion["usage"]
    if message.get("refusal"):
        part = {"type": "refusal", "refusal": message["refusal"]}
    else:
        part = {"type": "output_text", "text": message["content"] or "", "annotations": []}
    is_cut = choice["finish_reason"] == "length"
    return {
        "status": "incomplete" if is_cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if is_cut else None,
        "model": completion["model"],
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]},
        ],
        "usage": {
            "input_tokens": usage["prompt_tokens"],
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": usage["completion_tokens"],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage["total_tokens"],
        },
    }
