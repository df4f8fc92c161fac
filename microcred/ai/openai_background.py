"""Chats that OpenAI answers in the background: a request returns the name of its answer at once, and whoever has the
name can fetch the answer for about ten minutes (https://developers.openai.com/docs/guides/background).

So an answer outlives the process that asked for it. OpenAI stores what was sent for that time too.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from microcred.ai import stored_responses
from microcred.ai.base import ChatReply, Prompt
from microcred.ai.dialects import Dialect, sendable, strict_schema
from microcred.ai.openai import OpenAIServer
from microcred.ai.openai_chat import OpenAIModel
from microcred.ai.openai_replies import Completion
from microcred.ai.openai_responses import read_answer, read_state
from microcred.ai.prices import PriceTable
from microcred.ai.transport import Call, Response

# A second is little beside what a model takes, and is worth no more requests.
FIRST_WAIT_SECONDS: Final = 0.1
LONGEST_WAIT_SECONDS: Final = 1.0
GROWTH: Final = 1.5
MOST_FAILURES: Final = 5  # in a row, of asking for an answer


class OpenAIBackground(OpenAIModel):
    """A chat model as `OpenAIChat`, but for where answers are kept; `stored_responses` says under which name."""

    def __init__(
        self,
        server: OpenAIServer,
        *,
        models: Mapping[str, str],
        prices: PriceTable,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(server, models=models, prices=prices)
        self._wait = wait

    def fetch(self, kept_as: str, *, model: str, task: str, prompt_characters: int) -> ChatReply:
        """Return the answer that is kept under a name, once it is there. ``model`` was asked, in a prompt of so many
        characters; both stand in where the answer does not say. Raises ProviderError."""
        started = time.monotonic()
        with self._server.call() as call:
            raw = self._awaited(kept_as, call)
        return self._told(raw, task, started, prompt_characters=prompt_characters, model=model)

    def _ask(self, prompt: Prompt, call: Call) -> Response:
        raw = self._server.sdk.post("/responses", cast_to=Response, body=background_request(prompt))
        state = read_state(raw.content)
        stored_responses.report_response_id(state.name)
        return raw if state.is_over else self._awaited(state.name, call)

    def _read(self, body: bytes, *, prompt_characters: int, asked_model: str) -> Completion:
        return read_answer(body, prompt_characters=prompt_characters, asked_model=asked_model)

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


def background_request(prompt: Prompt) -> dict[str, Any]:
    """Return the body of a request whose answer is made in the background."""
    return {
        "model": prompt.model,
        "instructions": sendable(prompt.system),
        "input": sendable(prompt.user),
        "text": {"format": {"type": "json_schema", **strict_schema(prompt)}},
        "max_output_tokens": prompt.max_tokens,
        "background": True,
        "store": True,
        **Dialect.guessed(prompt.model).sampling,
    }
