"""The real openai SDK against a real server: what is sent, what comes back, what a failure is called."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
import structlog

from microcred.ai.base import ChatReply, FailureKind, ProviderError
from microcred.ai.openai import OpenAIServer
from microcred.ai.openai_chat import OpenAIChat
from microcred.ai.prices import PriceTable
from tests.fakes import openai_server
from tests.fakes.openai_server import (
    FakeOpenAI,
    Fault,
    Reply,
    chat,
    faulty,
    html,
    huge,
    refusal,
    status,
    truncated,
)
from tests.ops.harness import PATIENCE_SECONDS, wait_until

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["verdicts"],
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["criterion", "reason", "quote", "level"],
                "properties": {
                    "criterion": {"type": "string", "enum": ["clarity", "evidence"]},
                    "reason": {"type": "string"},
                    "quote": {"type": "string"},
                    "level": {"type": "string", "enum": ["l0", "l1", "l2"]},
                },
            },
        }
    },
}
MODELS = {"scoring": "gpt-4o-mini", "explanation": "gpt-4.1-nano", "embedding": "text-embedding-3-small"}


@pytest.fixture
def chat_model(server: OpenAIServer) -> OpenAIChat:
    return OpenAIChat(server, models=MODELS, prices=PriceTable())


def ask(model: OpenAIChat, *, task: str = "scoring", user: str = "An index makes reading fast.") -> ChatReply:
    return model.complete(
        system="Score the essay.",
        user=user,
        schema_name="essay_scores",
        schema=SCHEMA,
        task=task,
        max_tokens=300,
    )


def test_a_chat_asks_for_the_schema_strictly_and_reports_the_reply(
    fake: FakeOpenAI, chat_model: OpenAIChat
) -> None:
    reply = ask(chat_model)

    sent = fake.requests[0].body
    assert sent == {
        "model": "gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "Score the essay."},
            {"role": "user", "content": "An index makes reading fast."},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "essay_scores", "strict": True, "schema": SCHEMA},
        },
        "max_tokens": 300,
        "temperature": 0.0,
    }
    assert fake.requests[0].headers["authorization"] == "Bearer sk-test"
    verdicts = json.loads(reply.content)["verdicts"]
    assert [verdict["criterion"] for verdict in verdicts] == ["clarity", "evidence"]
    assert verdicts[0]["quote"] == "An index makes reading fast."
    assert (reply.model, reply.finish_reason, reply.input_tokens) == ("gpt-4o-mini", "stop", 11)
    assert reply.cost_microcents == 11 * 15 + reply.output_tokens * 60
    assert reply.price_known
    assert reply.usage_reported


def test_each_task_has_its_model(fake: FakeOpenAI, chat_model: OpenAIChat) -> None:
    ask(chat_model, task="explanation")
    ask(chat_model, task="something else")

    assert [request.body["model"] for request in fake.requests] == ["gpt-4.1-nano", "gpt-4o-mini"]


def test_a_reasoning_model_gets_the_options_it_accepts(fake: FakeOpenAI, server: OpenAIServer) -> None:
    ask(OpenAIChat(server, models={"scoring": "gpt-5-mini"}, prices=PriceTable()))

    sent = fake.requests[0].body
    assert sent["max_completion_tokens"] == 300
    assert "temperature" not in sent
    assert "max_tokens" not in sent


def test_a_model_without_a_price_costs_nothing_and_says_so(fake: FakeOpenAI, server: OpenAIServer) -> None:
    reply = ask(OpenAIChat(server, models={"scoring": "llama3.1:8b"}, prices=PriceTable()))

    assert (reply.cost_microcents, reply.price_known) == (0, False)


def test_the_name_of_a_model_is_kept_as_far_as_the_ledger_holds_it(
    fake: FakeOpenAI, chat_model: OpenAIChat
) -> None:
    named = chat('{"verdicts": []}')
    assert isinstance(named.body, dict)
    fake.queue(Reply(named.body | {"model": "m" * 5000}))

    assert ask(chat_model).model == "m" * 64


def test_the_number_that_the_provider_gave_the_request_is_logged(
    fake: FakeOpenAI, chat_model: OpenAIChat
) -> None:
    fake.queue(replace(chat("{}"), headers={"x-request-id": "req_7"}))

    with structlog.testing.capture_logs() as logs:
        ask(chat_model)

    assert [line["provider_request"] for line in logs if line["event"] == "ai.chat"] == ["req_7"]


def test_a_lone_surrogate_in_an_answer_does_not_stop_the_call(
    fake: FakeOpenAI, chat_model: OpenAIChat
) -> None:
    ask(chat_model, user="broken \ud800 text")

    assert fake.requests[0].prompt == "broken ? text"


@pytest.mark.parametrize(
    ("bad", "kind", "retryable"),
    [
        (status(400), "bad_request", False),
        (status(401), "auth", False),
        (status(403), "auth", False),
        (status(404), "bad_request", False),
        (status(302, location="http://127.0.0.1:9/"), "bad_request", False),
        (status(408), "bad_request", True),
        (status(429), "rate_limit", True),
        (status(429, error="insufficient_quota"), "quota", False),
        (status(500), "server", True),
        (status(503), "server", True),
        (Reply("<h1>Bad gateway</h1>", status=502, headers={"Content-Type": "text/html"}), "server", True),
        (refusal(), "refusal", False),
        (chat("", finish_reason="content_filter"), "refusal", False),
        (truncated(), "truncated", False),
        (chat(""), "empty", True),
        (chat(None), "empty", True),
        (chat("a\x00b"), "bad_reply", True),
        (html(), "bad_reply", True),
        (Reply("{not json"), "bad_reply", True),
        (Reply("[" * 100_000), "bad_reply", True),
        (Reply("[]"), "bad_reply", True),
        (Reply({"choices": []}), "bad_reply", True),
        (Reply({"choices": [{"message": "hello"}]}), "bad_reply", True),
        (Reply({"choices": [{"message": {"content": 5}}]}), "bad_reply", True),
        (Reply({"error": {"message": "upstream failed"}}), "bad_reply", True),
        (Reply(b"", headers={"Content-Encoding": "gzip"}), "bad_reply", False),
        (huge(), "too_large", False),
        (faulty("cut"), "connection", True),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_every_failure_has_a_kind_and_says_whether_to_retry(
    fake: FakeOpenAI, chat_model: OpenAIChat, bad: Reply, kind: FailureKind, retryable: bool
) -> None:
    fake.queue(bad)

    with pytest.raises(ProviderError) as raised:
        ask(chat_model)

    assert (raised.value.kind, raised.value.retryable) == (kind, retryable)
    assert len(fake.requests) == 1, "the SDK must not retry by itself"


@pytest.mark.parametrize("fault", ["hang", "drip", "drip_headers"])
def test_the_deadline_of_a_call_ends_it_though_the_server_never_would(
    fake: FakeOpenAI, impatient: OpenAIServer, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    # A byte now and then, so that no read takes long, and the last of them in an hour.
    monkeypatch.setattr(openai_server, "DRIP_SECONDS", 0.05)
    fake.queue(Reply(b"x" * 72_000, headers={"X": "x" * 72_000}, fault=fault))
    began = time.monotonic()

    with pytest.raises(ProviderError) as raised:
        ask(OpenAIChat(impatient, models=MODELS, prices=PriceTable()))

    assert (raised.value.kind, raised.value.retryable) == ("timeout", True)
    assert 0.5 <= time.monotonic() - began < 600
    wait_until(lambda: len(fake.requests) > 0, PATIENCE_SECONDS, "the server has come to it")
    assert len(fake.requests) == 1, "the SDK must not retry by itself"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "7", "retry_after_ms": "250"}, 0.25),
        ({"retry_after": "Fri, 20 Nov 2026 10:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry_after": "Fri, 20 Nov 2026 09:00:00 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "nan"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_a_rate_limit_asks_for_is_passed_on(
    fake: FakeOpenAI, chat_model: OpenAIChat, headers: dict[str, str], seconds: float | None
) -> None:
    fake.queue(status(429, **headers))

    with pytest.raises(ProviderError) as raised:
        ask(chat_model)

    assert raised.value.retry_after == seconds


def test_a_slow_reply_within_the_deadline_is_a_reply(fake: FakeOpenAI, chat_model: OpenAIChat) -> None:
    fake.queue(Reply(chat("{}").body, delay=0.3))
    began = time.monotonic()

    reply = ask(chat_model)

    assert reply.content == "{}"
    assert 300 <= reply.latency_ms <= round((time.monotonic() - began) * 1000)


def test_an_unreachable_server_is_a_connection_failure() -> None:
    with FakeOpenAI() as gone:
        address = gone.base_url
    server = OpenAIServer(api_key="sk-test", base_url=address, timeout=0.5, connect_timeout=0.5)

    with pytest.raises(ProviderError) as raised:
        ask(OpenAIChat(server, models=MODELS, prices=PriceTable()))
    server.close()

    assert (raised.value.kind, raised.value.retryable) == ("connection", True)


def test_a_wrong_key_is_named_without_showing_it(fake: FakeOpenAI, chat_model: OpenAIChat) -> None:
    fake.api_key = "sk-other"

    with pytest.raises(ProviderError) as raised:
        ask(chat_model)

    assert raised.value.kind == "auth"
    assert "sk-" not in str(raised.value)


def test_missing_usage_is_estimated_at_four_characters_a_token(
    fake: FakeOpenAI, chat_model: OpenAIChat
) -> None:
    fake.queue(Reply({"choices": [{"message": {"content": "x" * 41}, "finish_reason": "stop"}]}))

    reply = ask(chat_model, user="y" * 84)

    assert (reply.input_tokens, reply.output_tokens, reply.usage_reported) == (25, 11, False)
    assert reply.model == "gpt-4o-mini", "a server that does not say which model answered used the asked one"
