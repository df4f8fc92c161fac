"""Chats that OpenAI answers in the background: a request returns the name of its answer at once, and whoever has the
name can fetch the answer for about ten minutes (https://developers.openai.com/docs/guides/background).

So an answer outlives the process that asked for it. OpenAI stores what was sent for that time too.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from microcred.ai import keeping
from microcred.ai.base import ChatReply
from microcred.ai.openai import PROVIDER, OpenAIServer, log_chat, priced, sampling, sendable
from microcred.ai.openai_answers import read_answer, read_state
from microcred.ai.prices import PriceTable
from microcred.ai.transport import Call, Response

log = structlog.get_logger(__name__)

# A second is little beside what a model takes, and is worth no more requests.
FIRST_WAIT_SECONDS: Final = 0.1
LONGEST_WAIT_SECONDS: Final = 1.0
GROWTH: Final = 1.5
MOST_FAILURES: Final = 5  # in a row, of asking for an answer


class OpenAIBackground:
    """A chat model as `OpenAIChat`, but for where answers are kept: `keeping.tell` says under which name."""

    def __init__(
        self,
        server: OpenAIServer,
        *,
        models: Mapping[str, str],
        prices: PriceTable,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._server = server
        self._models = models
        self._prices = prices
        self._wait = wait
        self.provider = PROVIDER
        self.model = models["scoring"]

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
        """Answer ``user`` with JSON of ``schema``; see ChatModel. Raises ProviderError."""
        model = self._models.get(task, self.model)
        request = background_request(
            model=model,
            system=system,
            user=user,
            schema_name=schema_name,
            schema=schema,
            max_tokens=max_tokens,
        )
        started = time.monotonic()
        with self._server.call() as call:
            raw = self._server.sdk.post("/responses", cast_to=Response, body=request)
            state = read_state(raw.content)
            keeping.tell(state.name)
            if not state.is_over:
                raw = self._awaited(state.name, call)
        return self._read(raw, task, started, prompt_characters=len(system) + len(user), model=model)

    def fetch(self, kept_as: str, *, model: str, task: str, prompt_characters: int) -> ChatReply:
        """Return the answer that is kept under a name, once it is there. ``model`` was asked, in a prompt of so many
        characters; both stand in where the answer does not say. Raises ProviderError."""
        started = time.monotonic()
        with self._server.call() as call:
            raw = self._awaited(kept_as, call)
        return self._read(raw, task, started, prompt_characters=prompt_characters, model=model)

    def _awaited(self, name: str, call: Call) -> Response:
        """Ask until the answer is there; the deadline of the call ends that. The answer is paid for: a question that
        fails is asked again."""
        import openai

        seconds, failures = FIRST_WAIT_SECONDS, 0
        while True:
            try:
                raw = self._server.sdk.get(f"/responses/{name}", cast_to=Response)
                if read_state(raw.content).is_over:
                    return raw
                failures = 0
            except (openai.APIConnectionError, openai.InternalServerError, openai.RateLimitError):
                failures += 1
                if call.expired or failures > MOST_FAILURES:
                    raise
            self._wait(seconds)
            seconds = min(LONGEST_WAIT_SECONDS, GROWTH * seconds)

    def _read(
        self, raw: Response, task: str, started: float, *, prompt_characters: int, model: str
    ) -> ChatReply:
        completion = read_answer(raw.content, prompt_characters=prompt_characters, asked_model=model)
        milliseconds = round((time.monotonic() - started) * 1000)
        reply = priced(completion, self._prices, asked_model=model, latency_ms=milliseconds)
        log_chat(task, reply, raw.headers.get("x-request-id"))
        return reply


def background_request(
    *, model: str, system: str, user: str, schema_name: str, schema: Mapping[str, Any], max_tokens: int
) -> dict[str, Any]:
    """Return the body of a request whose answer is made in the background."""
    wanted = {"type": "json_schema", "name": schema_name, "strict": True, "schema": dict(schema)}
    return {
        "model": model,
        "instructions": sendable(system),
        "input": sendable(user),
        "text": {"format": wanted},
        "max_output_tokens": max_tokens,
        "background": True,
        "store": True,
        **sampling(model),
    }
