"""Chat models that answer from a script: the real client is tested beside the providers."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from microcred.ai.base import ChatReply
from scoring.essays.control import KEYS
from tests.fakes.controls import answered

Reply = Callable[[str, Mapping[str, Any]], str]
FENCE = re.compile(r"<<<ANSWER (\w+) \w+>>>\n(.*?)\n<<<END ANSWER \1 \w+>>>", re.DOTALL)


@dataclass
class ScriptedChat:
    """Answers each call with ``reply(user, schema)`` and keeps what it was asked."""

    reply: Reply
    calls: list[dict[str, Any]] = field(default_factory=list)
    provider: str = "scripted"
    model: str = "scripted-1"

    def complete(self, **asked: Any) -> ChatReply:
        """Record the call and answer it."""
        self.calls.append(asked)
        content = answered(self.reply(asked["user"], asked["schema"]), asked["schema"])
        return ChatReply(
            content=content,
            model=self.model,
            input_tokens=1001,
            output_tokens=301,
            latency_ms=750,
            cost_microcents=100_001,
            finish_reason="stop",
        )


def answers_in(user: str) -> dict[str, str]:
    """The fenced answers of a prompt, by label."""
    return dict(FENCE.findall(user))


def verdict(
    level: str, quote: str | None, reason: str = "You say it plainly.", **changes: Any
) -> dict[str, Any]:
    """One criterion as a model would write it."""
    quotes = [quote] if quote else []
    return {"reason": reason, "quotes": quotes, "absent": quote is None, "level": level, **changes}


def honest(user: str, schema: Mapping[str, Any]) -> str:
    """The second level everywhere, resting on the first line of the answer."""
    return _every(user, schema, lambda levels: levels[1])


def obedient(user: str, schema: Mapping[str, Any]) -> str:
    """The best level everywhere when the prompt holds an order to that effect, else honest."""
    ordered = re.search(r"(?i)highest (?:score|level)|full marks", user)
    return _every(user, schema, lambda levels: levels[-1]) if ordered else honest(user, schema)


def _every(user: str, schema: Mapping[str, Any], pick: Callable[[list[str]], str]) -> str:
    body = {}
    for label, answer in answers_in(user).items():
        criteria = schema["properties"][label]["properties"]["criteria"]["properties"]
        quote = answer.splitlines()[0][:60].rsplit(" ", 1)[0]
        body[label] = {
            "instructions_in_answer": False,
            "criteria": {
                key: verdict(pick(part["properties"]["level"]["enum"]), quote)
                for key, part in criteria.items()
                if key not in KEYS
            },
        }
    return answered(json.dumps(body), schema)
