"""The two real judges: the local one, and a model behind the real client and a fake server."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from microcred.ai import providers
from scoring import model_judges, safeguarding
from scoring.essays.safeguards import PlainSafeguards, Safeguards
from scoring.replay import reading
from tests.factories.releases import released
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


def guard_with(monkeypatch: pytest.MonkeyPatch, guards: Safeguards) -> None:
    """Let these be the safeguards of the process."""
    monkeypatch.setattr(safeguarding, "safeguards", lambda: guards)
    for module in (model_judges, reading):
        monkeypatch.setattr(module, "safeguards", lambda: guards)


@pytest.fixture
def openai(settings: Settings, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[FakeOpenAI]:
    """The essays are judged by whatever this server replies; its model is released, deserved or not.

    The essays of the factories say next to nothing, so that no second opinion is asked what it thinks of them.
    """
    guard_with(monkeypatch, PlainSafeguards())
    with FakeOpenAI(api_key="sk-test") as server:
        settings.OPENAI_API_KEY = "sk-test"
        settings.OPENAI_BASE_URL = server.base_url
        # What is on its way is waited for, however busy the machine is; who tests silence is less patient.
        settings.AI_TIMEOUT_SECONDS = 20.0
        released()
        providers.reset()
        yield server
        providers.reset()
