"""The index in use stays in use while another is built beside it, and changes over at once or not at all."""

from collections.abc import Sequence

import numpy as np
import pytest
from django.core.checks import Tags, run_checks
from django.db import IntegrityError, transaction

from microcred.ai import providers
from microcred.ai.base import EmbedderError, EmbeddingKey, ProviderError, Vectors
from ops.models import AuditLog
from recommendations import queries, services
from recommendations.models import DocumentChunk, EmbeddingArtifact, EmbeddingIndex, TitleEmbedding
from recommendations.queries import Filters, UnlikeVectors
from recommendations.services import IndexesDisagree, IndexIncomplete
from tests.factories.catalog import NOW, CredentialDocumentFactory
from tests.factories.recommendations import WordEmbedder, offered

pytestmark = pytest.mark.django_db
OLD = EmbeddingKey("sentence-transformers", "old", 384)
NEW = EmbeddingKey("sentence-transformers", "new", 384)
TOPICS = ("joins", "charts", "writing", "budgets", "surveys", "pivots")


class MirroredEmbedder(WordEmbedder):
    """Other numbers and the same neighbours: the places of the words are read from behind."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.ascontiguousarray(super().embed(texts)[:, ::-1])


class ConfusedEmbedder(WordEmbedder):
    """Every text lies near whatever has about as many characters."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        super().embed(texts)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            vectors[row, :2] = np.cos(len(text)), np.sin(len(text))
        return vectors


class InterruptedEmbedder(WordEmbedder):
    """Goes away after some calls."""

    def __init__(self, model: str, *, calls: int) -> None:
        super().__init__(model)
        self.calls = calls

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.calls -= 1
        if self.calls < 0:
            raise ProviderError("the provider is away", retryable=True, kind="server")
        return super().embed(texts)


@pytest.fixture
def catalog() -> None:
    for topic in TOPICS:
        offered(topic, text=f"All about {topic}")


def in_use(model: str = "old") -> None:
    services.refresh_active_index(embedder=WordEmbedder(model), now=NOW)


class TestTheIndexInUse:
    def test_the_first_refresh_makes_it(self) -> None:
        offered("joins")

        in_use()

        row = EmbeddingIndex.objects.get()
        assert (queries.active_key(), row.active, row.switched_at) == (OLD, True, NOW)

    def test_a_refresh_by_another_model_is_refused_before_anything_is_embedded(self) -> None:
        in_use()
        offered("joins")
        embedder = WordEmbedder("new")

        with pytest.raises(UnlikeVectors, match=r"made by .* old .*; .* new .* manage.py embeddings reindex"):
            services.refresh_active_index(embedder=embedder, now=NOW)

        assert embedder.embedded == []
        assert not DocumentChunk.objects.exists()

    def test_vectors_of_another_model_are_not_compared_with_it(self) -> None:
        in_use()

        with pytest.raises(UnlikeVectors) as caught:
            queries.comparable_key(WordEmbedder("new"))

        assert (caught.value.status, caught.value.code) == (503, "EMBEDDING_503")
        assert queries.comparable_key(WordEmbedder("old")) == OLD

    def test_a_provider_or_dimension_that_differs_is_unlike_too(self) -> None:
        in_use()
        other = WordEmbedder("old")
        other.provider = "openai"

        with pytest.raises(UnlikeVectors):
            queries.comparable_key(other)
        with pytest.raises(UnlikeVectors):
            queries.comparable_key(WordEmbedder("old", dimension=768))

    def test_before_there_is_one_nothing_is_refused(self) -> None:
        assert queries.comparable_key(WordEmbedder("new")) == NEW

    def test_the_database_allows_only_one(self) -> None:
        in_use()

        with pytest.raises(IntegrityError, match="embedding_indexes_one_active"), transaction.atomic():
            EmbeddingIndex.objects.create(provider="openai", model="new", dimension=384, active=True)


