"""Replies of a model to the golden set, kept as files, and a chat model that gives them again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from microcred.ai.base import ChatModel, ChatReply, ProviderError
from scoring.essays.prompt import PROMPT_VERSION
from scoring.golden.essays import DATA

FOLDER: Final = DATA / "replies"
_FENCE: Final = "<<<ANSWER "


class RepliesUnfit(ValueError):
    """The replies on file belong to another version of the prompt."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Replies by what was asked; ``source`` says how they came about, ``model`` who gave them."""

    prompt_version: str
    model: str
    source: str
    replies: Mapping[str, str]


def recorded(name: str) -> Recorded:
    """Read the replies on file under a name.

    Raises:
        RepliesUnfit: if they were given to another version of the prompt than the one in use.
    """
    body = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    if body["prompt_version"] != PROMPT_VERSION:
        raise RepliesUnfit(
            f"{name} holds replies to {body['prompt_version']}, the prompt is {PROMPT_VERSION}"
        )
    replies = {key: json.dumps(reply) for key, reply in body["replies"].items()}
    return Recorded(body["prompt_version"], body["model"], body["source"], replies)


def write(name: str, kept: Recorded) -> Path:
    """Write replies to a file; return its path."""
    path = FOLDER / f"{name}.json"
    body = {
        "prompt_version": kept.prompt_version,
        "model": kept.model,
        "source": kept.source,
        "replies": {key: json.loads(reply) for key, reply in sorted(kept.replies.items())},
    }
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def question_key(system: str, user: str) -> str:
    """What identifies a call: everything that was sent but the random word of the fence."""
    nonce = user.split(_FENCE, 1)[1].split(">>>", 1)[0].split()[1]
    return sha256(f"{system}\n{user.replace(nonce, '')}".encode()).hexdigest()[:24]


@dataclass
class RecordedChat:
    """Gives the replies on file; a call that was never recorded fails for good."""

    kept: Recorded
    provider: str = "recorded"

    @property
    def model(self) -> str:
        """The model that gave the replies."""
        return self.kept.model

    def complete(
        self,
        *,
        system: str,
        user: str,
        schema_name: str,
        schema: Mapping[str, Any],
        task: str,
        max_tokens: int,
    ) -> ChatReply:
        """Answer as it was answered then."""
        content = self.kept.replies.get(question_key(system, user))
        if content is None:
            raise ProviderError("no reply to this is on file", retryable=False, kind="bad_request")
        return ChatReply(content, self.model, 0, 0, 0, 0, "stop")


@dataclass
class RecordingChat:
    """Passes calls on and keeps the replies."""

    chat: ChatModel
    replies: dict[str, str] = field(default_factory=dict)

    @property
    def provider(self) -> str:
        """The provider that answers."""
        return self.chat.provider

    @property
    def model(self) -> str:
        """The model that answers."""
        return self.chat.model

    def complete(self, *, system: str, user: str, **asked: Any) -> ChatReply:
        """Ask, and keep the answer."""
        reply = self.chat.complete(system=system, user=user, **asked)
        self.replies[question_key(system, user)] = reply.content
        return reply
