"""Batches over the real openai client: what is sent, what comes back, and what of it is not believed."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openai
import pytest

from microcred.ai.base import BatchRequest, BatchState, ProviderError
from microcred.ai.openai import OpenAIServer
from microcred.ai.openai_batches import MAX_FILE_BYTES, OpenAIBatches
from microcred.ai.prices import PriceTable
from tests.fakes.openai_server import FakeOpenAI, Received, Reply, chat, html, refusal, status, truncated

PRICES = {"scorer-1": {"input": "10", "output": "20"}, "fake-model": {"input": "10", "output": "20"}}
SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


@pytest.fixture
def batches(fake: FakeOpenAI) -> Iterator[OpenAIBatches]:
    server = OpenAIServer(
        api_key="sk-test", base_url=fake.base_url, timeout=2, max_reply_bytes=MAX_FILE_BYTES
    )
    prices = PriceTable(PRICES, share=Decimal("0.5"))
    yield OpenAIBatches(server, prices=prices)
    server.close()


def request(key: str, user: str = "the essay \ud800") -> BatchRequest:
    return BatchRequest(
        key=key, model="scorer-1", system="You judge.", user=user, schema_name="verdicts", schema=SCHEMA, max_tokens=70
    )  # fmt: skip


def test_the_fake_keeps_the_rules_of_the_real_client(fake: FakeOpenAI) -> None:
    client = openai.OpenAI(api_key="any", base_url=fake.base_url, max_retries=0)
    line: dict[str, Any] = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions"}
    line |= {"body": {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}}
    file = client.files.create(file=("a.jsonl", json.dumps(line).encode()), purpose="batch")
    batch = client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"n": "1"}
    )
    assert (batch.status, batch.metadata) == ("validating", {"n": "1"})

    fake.batches.finish()

    ended = client.batches.retrieve(batch.id)
    assert (ended.status, ended.error_file_id) == ("completed", None)
    assert ended.output_file_id is not None
    answer = json.loads(client.files.content(ended.output_file_id).text)
    completion = openai.types.chat.ChatCompletion.model_validate(answer["response"]["body"])
    assert (answer["custom_id"], completion.choices[0].message.content) == ("a", "An honest answer.")
    assert [one.id for one in client.batches.list(limit=5)] == [batch.id]
    assert client.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.content(file.id)
    with pytest.raises(openai.BadRequestError):
        client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    client.close()


def test_a_request_of_a_batch_is_the_one_that_would_be_made_alone(
    fake: FakeOpenAI, batches: OpenAIBatches
) -> None:
    state = batches.start([request("k1"), request("k2", "another")], name="n-1")

    first, second = (json.loads(line) for line in fake.batches.files[state.input_file].splitlines())
    assert (first["custom_id"], second["custom_id"]) == ("k1", "k2")
    assert first["url"] == "/v1/chat/completions"
    assert first["body"] == {
        "model": "scorer-1",
        "messages": [
            {"role": "system", "content": "You judge."},
            {"role": "user", "content": "the essay ?"},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "verdicts", "strict": True, "schema": SCHEMA},
        },
        "max_tokens": 70,
        "temperature": 0.0,
    }


def test_a_batch_is_found_by_its_name(batches: OpenAIBatches) -> None:
    started = batches.start([request("k1")], name="n-1")
    batches.start([request("k1")], name="n-2")

    assert batches.find("n-1") == started
    assert batches.find("n-3") is None
    assert not batches.state(started.batch_id).is_over


def test_answers_come_by_their_keys_at_the_price_of_a_batch(fake: FakeOpenAI, batches: OpenAIBatches) -> None:
    def reply(request: Received) -> Reply | str:
        kinds = {"refused": refusal(), "long": truncated(), "wrong": status(400), "busy": status(500)}
        return kinds.get(request.prompt, f"about {request.prompt}")

    fake.script = reply
    batches.start([request(key, key) for key in ("k1", "refused", "long", "wrong", "busy", "k2")], name="n")
    batch = fake.batches.finish()

    answers = {answer.key: answer for answer in batches.answers(batches.state(batch.id))}

    kinds = {key: answer.error.kind if answer.error else None for key, answer in answers.items()}
    assert kinds == {
        "k1": None, "k2": None, "refused": "refusal", "long": "truncated", "wrong": "bad_request", "busy": "server",
    }  # fmt: skip
    first = answers["k1"].reply
    assert first is not None
    # 3 and 2 tokens at 5 and 10 dollars a million: half of the price.
    assert (first.content, first.input_tokens, first.output_tokens) == ("about k1", 3, 2)
    assert first.cost_microcents == 3 * 500 + 2 * 1000


@pytest.mark.parametrize(("ended", "kind"), [("expired", "expired"), ("cancelled", "cancelled")])
def test_what_a_batch_ended_without_is_named_so(
    fake: FakeOpenAI, batches: OpenAIBatches, ended: str, kind: str
) -> None:
    batches.start([request("k1"), request("k2")], name="n")
    batch = fake.batches.finish(ended, answered=1)

    answers = {answer.key: answer for answer in batches.answers(batches.state(batch.id))}

    assert answers["k1"].reply is not None
    assert answers["k2"].error is not None
    assert answers["k2"].error.kind == kind


def test_a_batch_that_was_found_wrong_says_so_and_has_no_answers(
    fake: FakeOpenAI, batches: OpenAIBatches
) -> None:
    batches.start([request("k1")], name="n")
    state = batches.state(fake.batches.finish("failed").id)

    assert (state.is_over, state.errors) == (True, ("invalid_request",))
    assert list(batches.answers(state)) == []


def test_lines_that_cannot_be_read_are_left_out(fake: FakeOpenAI, batches: OpenAIBatches) -> None:
    fake.batches.files["f"] = (
        b'not json\n[]\n{"custom_id": 7}\n{"custom_id": "a"}\n{"custom_id": "b", "response": []}'
    )

    answers = list(batches.answers(BatchState("b", "completed", output_file="f")))

    assert [(answer.key, answer.error.kind if answer.error else None) for answer in answers] == [
        ("a", "server"),
        ("b", "server"),
    ]


def test_the_files_of_a_batch_are_deleted_and_may_be_gone(fake: FakeOpenAI, batches: OpenAIBatches) -> None:
    batches.start([request("k1")], name="n")
    state = batches.state(fake.batches.finish().id)

    batches.forget(state)
    batches.forget(state)

    assert fake.batches.files == {}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (status(401), "auth"),
        (status(429, retry_after="3"), "rate_limit"),
        (html(), "bad_reply"),
        (chat("x"), "bad_reply"),
        (Reply({"id": "", "status": 3}), "bad_reply"),
    ],
)
def test_a_server_that_misbehaves_raises_what_every_provider_raises(
    fake: FakeOpenAI, batches: OpenAIBatches, reply: Reply, kind: str
) -> None:
    fake.queue(reply)

    with pytest.raises(ProviderError) as raised:
        batches.state("batch_0")

    assert raised.value.kind == kind