@pytest.mark.usefixtures("catalog")
class TestBuildingBesideIt:
    def test_the_old_one_stays_in_use_and_whole(self) -> None:
        in_use()
        before = set(EmbeddingArtifact.objects.values_list("pk", flat=True))

        counts = services.build_index(embedder=WordEmbedder("new"))

        assert (counts.cut, counts.embedded) == (0, 6)
        assert queries.active_key() == OLD
        assert before == set(EmbeddingArtifact.objects.filter(model="old").values_list("pk", flat=True))
        assert [(one.key, one.active) for one in queries.indexes()] == [(OLD, True), (NEW, False)]

    def test_what_broke_off_is_taken_up_where_it_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("recommendations.services.embeddings.BATCH", 2)
        in_use()
        with pytest.raises(ProviderError):
            services.build_index(embedder=InterruptedEmbedder("new", calls=2))
        assert EmbeddingArtifact.objects.filter(model="new").count() == 4
        rest = WordEmbedder("new")

        counts = services.build_index(embedder=rest)

        assert counts.embedded == 2
        assert len([text for text in rest.embedded if "\n" in text]) == 2

    def test_the_same_neighbours_overlap_wholly(self) -> None:
        in_use()
        services.build_index(embedder=MirroredEmbedder("new"))

        overlap = services.compare_index(key=NEW)

        assert overlap is not None
        assert (overlap.share, overlap.queries, overlap.k) == (1.0, 6, 10)
        assert queries.indexes()[1].overlap == 1.0

    def test_the_one_in_use_is_not_compared_with_itself(self) -> None:
        in_use()

        assert services.compare_index(key=OLD) is None


@pytest.mark.usefixtures("catalog")
class TestSwitching:
    def test_a_whole_and_like_index_comes_into_use(self) -> None:
        in_use()
        services.build_index(embedder=MirroredEmbedder("new"))
        services.compare_index(key=NEW)

        assert services.switch_index(key=NEW, now=NOW)

        assert queries.active_key() == NEW
        assert EmbeddingArtifact.objects.filter(model="old").count() == 6
        line = AuditLog.objects.get(action="embedding_index.switched")
        assert line.resource_id == EmbeddingIndex.objects.get(model="new").pk
        assert line.metadata["overlap"] == 1.0

    def test_it_can_be_switched_back(self) -> None:
        in_use()
        services.build_index(embedder=MirroredEmbedder("new"))
        services.compare_index(key=NEW)
        services.switch_index(key=NEW, now=NOW)
        services.compare_index(key=OLD)

        assert services.switch_index(key=OLD, now=NOW)
        assert queries.active_key() == OLD

    def test_one_that_lacks_a_passage_is_refused(self) -> None:
        in_use()
        services.build_index(embedder=WordEmbedder("new"))
        services.compare_index(key=NEW)
        EmbeddingArtifact.objects.filter(model="new", chunk__text="All about joins.").delete()

        with pytest.raises(IndexIncomplete, match="lacks 1 vectors"):
            services.switch_index(key=NEW, now=NOW)

        assert queries.active_key() == OLD

    def test_one_that_lacks_a_title_is_refused(self) -> None:
        in_use()
        services.build_index(embedder=WordEmbedder("new"))
        services.compare_index(key=NEW)
        TitleEmbedding.objects.filter(model="new", document__title="Joins").delete()

        with pytest.raises(IndexIncomplete, match="lacks 1 vectors"):
            services.switch_index(key=NEW, now=NOW)

    def test_one_that_was_never_built_is_refused(self) -> None:
        in_use()

        with pytest.raises(IndexIncomplete):
            services.switch_index(key=NEW, now=NOW)

    def test_one_with_other_neighbours_is_refused_unless_that_is_wanted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("recommendations.queries.sampling.NEIGHBOURS", 1)
        in_use()
        services.build_index(embedder=ConfusedEmbedder("new"))
        overlap = services.compare_index(key=NEW)
        assert overlap is not None
        assert overlap.share is not None
        assert overlap.share < 0.9

        with pytest.raises(IndexesDisagree, match="in common"):
            services.switch_index(key=NEW, now=NOW, least_overlap=0.9)
        assert queries.active_key() == OLD
        assert services.switch_index(key=NEW, now=NOW, least_overlap=0.0)

    def test_one_that_was_not_compared_is_refused(self) -> None:
        in_use()
        services.build_index(embedder=WordEmbedder("new"))

        with pytest.raises(IndexesDisagree, match="0%"):
            services.switch_index(key=NEW, now=NOW)

    def test_to_the_one_in_use_is_nothing(self) -> None:
        in_use()

        assert not services.switch_index(key=OLD, now=NOW)
        assert not AuditLog.objects.filter(action="embedding_index.switched").exists()


