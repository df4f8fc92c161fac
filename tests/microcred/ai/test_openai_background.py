"""Answers that the provider makes in the background and keeps: the real openai SDK against a real server."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from microcred.ai.base import ChatReply, FailureKind, ProviderError
from microcred.ai.openai import OpenAIServer
from microcred.ai.openai_background import MOST_FAILURES, OpenAIBackground
from microcred.ai.prices import PriceTable
from microcred.ai.stored_responses import on_response_id
from tests.fakes.openai_server import FakeOpenAI, Reply, chat, refusal, status, truncated

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["level"],
    "properties": {"level": {"type": "string", "enum": ["l0", "l1"]}},
}
MODELS = {"scoring": "gpt-4o-mini", "words": "gpt-5-nano", "embedding": "text-embedding-3-small"}


@pytest.fixture
def model(server: OpenAIServer) -> OpenAIBackground:
    return OpenAIBackground(server, models=MODELS, prices=PriceTable(), wait=lambda _: time.sleep(0.01))


def ask(model: OpenAIBackground, *, task: str = "scoring", user: str = "An essay.") -> ChatReply:
    return model.complete(
        system="Score the essay.",
        user=user,
        schema_name="essay_scores",
        schema=SCHEMA,
        task=task,
        max_tokens=300,
    )


def test_a_chat_asks_for_an_answer_that_is_kept(fake: FakeOpenAI, model: OpenAIBackground) -> None:
    fake.script = lambda _: '{"level": "l1"}'

    reply = ask(model, user="An essay \udcff.")

    assert fake.requests[0].path == "/v1/responses"
    assert fake.requests[0].body == {
        "model": "gpt-4o-mini",
        "instructions": "Score the essay.",
        "input": "An essay ?.",
        "text": {"format": {"type": "json_schema", "name": "essay_scores", "strict": True, "schema": SCHEMA}},
        "max_output_tokens": 300,
        "background": True,
        "store": True,
        "temperature": 0.0,
    }
    assert (reply.content, reply.model, reply.finish_reason) == ('{"level": "l1"}', "gpt-4o-mini", "stop")
    assert (reply.input_tokens, reply.output_tokens, reply.usage_reported) == (7, 4, True)
    assert reply.cost_microcents == 7 * 15 + 4 * 60


def test_a_reasoning_model_is_told_no_temperature(fake: FakeOpenAI, model: OpenAIBackground) -> None:
    ask(model, task="words")

    assert fake.requests[0].body["model"] == "gpt-5-nano"
    assert "temperature" not in fake.requests[0].body


def test_the_fake_answers_as_the_sdk_reads_answers(fake: FakeOpenAI, server: OpenAIServer) -> None:
    fake.script = lambda _: '{"level": "l0"}'

    begun = server.sdk.responses.create(
        model="gpt-4o-mini", instructions="Score.", input="An essay.", max_output_tokens=16, background=True
    )
    while (found := server.sdk.responses.retrieve(begun.id)).status == "in_progress":
        time.sleep(0.01)

    assert found.status == "completed"
    assert found.output_text == '{"level": "l0"}'
    assert found.usage is not None
    assert (found.usage.input_tokens, found.usage.output_tokens) == (4, 4)


def test_its_name_is_told_before_the_answer_is_there(fake: FakeOpenAI, model: OpenAIBackground) -> None:
    may_answer, heard = threading.Event(), []

    def answer(_: object) -> str:
        may_answer.wait(60)
        return '{"level": "l0"}'

    def hear(name: str) -> None:
        heard.append(name)
        may_answer.set()

    fake.script = answer
    with on_response_id(hear):
        ask(model)

    assert heard == ["resp_1"]


def test_whoever_has_the_name_fetches_the_answer(fake: FakeOpenAI, model: OpenAIBackground) -> None:
    fake.script = lambda _: '{"level": "l1"}'
    names: list[str] = []
    with on_response_id(names.append):
        first = ask(model)

    again = model.fetch(names[0], model="gpt-4o-mini", task="scoring", prompt_characters=25)

    assert (again.content, again.cost_microcents) == (first.content, first.cost_microcents)
    assert [request.method for request in fake.requests].count("POST") == 1


@pytest.mark.parametrize(
    ("said", "kind", "is_retryable"),
    [
        pytest.param(refusal(), "refusal", False, id="declined"),
        pytest.param(truncated(), "truncated", False, id="cut off"),
        pytest.param(chat(""), "empty", True, id="nothing"),
        pytest.param(chat("a\x00b"), "bad_reply", True, id="what cannot be stored"),
        pytest.param(status(500), "server", True, id="failed on the way"),
    ],
)
def test_an_answer_that_is_none(
    fake: FakeOpenAI, model: OpenAIBackground, said: Reply, kind: FailureKind, is_retryable: bool
) -> None:
    fake.script = lambda _: said

    with pytest.raises(ProviderError) as raised:
        ask(model)

    assert (raised.value.kind, raised.value.retryable) == (kind, is_retryable)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"status": "queued"}, id="no name"),
        pytest.param({"id": "../files/file-1", "status": "queued"}, id="a name that is a path"),
        pytest.param({"id": "r" * 129, "status": "queued"}, id="a long name"),
        pytest.param({"id": "resp_1"}, id="no state"),
        pytest.param("<!doctype html>", id="a page"),
    ],
)
def test_a_begin_that_cannot_be_read(
    fake: FakeOpenAI, model: OpenAIBackground, body: dict[str, Any] | str
) -> None:
    fake.queue(Reply(body))
    heard: list[str] = []

    with pytest.raises(ProviderError) as raised, on_response_id(heard.append):
        ask(model)

    assert (raised.value.kind, heard) == ("bad_reply", [])
    assert len(fake.requests) == 1


def slow(seconds: float) -> Callable[[object], str]:
    def answer(_: object) -> str:
        time.sleep(seconds)
        return '{"level": "l0"}'

    return answer


def test_a_question_that_fails_is_asked_again_for_the_answer_is_paid_for(
    fake: FakeOpenAI, model: OpenAIBackground
) -> None:
    fake.script = slow(0.05)
    names: list[str] = []
    with on_response_id(names.append):
        ask(model)
    fake.queue(*[status(503)] * (MOST_FAILURES - 1), status(429))

    reply = model.fetch(names[0], model="gpt-4o-mini", task="scoring", prompt_characters=25)

    assert reply.content == '{"level": "l0"}'


def test_a_provider_that_cannot_be_asked_any_more(fake: FakeOpenAI, model: OpenAIBackground) -> None:
    fake.queue(*[status(503)] * (MOST_FAILURES + 1))

    with pytest.raises(ProviderError) as raised:
        model.fetch("resp_1", model="gpt-4o-mini", task="scoring", prompt_characters=25)

    assert (raised.value.kind, raised.value.retryable) == ("server", True)


def test_an_answer_that_is_kept_no_longer(model: OpenAIBackground) -> None:
    with pytest.raises(ProviderError) as raised:
        model.fetch("resp_404", model="gpt-4o-mini", task="scoring", prompt_characters=25)

    assert (raised.value.kind, raised.value.retryable) == ("bad_request", False)


def test_an_answer_is_awaited_for_as_long_as_a_call_may_take(
    fake: FakeOpenAI, impatient: OpenAIServer
) -> None:
    def never(_: object) -> str:
        fake.stopping.wait()
        return ""

    fake.script = never
    model = OpenAIBackground(impatient, models=MODELS, prices=PriceTable(), wait=lambda _: time.sleep(0.01))

    with pytest.raises(ProviderError) as raised:
        ask(model)

    assert raised.value.kind == "timeout"
