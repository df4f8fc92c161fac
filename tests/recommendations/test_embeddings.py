"""Only what changed is cut and embedded again."""

import hashlib
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Credential
from microcred.ai.base import EmbeddingKey, ProviderError, Vectors
from recommendations import queries
from recommendations.models import DocumentChunk, EmbeddingArtifact
from recommendations.services import RefreshCounts, embeddings, refresh_embeddings
from recommendations.services.embeddings import DimensionUnfit
from tests.factories.catalog import CredentialDocumentFactory
from tests.factories.recommendations import FailingEmbedder, WordEmbedder, offered

pytestmark = pytest.mark.django_db


def rewrite(credential: Credential, text: str) -> None:
    document = credential.documents.get()
    document.text = text
    document.content_hash = hashlib.sha256(text.encode()).hexdigest()
    document.save()


def test_every_passage_of_an_active_credential_gets_a_vector() -> None:
    offered("joins", text="Inner joins")
    embedder = WordEmbedder()

    counts = refresh_embeddings(embedder=embedder)

    assert counts == RefreshCounts(documents=1, cut=1, added=1, removed=0, embedded=1, waiting=0)
    artifact = EmbeddingArtifact.objects.select_related("chunk").get()
    assert artifact.chunk is not None
    assert artifact.chunk.text == "Inner joins."
    assert artifact.entity_id == artifact.chunk.pk
    assert (artifact.provider, artifact.model, artifact.dimension) == ("sentence-transformers", "words", 384)
    assert embedder.embedded == ["Joins\nWhat it covers\nInner joins.", "Joins"]
    assert artifact.content_hash == hashlib.sha256(embedder.embedded[0].encode()).hexdigest()


def test_the_planner_is_told_what_was_loaded() -> None:
    offered("joins", text="Inner joins")
    refresh_embeddings(embedder=WordEmbedder())
    offered("charts", text="Bars and lines")
    refresh_embeddings(embedder=WordEmbedder())

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE relname IN ('document_chunks', 'embedding_artifacts')"
        )
        assert cursor.fetchall() == [(2.0,), (2.0,)]


def test_a_second_refresh_does_nothing() -> None:
    offered("joins")
    refresh_embeddings(embedder=WordEmbedder())
    embedder = WordEmbedder()

    counts = refresh_embeddings(embedder=embedder)

    assert counts == RefreshCounts(documents=1, cut=0, added=0, removed=0, embedded=0, waiting=0)
    assert embedder.embedded == []


def test_a_changed_document_keeps_the_vectors_of_passages_that_did_not_change() -> None:
    joins = offered("joins")
    rewrite(joins, "## One\nFirst.\n\n## Two\nSecond.\n\n## Three\nThird.")
    refresh_embeddings(embedder=WordEmbedder())
    kept = set(EmbeddingArtifact.objects.filter(chunk__text="Second.").values_list("pk", flat=True))
    embedder = WordEmbedder()

    text = "## Zero\nNew.\n\n## Two\nSecond.\n\n## One\nChanged."
    rewrite(joins, text)
    counts = refresh_embeddings(embedder=embedder)

    assert counts == RefreshCounts(documents=1, cut=1, added=2, removed=2, embedded=2, waiting=0)
    assert sorted(embedder.embedded) == ["Joins\nOne\nChanged.", "Joins\nZero\nNew."]
    assert set(EmbeddingArtifact.objects.filter(chunk__text="Second.").values_list("pk", flat=True)) == kept
    chunks = list(DocumentChunk.objects.order_by("position"))
    assert [(chunk.position, chunk.text) for chunk in chunks] == [
        (0, "New."),
        (1, "Second."),
        (2, "Changed."),
    ]
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in chunks)


def test_each_document_of_a_credential_is_cut_on_its_own() -> None:
    joins = offered("joins", text="Inner joins")
    CredentialDocumentFactory(
        credential=joins, uri="https://example.org/more", title="More", text="Outer joins."
    )

    refresh_embeddings(embedder=WordEmbedder())

    assert set(DocumentChunk.objects.values_list("document__title", "text")) == {
        ("Joins", "Inner joins."),
        ("More", "Outer joins."),
    }


def test_another_model_gets_vectors_of_its_own_beside_the_old_ones() -> None:
    offered("joins")
    refresh_embeddings(embedder=WordEmbedder("one"))

    counts = refresh_embeddings(embedder=WordEmbedder("two"))

    assert (counts.cut, counts.embedded) == (0, 1)
    assert sorted(EmbeddingArtifact.objects.values_list("model", flat=True)) == ["one", "two"]