def test_the_same_words_in_another_place_are_embedded_once() -> None:
    joins = offered("joins", text="Inner joins")
    in_use()
    document = joins.documents.get()
    CredentialDocumentFactory(
        credential=offered("more"), uri="https://example.org/copy", title=document.title, text=document.text
    )
    embedder = WordEmbedder("old")

    counts = services.refresh_active_index(embedder=embedder, now=NOW)

    assert counts.added == 2
    assert [text for text in embedder.embedded if "\n" in text] == ["More\nWhat it covers\nMore."]
    vectors = EmbeddingArtifact.objects.filter(chunk__text="Inner joins.").values_list("vector", flat=True)
    assert len(vectors) == 2
    assert np.array_equal(vectors[0], vectors[1])


def test_a_catalog_that_did_not_change_asks_the_embedder_for_nothing() -> None:
    offered("joins")
    in_use()
    embedder = InterruptedEmbedder("old", calls=0)

    assert services.refresh_active_index(embedder=embedder, now=NOW).embedded == 0


def test_a_run_is_stale_after_a_switch_and_not_while_an_index_is_being_built() -> None:
    offered("joins")
    in_use()
    before = queries.newest_vector()

    services.build_index(embedder=MirroredEmbedder("new"))
    assert queries.newest_vector() == before
    services.compare_index(key=NEW)
    services.switch_index(key=NEW, now=NOW)
    assert queries.newest_vector() != before


class TestTheCheckAtStart:
    def test_the_configured_model_is_the_one_in_use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        in_use()
        monkeypatch.setattr(providers, "embedding_key", lambda: OLD)

        assert run_checks(tags=[Tags.database], databases=["default"]) == []

    def test_another_model_is_refused_by_name_with_the_command_that_helps(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_use()
        monkeypatch.setattr(providers, "embedding_key", lambda: NEW)

        (problem,) = run_checks(tags=[Tags.database], databases=["default"])

        assert problem.id == "microcred.E009"
        assert problem.is_serious()
        assert "sentence-transformers old (384 dimensions)" in problem.msg
        assert "manage.py embeddings reindex --switch" in problem.msg

    def test_an_embedder_that_cannot_be_had_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail() -> EmbeddingKey:
            raise EmbedderError("The weights are not the expected ones.")

        in_use()
        monkeypatch.setattr(providers, "embedding_key", fail)

        (problem,) = run_checks(tags=[Tags.database], databases=["default"])

        assert (problem.id, problem.msg) == ("microcred.E010", "The weights are not the expected ones.")

    def test_an_empty_catalog_asks_for_no_embedder(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(providers, "embedding_key", lambda: pytest.fail("the embedder was asked for"))

        assert run_checks(tags=[Tags.database], databases=["default"]) == []


@pytest.mark.usefixtures("catalog")
class TestRecall:
    def test_a_small_catalog_is_searched_exactly(self) -> None:
        in_use()

        recall = queries.recall_of(OLD, k=3, filters=Filters())

        assert (recall.recall, recall.queries) == (1.0, 6)

    def test_filters_hold(self) -> None:
        in_use()
        half = queries.share_of_credentials(0.5)

        assert len(half) == 3
        assert queries.recall_of(OLD, k=2, filters=Filters(credential_ids=half), samples=4).queries == 4
        assert queries.recall_of(OLD, k=2, filters=Filters(language="xx")).recall is None
