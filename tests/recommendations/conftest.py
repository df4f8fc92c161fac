"""The model behind a fake server, for results that rest on what it says; a result, and who advises on it."""

import pytest

from accounts.models import User
from assessments.models import Assessment
from microcred.ai import providers
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.factories.recommendations import WordEmbedder
from tests.fakes.judges import openai
from tests.recommendations.results import completed

__all__ = ["openai"]


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> WordEmbedder:
    """What embeds the catalog by words."""
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: chosen)
    return chosen


@pytest.fixture
def assessment(embedder: WordEmbedder) -> Assessment:
    """An assessment with its result, for which the catalog was embedded by words."""
    return completed()


@pytest.fixture
def advisor(assessment: Assessment) -> User:
    """Who advises the student of the assessment."""
    made: User = AdvisorAssignmentFactory(student=assessment.user).advisor
    return made
