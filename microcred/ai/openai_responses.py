"""Reading what OpenAI's Responses interface sends back, without trusting it to have its promised shape."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from microcred.ai.base import ProviderError
from microcred.ai.openai_replies import (
    Completion,
    bad_reply,
    completion,
    count,
    estimated,
    read_object,
    reported,
)

# It becomes a part of an address.
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
UNDER_WAY: Final = frozenset({"queued", "in_progress"})


@dataclass(frozen=True, slots=True)
class State:
    """Under which name an answer is kept, and whether nothing more will come of it."""

    name: str
    is_over: bool


def read_state(body: bytes) -> State:
    """Return how an answer stands. Raises ProviderError where that is not said."""
    data = read_object(body)
    name, status = data.get("id"), data.get("status")
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise bad_reply("it has no id")
    if not isinstance(status, str):
        raise bad_reply("it has no status")
    return State(name, status not in UNDER_WAY)


def read_answer(body: bytes, *, prompt_characters: int, asked_model: str) -> Completion:
    """Read an answer that is over. Raises ProviderError for everything but a whole answer."""
    data = read_object(body)
    status = data.get("status")
    if status == "incomplete":
        raise _incomplete(data)
    if status != "completed":
        raise ProviderError(f"the answer ended as {_word(status)}", retryable=True, kind="server")
    parts = list(_parts(data))
    if any(part.get("type") == "refusal" for part in parts):
        raise ProviderError("the model refused to answer", retryable=False, kind="refusal")
    texts = [part.get("text") for part in parts if part.get("type") == "output_text"]
    if not all(isinstance(text, str) for text in texts):
        raise bad_reply("its content is not text")
    content = "".join(map(str, texts))
    usage = _usage(data.get("usage")) or estimated(prompt_characters, len(content))
    return completion(content, data.get("model") or asked_model, "stop", usage, asked_model=asked_model)


def _parts(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What the messages of an answer consist of; a reasoning model has other output too."""
    output = data.get("output")
    for item in output if isinstance(output, list) else []:
        content = item.get("content") if isinstance(item, dict) and item.get("type") == "message" else None
        yield from (part for part in content or () if isinstance(part, dict))


def _incomplete(data: Mapping[str, Any]) -> ProviderError:
    details = data.get("incomplete_details")
    if isinstance(details, dict) and details.get("reason") == "content_filter":
        return ProviderError("the model refused to answer", retryable=False, kind="refusal")
    return ProviderError("the answer reached max_tokens", retryable=False, kind="truncated")


def _usage(usage: object) -> Any:
    if not isinstance(usage, dict):
        return None
    details = usage.get("input_tokens_details")
    cached = count(details.get("cached_tokens")) if isinstance(details, dict) else 0
    return reported(count(usage.get("input_tokens")), count(usage.get("output_tokens", 0)), cached)


def _word(status: object) -> str:
    return status if isinstance(status, str) and status.isidentifier() else "nothing known"
