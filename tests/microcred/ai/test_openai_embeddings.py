"""Embeddings of a server: what is asked for, and which vectors are refused."""

from typing import Any

import numpy as np
import pytest

from microcred.ai.base import FailureKind, ProviderError
from microcred.ai.openai import OpenAIEmbedder, OpenAIServer
from microcred.ai.prices import PriceTable
from tests.fakes.openai_server import FakeOpenAI, Reply, html, status, word_vector


@pytest.fixture
def embedder(server: OpenAIServer) -> OpenAIEmbedder:
    return OpenAIEmbedder(server, model="text-embedding-3-small", prices=PriceTable())


def test_embeddings_ask_for_384_dimensions_and_come_back_in_order(
    fake: FakeOpenAI, embedder: OpenAIEmbedder
) -> None:
    texts = [f"text number {number}" for number in range(70)]

    vectors = embedder.embed(texts)

    assert [len(request.body["input"]) for request in fake.requests] == [32, 32, 6]
    assert fake.requests[0].body["dimensions"] == 384
    assert fake.requests[0].body["encoding_format"] == "base64"
    assert vectors.dtype == np.float32
    assert np.abs(vectors - np.stack([word_vector(text, 384) for text in texts])).max() < 1e-6


def test_no_texts_need_no_call(fake: FakeOpenAI, embedder: OpenAIEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert fake.requests == []


def test_texts_that_the_api_would_refuse_are_made_acceptable(
    fake: FakeOpenAI, embedder: OpenAIEmbedder
) -> None:
    embedder.embed(["", "é" * 5000, "a\ud800"])

    assert fake.requests[0].body["input"] == [" ", "é" * 4095, "a?"]


def embedding_reply(*vectors: Any) -> Reply:
    return Reply({"data": [{"index": index, "embedding": vector} for index, vector in enumerate(vectors)]})


def test_plain_numbers_are_accepted_and_scaled_to_unit_length(fake: FakeOpenAI, server: OpenAIServer) -> None:
    fake.queue(embedding_reply([3.0, 4.0]))
    embedder = OpenAIEmbedder(server, model="any", prices=PriceTable(), dimension=2)

    assert embedder.embed(["text"]).tolist() == [[np.float32(0.6), np.float32(0.8)]]


def test_vectors_in_another_order_are_put_back_by_their_index(fake: FakeOpenAI, server: OpenAIServer) -> None:
    items = [{"index": 1, "embedding": [0.0, 1.0]}, {"index": 0, "embedding": [1.0, 0.0]}]
    fake.queue(Reply({"data": items}))
    embedder = OpenAIEmbedder(server, model="any", prices=PriceTable(), dimension=2)

    assert embedder.embed(["first", "second"]).tolist() == [[1.0, 0.0], [0.0, 1.0]]


NONE = ["[0.0, 0.0]", "[1e308, 1e308]", "[NaN, 1]"]


@pytest.mark.parametrize("none", NONE)
def test_a_vector_without_a_direction_is_zeros_and_costs_no_other_text_its_own(
    fake: FakeOpenAI, server: OpenAIServer, none: str
) -> None:
    items = f'{{"index": 0, "embedding": {none}}}, {{"index": 1, "embedding": [0.0, 2.0]}}'
    fake.queue(Reply(f'{{"data": [{items}]}}'))
    embedder = OpenAIEmbedder(server, model="any", prices=PriceTable(), dimension=2)

    assert embedder.embed(["first", "second"]).tolist() == [[0.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize("none", NONE)
def test_where_no_text_gets_a_direction_the_reply_is_refused(
    fake: FakeOpenAI, server: OpenAIServer, none: str
) -> None:
    items = ", ".join(f'{{"index": {index}, "embedding": {none}}}' for index in range(2))
    fake.queue(Reply(f'{{"data": [{items}]}}'))
    embedder = OpenAIEmbedder(server, model="any", prices=PriceTable(), dimension=2)

    with pytest.raises(ProviderError) as raised:
        embedder.embed(["first", "second"])

    assert raised.value.kind == "bad_vectors"


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (embedding_reply([1.0, 2.0, 3.0]), "bad_vectors"),
        (embedding_reply([1.0, 0.0], [0.0, 1.0]), "bad_vectors"),
        (Reply({"data": [{"index": 1, "embedding": [1.0, 0.0]}]}), "bad_vectors"),
        (embedding_reply([[1.0, 0.0]]), "bad_vectors"),
        (embedding_reply(["a", "b"]), "bad_reply"),
        (embedding_reply("not base64!"), "bad_reply"),
        (embedding_reply("AAA="), "bad_reply"),
        (Reply({"data": [{"embedding": [1.0, 0.0]}]}), "bad_reply"),
        (html(), "bad_reply"),
        (status(500), "server"),
    ],
)
def test_vectors_that_cannot_be_searched_are_refused(
    fake: FakeOpenAI, server: OpenAIServer, bad: Reply, kind: FailureKind
) -> None:
    fake.queue(bad)
    embedder = OpenAIEmbedder(server, model="any", prices=PriceTable(), dimension=2)

    with pytest.raises(ProviderError) as raised:
        embedder.embed(["text"])

    assert raised.value.kind == kind
