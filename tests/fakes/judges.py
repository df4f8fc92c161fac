"""The two real judges: the local one, and a model behind the real client and a fake server."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from microcred.ai import providers
from tests.fakes.openai_server import FakeOpenAI


@pytest.fixture
def local_judge(settings: Settings) -> Iterator[None]:
    """No key: the essays are judged by the local scorer over the exported all-MiniLM-L6-v2."""
    settings.OPENAI_API_KEY = ""
    settings.EMBEDDING_PROVIDER = "sentence-transformers"
    settings.EMBEDDING_MODEL = ""
    providers.reset()
    yield
    providers.reset()


@pytest.fixture
def openai(settings: Settings) -> Iterator[FakeOpenAI]:
    """The essays are judged by whatever this server replies."""
    with FakeOpenAI(api_key="sk-test") as server:
        settings.OPENAI_API_KEY = "sk-test"
        settings.OPENAI_BASE_URL = server.base_url
        settings.AI_TIMEOUT_SECONDS = 2.0
        providers.reset()
        yield server
        providers.reset()