def test_a_limit_leaves_the_rest_waiting_and_progress_is_told() -> None:
    for number in range(3):
        offered(f"credential-{number}")
    heard: list[tuple[int, int]] = []

    counts = refresh_embeddings(embedder=WordEmbedder(), limit=2, progress=lambda *step: heard.append(step))

    assert (counts.embedded, counts.waiting) == (2, 1)
    assert heard == [(2, 2)]


def test_a_retired_credential_is_not_embedded() -> None:
    Credential.objects.filter(pk=offered("joins").pk).update(active=False)

    assert refresh_embeddings(embedder=WordEmbedder()).documents == 0


def test_an_empty_document_has_no_passages_and_does_no_harm() -> None:
    rewrite(offered("joins"), "")

    assert refresh_embeddings(embedder=WordEmbedder()).embedded == 0


def test_vectors_of_another_dimension_are_refused_before_anything_changes() -> None:
    offered("joins")
    embedder = WordEmbedder(dimension=1536)

    with pytest.raises(DimensionUnfit, match="1536"):
        refresh_embeddings(embedder=embedder)

    assert not DocumentChunk.objects.exists()


def test_when_the_provider_fails_the_passages_stay_and_are_embedded_later() -> None:
    offered("joins")
    with pytest.raises(ProviderError):
        refresh_embeddings(embedder=FailingEmbedder())

    counts = refresh_embeddings(embedder=WordEmbedder())

    assert (counts.cut, counts.embedded) == (0, 1)


def test_counts_say_what_is_not_embedded_yet() -> None:
    offered("joins")
    offered("charts")
    refresh_embeddings(embedder=WordEmbedder(), limit=1)
    offered("writing")

    counts = queries.embedding_counts(EmbeddingKey("sentence-transformers", "words", 384))

    assert (counts.documents, counts.documents_without_passages) == (3, 1)
    assert (counts.passages, counts.passages_without_vector) == (2, 1)
    assert counts.vectors == {EmbeddingKey("sentence-transformers", "words", 384): 1}


def test_texts_of_like_length_are_embedded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommendations.services.embeddings.BATCH", 2)
    for number, words in enumerate((40, 1, 30, 2)):
        offered(f"topic-{number}", text=" ".join(["word"] * words))
    batches: list[list[int]] = []

    class Listening(WordEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            batches.append(sorted(text.count("word") for text in texts))
            return super().embed(texts)

    refresh_embeddings(embedder=Listening())

    assert batches[:2] == [[1, 2], [30, 40]]


def test_documents_of_the_same_words_keep_passages_of_their_own_when_cut_together() -> None:
    credential = offered("joins", text="Inner joins")
    credential.documents.update(title="Course", text="Inner joins.\n\nOuter joins.")
    for number in range(2):
        CredentialDocumentFactory(
            credential=credential, uri=f"https://example.org/{number}", title="Course", text="Inner joins."
        )
    refresh_embeddings(embedder=WordEmbedder())
    before = set(DocumentChunk.objects.values_list("pk", "document_id", "content_hash"))
    assert len({document_id for _, document_id, _ in before}) == 3

    for document in credential.documents.all():
        document.content_hash = hashlib.sha256(b"anything else").hexdigest()
        document.save()
    counts = refresh_embeddings(embedder=WordEmbedder())

    assert (counts.cut, counts.added, counts.removed, counts.embedded) == (3, 0, 0, 0)
    assert set(DocumentChunk.objects.values_list("pk", "document_id", "content_hash")) == before


def test_documents_are_cut_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "CUT_TOGETHER", 3)
    for number in range(7):
        offered(f"course-{number}", text=f"Words of course {number}")

    with CaptureQueriesContext(connection) as captured:
        counts = refresh_embeddings(embedder=WordEmbedder())

    assert (counts.cut, counts.added) == (7, 7)
    assert sum('INSERT INTO "document_chunks"' in one["sql"] for one in captured) == 3
    assert DocumentChunk.objects.count() == 7


def test_credentials_are_locked_before_documents_and_in_one_order_and_with_passages_neither() -> None:
    offered("joins")
    with CaptureQueriesContext(connection) as asked:
        refresh_embeddings(embedder=WordEmbedder())

    cut, stored = (one["sql"] for one in asked if " FOR " in one["sql"] and "UPDATE" in one["sql"])
    assert 'ORDER BY "credential_catalog"."id" ASC' in cut
    assert "JOIN" not in stored
