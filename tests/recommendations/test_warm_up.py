"""What a process of the worker goes through before its first recommendation."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from microcred.ai import providers
from ops import jobs
from recommendations.models import Recommendation
from recommendations.queries import effective
from recommendations.warm_up import warm_up
from tests.factories.recommendations import WordEmbedder, embed_all, past_learner
from tests.recommendations.test_tasks import announce, assessed, catalog, keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> WordEmbedder:
    """One that no other test has asked."""
    chosen = embed_all(WordEmbedder("warmed"))
    monkeypatch.setattr(providers, "embedder", lambda: chosen)
    return chosen


@pytest.fixture
def scored(embedder: WordEmbedder) -> Assessment:
    """An assessment that waits for its list, in a catalog that has been embedded."""
    assessment = assessed(sql=1.0, charts=3.5)
    catalog(assessment.role)
    embed_all(embedder)
    embedder.embedded.clear()
    return assessment


def test_the_first_list_after_it_embeds_nothing(scored: Assessment, embedder: WordEmbedder) -> None:
    assert list(warm_up()) == [None]
    warmed = set(embedder.embedded)
    embedder.embedded.clear()
    announce(scored)

    jobs.drain(limit=1)

    assert "Practise sql joins on real tables." in warmed
    assert embedder.embedded == []
    assert keys(effective(scored.pk)) == ["sql-joins", "chart-design"]


def test_it_stores_nothing_and_asks_for_nobodys_rows(scored: Assessment) -> None:
    past_learner(scored.role, credentials=[], sql=2.0)

    with CaptureQueriesContext(connection) as captured:
        list(warm_up())

    written = [one["sql"] for one in captured if one["sql"].lstrip("( ").split()[0] not in ("SELECT", "WITH")]
    assert written == []
    assert not any(str(scored.pk) in one["sql"] or str(scored.user_id) in one["sql"] for one in captured)
    assert not Recommendation.objects.exists()


@pytest.mark.usefixtures("scored")
def test_where_vectors_are_made_elsewhere_nothing_is_sent(embedder: WordEmbedder, settings: Settings) -> None:
    settings.EMBEDDING_PROVIDER = "openai"

    list(warm_up())

    assert embedder.embedded == []
