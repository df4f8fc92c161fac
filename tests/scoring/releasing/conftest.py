"""The two judges, and a question with scored answers and no real encoder."""

import pytest

from microcred.ai import providers
from scoring import scorers
from scoring.training.reading import reader
from tests.fakes.judges import local_judge, openai
from tests.scoring.essays.embedders import BagOfWords
from tests.scoring.training.made import HashedEncoder

__all__ = ["encoder", "local_judge", "openai"]


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> HashedEncoder:
    """No model is loaded."""
    made = HashedEncoder()
    monkeypatch.setattr(scorers, "shared_encoder", lambda: made)
    monkeypatch.setattr(scorers, "shared_reader", lambda: reader(made))
    monkeypatch.setattr(providers, "embedder", BagOfWords)
    return made
