"""Chats with a server that speaks OpenAI's API: what is asked, what is made of the answer, and the plain way to ask."""

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import structlog

from microcred.ai.base import ChatReply, Prompt
from microcred.ai.dialects import Dialect
from microcred.ai.openai import PROVIDER, OpenAIServer
from microcred.ai.openai_replies import Completion, read_completion
from microcred.ai.prices import PriceTable
from microcred.ai.transport import Call, Response

log = structlog.get_logger(__name__)


class OpenAIModel(ABC):
    """A chat model of a server; ``models`` names a model for each task."""

    def __init__(self, server: OpenAIServer, *, models: Mapping[str, str], prices: PriceTable) -> None:
        self._server = server
        self._models = models
        self._prices = prices
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
        prompt = Prompt(model, system, user, schema_name, schema, max_tokens)
        started = time.monotonic()
        with self._server.call() as call:
            raw = self._ask(prompt, call)
        return self._told(raw, task, started, prompt_characters=len(system) + len(user), model=model)

    @abstractmethod
    def _ask(self, prompt: Prompt, call: Call) -> Response:
        """Return the response that holds the answer."""

    @abstractmethod
    def _read(self, body: bytes, *, prompt_characters: int, asked_model: str) -> Completion:
        """Read the answer. Raises ProviderError for everything but a whole one."""

    def _told(
        self, raw: Response, task: str, started: float, *, prompt_characters: int, model: str
    ) -> ChatReply:
        """Read an answer that was asked for at ``started``, with its cost."""
        completion = self._read(raw.content, prompt_characters=prompt_characters, asked_model=model)
        milliseconds = round((time.monotonic() - started) * 1000)
        reply = priced(completion, self._prices, asked_model=model, latency_ms=milliseconds)
        _log(task, reply, raw.headers.get("x-request-id"))
        return reply


class OpenAIChat(OpenAIModel):
    """Chat completions with a strict JSON schema, or as near to that as the server comes.

    A server that refuses a part of the request by its name is asked once more without it, under the same deadline. What
    it takes is remembered for as long as the process lives.
    """

    def __init__(self, server: OpenAIServer, *, models: Mapping[str, str], prices: PriceTable) -> None:
        super().__init__(server, models=models, prices=prices)
        self._dialects: dict[str, Dialect] = {}

    def _ask(self, prompt: Prompt, call: Call) -> Response:
        import openai

        dialect = self._dialects.get(prompt.model) or Dialect.guessed(prompt.model)
        refused: set[Dialect] = set()
        while True:
            try:
                response = self._post(dialect.request(prompt))
            except (openai.BadRequestError, openai.UnprocessableEntityError) as refusal:
                refused.add(dialect)
                other = dialect.after(_words_of(refusal))
                if other is None or other in refused:
                    raise
                dialect = other
                continue
            if refused:
                self._dialects[prompt.model] = dialect
                log.info("ai.dialect_learned", model=prompt.model, **asdict(dialect))
            return response

    def _post(self, body: dict[str, Any]) -> Response:
        # What the SDK's own method adds is to walk through prompt and schema and change nothing.
        return self._server.sdk.post("/chat/completions", cast_to=Response, body=body)

    def _read(self, body: bytes, *, prompt_characters: int, asked_model: str) -> Completion:
        return read_completion(body, prompt_characters=prompt_characters, asked_model=asked_model)


def _words_of(refusal: Any) -> str:
    """What a server says that it does not take: the parameter where it names one, what it has to say otherwise."""
    body = refusal.body if isinstance(refusal.body, Mapping) else {}
    return str(refusal.param or body.get("message") or body.get("detail") or refusal.message)


def priced(completion: Completion, prices: PriceTable, *, asked_model: str, latency_ms: int) -> ChatReply:
    """Return a completion with its cost, which is 0 for a model without a price."""
    usage = completion.usage
    price = prices.find(completion.model, asked_model)
    if price is None:
        log.warning("ai.price_unknown", model=completion.model)
    return ChatReply(
        content=completion.content,
        model=completion.model,
        input_tokens=usage.input,
        output_tokens=usage.output,
        latency_ms=latency_ms,
        cost_microcents=price.microcents(
            input_tokens=usage.input, output_tokens=usage.output, cached_tokens=usage.cached
        )
        if price
        else 0,
        finish_reason=completion.finish_reason,
        usage_reported=usage.reported,
        price_known=price is not None,
    )


def _log(task: str, reply: ChatReply, provider_request: str | None) -> None:
    """Log what a chat took, under the provider's own name for the request."""
    log.info(
        "ai.chat",
        task=task,
        model=reply.model,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        cost_microcents=reply.cost_microcents,
        latency_ms=reply.latency_ms,
        provider_request=provider_request,
    )
