"""The settings choose the providers; a process loads each once, and never torch."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from microcred.ai import providers
from microcred.ai.base import EmbedderError, EmbeddingKey, ProviderError
from microcred.ai.minilm import LIBRARIES
from microcred.ai.onnx_export import PROJECT
from scoring.models import ModelCall
from tests.fakes.openai_server import FakeOpenAI, status


@pytest.fixture(autouse=True)
def fresh(settings: Settings) -> Iterator[None]:
    """Start without a key, without loaded providers, and leave none behind."""
    settings.OPENAI_API_KEY = ""
    settings.EMBEDDING_PROVIDER = "sentence-transformers"
    settings.EMBEDDING_MODEL = ""
    providers.reset()
    yield
    providers.reset()


@pytest.fixture
def keyed(settings: Settings, fake: FakeOpenAI) -> FakeOpenAI:
    settings.OPENAI_API_KEY = "sk-test"
    settings.OPENAI_BASE_URL = fake.base_url
    return fake


def ask() -> str:
    model = providers.chat_model()
    assert model is not None
    return model.complete(
        system="", user="", schema_name="any", schema={"type": "string"}, task="scoring", max_tokens=5
    ).content


def test_without_a_key_there_is_no_chat_model() -> None:
    assert providers.chat_model() is None


def test_the_local_embedder_is_loaded_once() -> None:
    embedder = providers.embedder()

    assert (embedder.provider, embedder.model, embedder.dimension) == (
        "sentence-transformers",
        "all-MiniLM-L6-v2",
        384,
    )
    assert providers.embedder() is embedder


def test_what_the_vectors_have_in_common_is_known_without_loading_the_model() -> None:
    assert providers.embedding_key() == EmbeddingKey("sentence-transformers", "all-MiniLM-L6-v2", 384)
    assert providers.embedder.cache_info().currsize == 0


def test_it_is_the_same_as_of_the_paid_embedder(keyed: FakeOpenAI, settings: Settings) -> None:
    settings.EMBEDDING_PROVIDER = "openai"

    assert providers.embedding_key() == EmbeddingKey.of(providers.embedder())


def test_with_a_key_the_chat_model_calls_the_server(keyed: FakeOpenAI, settings: Settings) -> None:
    assert ask() == '"A reason for answer."'
    assert keyed.requests[0].headers["authorization"] == "Bearer sk-test"
    assert keyed.requests[0].body["model"] == settings.AI_MODELS["scoring"]
    assert providers.chat_model() is providers.chat_model()


def test_the_setting_of_prices_is_used(keyed: FakeOpenAI, settings: Settings) -> None:
    settings.AI_PRICES = {settings.AI_MODELS["scoring"]: {"input": "1000"}}
    model = providers.chat_model()
    assert model is not None

    reply = model.complete(
        system="12345678", user="", schema_name="any", schema={}, task="scoring", max_tokens=5
    )

    assert reply.cost_microcents == 2 * 100_000


@pytest.mark.django_db
def test_embeddings_of_the_server_are_chosen_by_the_setting_and_accounted_for(
    keyed: FakeOpenAI, settings: Settings
) -> None:
    settings.EMBEDDING_PROVIDER = "openai"
    embedder = providers.embedder()

    assert embedder.embed(["text"]).shape == (1, 384)
    assert (embedder.provider, embedder.dimension) == ("openai", 384)
    assert keyed.requests[0].body["model"] == settings.AI_MODELS["embedding"] == embedder.model
    assert ModelCall.objects.get().texts == 1


def test_what_does_not_leave_is_embedded_here_whatever_the_setting(
    keyed: FakeOpenAI, settings: Settings
) -> None:
    assert providers.local_embedder() is providers.embedder()

    settings.EMBEDDING_PROVIDER = "openai"
    embedder = providers.local_embedder()

    assert embedder.embed(["text"]).shape == (1, 384)
    assert (embedder.provider, embedder.model) == ("sentence-transformers", "all-MiniLM-L6-v2")
    assert providers.local_embedder() is embedder
    assert keyed.requests == []


def test_embeddings_of_the_server_need_a_key(settings: Settings) -> None:
    settings.EMBEDDING_PROVIDER = "openai"

    with pytest.raises(ImproperlyConfigured, match="needs OPENAI_API_KEY"):
        providers.embedder()


def test_five_failures_open_the_breaker_and_no_further_call_is_made(keyed: FakeOpenAI) -> None:
    keyed.queue(*[status(500)] * 5)
    kinds = []
    for _ in range(6):
        with pytest.raises(ProviderError) as raised:
            ask()
        kinds.append(raised.value.kind)

    assert kinds == ["server"] * 5 + ["circuit_open"]
    assert len(keyed.requests) == 5
    assert raised.value.retryable
    assert 0 < (raised.value.retry_after or 0) <= 30


def test_reset_forgets_providers_and_failures(keyed: FakeOpenAI) -> None:
    keyed.queue(*[status(500)] * 5)
    before = providers.chat_model()
    for _ in range(5):
        with pytest.raises(ProviderError):
            ask()

    providers.reset()

    assert providers.chat_model() is not before
    assert ask() == '"A reason for answer."'


def test_preloading_loads_everything_a_worker_needs(keyed: FakeOpenAI) -> None:
    providers.preload()

    assert providers.embedder.cache_info().misses == 1
    assert providers.embedder.cache_info().currsize == 1
    assert providers.chat_model.cache_info().currsize == 1
    assert keyed.requests == [], "loading calls nobody"


def test_what_was_begun_is_what_is_loaded_and_no_thread_is_left() -> None:
    threads = threading.active_count()

    providers.begin_loading()
    begun = providers._loading()
    embedder = providers.embedder()

    assert embedder is begun.result()
    assert threading.active_count() == threads
    assert set(LIBRARIES) <= sys.modules.keys()


def test_a_failure_to_load_is_told_to_who_asks_and_not_remembered(settings: Settings, tmp_path: Path) -> None:
    usual, settings.EMBEDDING_MODEL = settings.EMBEDDING_MODEL, str(tmp_path / "missing")
    providers.begin_loading()

    with pytest.raises(EmbedderError, match="does not exist"):
        providers.embedder()

    settings.EMBEDDING_MODEL = usual
    assert providers.embedder().dimension == 384


def test_beside_a_provider_elsewhere_the_one_of_this_machine_is_begun(
    keyed: FakeOpenAI, settings: Settings
) -> None:
    settings.EMBEDDING_PROVIDER = "openai"

    providers.begin_loading()
    begun = providers._loading()
    providers.preload()

    assert providers.local_embedder() is begun.result()
    assert providers.embedder().provider == "openai"
    assert keyed.requests == []


PRELOAD_PROGRAM = """
import sys
from microcred.ai import providers
assert not {"openai", "onnxruntime", "tokenizers"} & sys.modules.keys(), "importing providers is light"
providers.preload()
providers.embedder().embed(["a text", "another text"])
print(sorted({"torch", "transformers", "sentence_transformers"} & sys.modules.keys()))
"""


def test_no_process_that_uses_the_providers_imports_torch() -> None:
    environment = {**os.environ, "OPENAI_API_KEY": "sk-test"}

    done = subprocess.run(
        [sys.executable, "-c", PRELOAD_PROGRAM],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("", "api.openai.com"),
        ("https://models.example.org/v1", "models.example.org"),
        ("http://127.0.0.1:8080/v1", "127.0.0.1:8080"),
        ("https://user:secret@models.example.org:8443/v1", "models.example.org:8443"),
    ],
)
def test_the_host_is_where_texts_go_without_its_credentials(
    settings: Settings, base_url: str, host: str
) -> None:
    settings.OPENAI_BASE_URL = base_url

    assert providers.chat_host() == host


def test_a_call_cannot_cost_more_than_half_its_bytes_and_all_it_may_write(settings: Settings) -> None:
    settings.AI_PRICES = {"priced": {"input": "1", "output": "10"}}

    # 7 bytes are at most 4 tokens of 100 micro-cents, and 20 tokens are written at 1,000.
    assert providers.highest_chat_cost("priced", sent="häßen", max_tokens=20, assume_price=False) == 20_400


def test_a_model_without_a_price_costs_nothing_or_as_much_as_the_dearest(settings: Settings) -> None:
    settings.AI_PRICES = {"dear": {"input": "1000", "output": "1000"}}

    assert providers.highest_chat_cost("unheard-of", sent="ab", max_tokens=1, assume_price=False) == 0
    assert providers.highest_chat_cost("unheard-of", sent="ab", max_tokens=1, assume_price=True) == 200_000
