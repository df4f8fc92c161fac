"""Servers that do not take all of OpenAI's API: what they refuse is left out, learned once, and nothing else is."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from microcred.ai.base import ProviderError
from microcred.ai.dialects import Dialect, ResponseFormat
from microcred.ai.openai import OpenAIServer
from microcred.ai.openai_chat import OpenAIChat
from microcred.ai.prices import PriceTable
from tests.fakes.openai_server import FakeOpenAI, Received, Reply, chat
from tests.microcred.ai.test_openai_chat import SCHEMA, ask

ANSWER = '{"verdicts": []}'


def refused(message: str, *, param: str | None = None, code: int = 400) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    return Reply({"error": error}, status=code)


def no_max_tokens(body: dict[str, Any]) -> Reply | None:
    said = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    return refused(said, param="max_tokens") if "max_tokens" in body else None


def no_temperature(body: dict[str, Any]) -> Reply | None:
    said = "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) value is."
    return refused(said, param="temperature") if "temperature" in body else None


def no_schema(body: dict[str, Any]) -> Reply | None:
    is_schema = body.get("response_format", {}).get("type") == "json_schema"
    return refused("This response_format type is unavailable now", code=422) if is_schema else None


def no_format(body: dict[str, Any]) -> Reply | None:
    said = [{"loc": ["body", "response_format"], "msg": "Extra inputs are not permitted"}]
    return Reply({"detail": said}, status=422) if "response_format" in body else None


def server_that(*refuses: Callable[[dict[str, Any]], Reply | None]) -> Callable[[Received], Reply]:
    def answer(request: Received) -> Reply:
        return next((found for one in refuses if (found := one(request.body))), chat(ANSWER))

    return answer


@pytest.fixture
def model(server: OpenAIServer) -> OpenAIChat:
    return OpenAIChat(server, models={"scoring": "house-model"}, prices=PriceTable())


@pytest.mark.parametrize(
    ("refuses", "learned"),
    [
        ((no_max_tokens,), Dialect(limit="max_completion_tokens")),
        ((no_temperature,), Dialect(has_temperature=False)),
        ((no_schema,), Dialect(form=ResponseFormat.OBJECT)),
        ((no_format,), Dialect(form=ResponseFormat.WORDS)),
        (
            (no_max_tokens, no_temperature, no_format),
            Dialect("max_completion_tokens", has_temperature=False, form=ResponseFormat.WORDS),
        ),
    ],
)
def test_what_is_refused_is_left_out_from_then_on(
    fake: FakeOpenAI, model: OpenAIChat, refuses: tuple[Any, ...], learned: Dialect
) -> None:
    fake.script = server_that(*refuses)

    with structlog.testing.capture_logs() as logs:
        first = ask(model)
    tries = len(fake.requests)
    second = ask(model)

    assert (first.content, second.content) == (ANSWER, ANSWER)
    assert len(fake.requests) == tries + 1
    (line,) = [one for one in logs if one["event"] == "ai.dialect_learned"]
    assert (line["limit"], line["has_temperature"], line["form"]) == (
        learned.limit,
        learned.has_temperature,
        learned.form,
    )


def test_without_a_schema_on_the_wire_the_prompt_has_it(fake: FakeOpenAI, model: OpenAIChat) -> None:
    fake.script = server_that(no_schema)

    ask(model)

    sent = fake.requests[-1].body
    assert sent["response_format"] == {"type": "json_object"}
    system = sent["messages"][0]["content"]
    begin, _, schema = system.partition("It fits this JSON Schema: ")
    assert begin == "Score the essay.\n\nAnswer with one JSON object and nothing else. "
    assert json.loads(schema) == SCHEMA
    assert sent["messages"][1]["content"] == "An index makes reading fast."


@pytest.mark.parametrize(
    "refusal",
    [
        refused("This model's maximum context length is 4096 tokens."),
        refused("No.", param="messages[1].content"),
        Reply("<!doctype html><title>No</title>", status=400),
    ],
)
def test_what_names_nothing_of_ours_is_no_reason_to_ask_again(
    fake: FakeOpenAI, model: OpenAIChat, refusal: Reply
) -> None:
    fake.queue(refusal)

    with pytest.raises(ProviderError) as failed:
        ask(model)

    assert (failed.value.kind, failed.value.retryable, len(fake.requests)) == ("bad_request", False, 1)


def test_a_server_that_wants_neither_name_of_the_limit_is_asked_with_each_once(
    fake: FakeOpenAI, model: OpenAIChat
) -> None:
    fake.script = lambda request: refused("'max_tokens' or 'max_completion_tokens' is too large: 300.")

    with pytest.raises(ProviderError):
        ask(model)

    assert [set(one.body) & {"max_tokens", "max_completion_tokens"} for one in fake.requests] == [
        {"max_tokens"},
        {"max_completion_tokens"},
    ]
    fake.script = server_that()
    ask(model)
    assert "max_tokens" in fake.requests[-1].body


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("gpt-4o-mini", Dialect()),
        ("gpt-5-mini", Dialect("max_completion_tokens", has_temperature=False)),
        ("openai/o3", Dialect("max_completion_tokens", has_temperature=False)),
        ("demo3", Dialect()),
    ],
)
def test_reasoning_models_are_known_by_name_behind_a_gateway_too(name: str, guess: Dialect) -> None:
    assert Dialect.guessed(name) == guess
