"""A fake server per test, and the exported model, built once per machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from microcred.ai.minilm import OnnxEmbedder
from microcred.ai.onnx_export import build
from microcred.ai.openai import OpenAIServer
from tests.fakes.openai_server import FakeOpenAI


@pytest.fixture
def fake() -> Iterator[FakeOpenAI]:
    """An honest OpenAI server on a free port."""
    with FakeOpenAI() as server:
        yield server


@pytest.fixture
def server(fake: FakeOpenAI) -> Iterator[OpenAIServer]:
    """A client of the fake server that waits for as long as a busy machine takes."""
    server = OpenAIServer(api_key="sk-test", base_url=fake.base_url, timeout=50, connect_timeout=10)
    yield server
    server.close()


@pytest.fixture
def impatient(fake: FakeOpenAI) -> Iterator[OpenAIServer]:
    """A client of the fake server with a deadline of one second."""
    server = OpenAIServer(api_key="sk-test", base_url=fake.base_url, timeout=0.5, connect_timeout=0.5)
    yield server
    server.close()


@pytest.fixture(scope="session")
def export() -> Path:
    """The folder of the exported all-MiniLM-L6-v2."""
    folder, _ = build(settings.EMBEDDER_DIR)
    return folder


@pytest.fixture(scope="session")
def minilm(export: Path) -> OnnxEmbedder:
    """The local embedder, loaded."""
    return OnnxEmbedder(export)
