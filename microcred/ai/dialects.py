"""What servers that speak OpenAI's API do not take of it, as they say it themselves.

Some models know the limit of an answer by another name, some take no temperature, and some servers hold no answer to a
schema. None of them can be asked beforehand, and names of models do not tell: gateways make up their own.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self

from microcred.ai.base import Prompt

# Reasoning models take no temperature and count their hidden tokens in max_completion_tokens; gateways put the name of
# the maker before that of the model.
_REASONING_MODEL: Final = re.compile(r"(?:^|/)(?:o\d|gpt-5)")
_OTHER_LIMIT: Final = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
_ABOUT_FORMATS: Final = ("response_format", "response format", "json_schema", "json_object")
_LONGEST_REFUSAL: Final = 500
_IN_WORDS: Final = "Answer with one JSON object and nothing else. It fits this JSON Schema:"


class ResponseFormat(StrEnum):
    """How an answer is held to be JSON of a schema: by the server, or by the words of the prompt."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    WORDS = "text"


_LOOSER: Final = {ResponseFormat.SCHEMA: ResponseFormat.OBJECT, ResponseFormat.OBJECT: ResponseFormat.WORDS}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a model is asked: the name of the limit, whether it is given a temperature, and the form of its answer."""

    limit: str = "max_tokens"
    has_temperature: bool = True
    form: ResponseFormat = ResponseFormat.SCHEMA

    @classmethod
    def guessed(cls, model: str) -> Self:
        """Return what a model most likely takes, by its name."""
        if _REASONING_MODEL.search(model):
            return cls(limit="max_completion_tokens", has_temperature=False)
        return cls()

    @property
    def sampling(self) -> dict[str, float]:
        """How the model is to choose its words: always the likeliest, where it can be told."""
        return {"temperature": 0.0} if self.has_temperature else {}

    def after(self, refusal: str) -> "Dialect | None":
        """Return how to ask instead, by what the server says it does not take; None if that is something else."""
        said = refusal[:_LONGEST_REFUSAL].casefold()
        if self.limit in said:
            return replace(self, limit=_OTHER_LIMIT[self.limit])
        if self.has_temperature and "temperature" in said:
            return replace(self, has_temperature=False)
        if self.form in _LOOSER and any(words in said for words in _ABOUT_FORMATS):
            return replace(self, form=_LOOSER[self.form])
        return None

    def request(self, prompt: Prompt) -> dict[str, Any]:
        """Return the body of a request for a chat completion."""
        system = prompt.system
        if self.form != ResponseFormat.SCHEMA:
            system = f"{system}\n\n{_IN_WORDS} {json.dumps(prompt.schema, ensure_ascii=False)}"
        return {
            "model": prompt.model,
            "messages": [
                {"role": "system", "content": sendable(system)},
                {"role": "user", "content": sendable(prompt.user)},
            ],
            **self._format(prompt),
            self.limit: prompt.max_tokens,
            **self.sampling,
        }

    def _format(self, prompt: Prompt) -> Mapping[str, Any]:
        match self.form:
            case ResponseFormat.SCHEMA:
                return {"response_format": {"type": "json_schema", "json_schema": strict_schema(prompt)}}
            case ResponseFormat.OBJECT:
                return {"response_format": {"type": "json_object"}}
            case ResponseFormat.WORDS:
                return {}


def strict_schema(prompt: Prompt) -> dict[str, Any]:
    """Return the schema that the answer is to have, with its name."""
    return {"name": prompt.schema_name, "strict": True, "schema": dict(prompt.schema)}


def sendable(text: str) -> str:
    """Return a text without lone surrogates, which a student's answer may contain, and which cannot be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")
