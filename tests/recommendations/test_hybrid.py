"""Words find what vectors miss, titles tell equals apart, and the ranks say how a passage was found."""

import uuid
from typing import Any

import numpy as np
import pytest
from django.db import connection

from microcred.ai.base import EmbeddingKey, Vectors
from recommendations.models import DocumentChunk, EmbeddingArtifact, TitleEmbedding
from recommendations.queries import Filters, by_words, hybrid, passages_of
from recommendations.retrieval import WORDS_SHARE, Hit, K, Passage, compared, fuse_ranks
from recommendations.services import refresh_embeddings
from recommendations.services.word_counts import refresh_word_counts
from tests.factories.catalog import CredentialDocumentFactory, CredentialFactory, JobRoleFactory
from tests.factories.recommendations import WordEmbedder

KEY = EmbeddingKey("sentence-transformers", "words", 384)


def axis(number: int, *, towards: int = 0, share: float = 0.0) -> Vectors:
    """A unit vector along an axis, leaning towards another."""
    vector = np.zeros(384, np.float32)
    vector[number] = 1.0
    vector[towards] += share
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def store(title: str, text: str, vector: Vectors, *, heading: str = "", active: bool = True) -> DocumentChunk:
    credential = CredentialFactory(active=active)
    document = CredentialDocumentFactory(
        credential=credential, uri=f"https://example.org/{uuid.uuid4()}", title=title
    )
    chunk = DocumentChunk.objects.create(
        document=document, position=0, start=0, end=max(1, len(text)), title=title, heading=heading, text=text
    )
    EmbeddingArtifact.objects.create(
        entity_type="document_chunk", entity_id=chunk.pk, chunk=chunk, provider=KEY.provider, model=KEY.model,
        dimension=KEY.dimension, vector=vector,
    )  # fmt: skip
    return chunk


def snippets(text: str, vector: Vectors, **filters: Any) -> list[str]:
    (found,) = by_words([text], vector[None, :], key=KEY, limit=10, filters=Filters(**filters))
    return [passage.snippet for passage in passages_of(found)]


@pytest.mark.django_db
def test_words_meet_in_their_stems_and_any_of_them_is_enough() -> None:
    store("Manager", "plans the budgets", axis(1))
    store("Nurse", "cares for patients", axis(2))

    assert snippets("budgeting for managers", axis(3)) == ["plans the budgets"]
    assert snippets("the of and", axis(3)) == []
    assert snippets("astronaut", axis(3)) == []


@pytest.mark.django_db
def test_a_rare_word_counts_more_than_a_common_one_and_a_title_more_than_a_text() -> None:
    for number in range(8):
        store("Course", f"course number {number}", axis(number))
    store("Welding", "a course in joining", axis(20))
    store("Joining", "a course in welding", axis(21))
    refresh_word_counts(changed=True)

    assert snippets("welding course", axis(3))[:2] == ["a course in joining", "a course in welding"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["it's a 'quote'", "back\\slash & | ! ( ) : *", "a:b:c <-> d", "ünïcode ☂", ""]
)
def test_any_text_can_be_searched_for(text: str) -> None:
    chunk = store("Anything", "quote slash b c ünïcode", axis(1))

    found = snippets(text, axis(1))

    assert found in ([], [chunk.text])


@pytest.mark.django_db
def test_filters_hold_for_words_too() -> None:
    role = JobRoleFactory()
    meant = store("Welding", "welding for the role", axis(1))
    meant.document.credential.roles.set([role])
    store("Welding", "welding for others", axis(2))
    store("Welding", "welding of old", axis(3), active=False)

    assert snippets("welding", axis(1), role_id=role.pk) == ["welding for the role"]
    assert set(snippets("welding", axis(1))) == {"welding for the role", "welding for others"}


@pytest.mark.django_db
def test_the_index_on_words_serves() -> None:
    chunk = store("Welding", "welding", axis(1))
    DocumentChunk.objects.bulk_create(
        DocumentChunk(document=chunk.document, position=number, start=0, end=1, text=f"word{number}")
        for number in range(1, 3000)
    )

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE document_chunks")
        cursor.execute("EXPLAIN SELECT id FROM document_chunks WHERE words @@ 'weld'::tsquery")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "idx_document_chunks_words" in plan


@pytest.mark.django_db
def test_both_searches_are_fused_and_the_ranks_are_told() -> None:
    store("Joining", "metal parts", axis(1))
    store("Welding", "sparks", axis(5))

    (hits,) = hybrid(["welding"], axis(1)[None, :], key=KEY, limit=10)

    worded, near = passages_of(hits)

    # Second by meaning and first by words: 1/5 + .5/4 is more than the 1/4 of the first by meaning alone.
    assert (worded.snippet, worded.vector_rank, worded.text_rank, worded.fused_rank) == ("sparks", 2, 1, 1)
    assert (near.snippet, near.vector_rank, near.text_rank, near.fused_rank) == ("metal parts", 1, None, 2)
    assert near.similarity == pytest.approx(1.0)
    assert worded.similarity == pytest.approx(0.0, abs=1e-6)


@pytest.mark.django_db
def test_of_equally_near_passages_the_one_with_the_nearer_title_comes_first() -> None:
    far = store("Nursing", "hours", axis(1, towards=0, share=0.5))
    near = store("Welding", "fees", axis(2, towards=0, share=0.5))
    for chunk, vector in ((far, axis(7)), (near, axis(0))):
        TitleEmbedding.objects.create(
            document=chunk.document,
            provider=KEY.provider,
            model=KEY.model,
            dimension=KEY.dimension,
            vector=vector,
        )

    (found,) = hybrid(["zzz"], axis(0)[None, :], key=KEY, limit=10)

    assert [passage.snippet for passage in passages_of(found)] == ["fees", "hours"]


@pytest.mark.django_db
def test_refreshing_embeds_each_title_once_and_again_when_it_changes() -> None:
    document = CredentialDocumentFactory(title="Welding", text="Sparks fly.")
    refresh_embeddings(embedder=WordEmbedder())
    first = TitleEmbedding.objects.get()

    again = WordEmbedder()
    refresh_embeddings(embedder=again)
    document.title = "Joining"
    document.save()
    changed = WordEmbedder()
    refresh_embeddings(embedder=changed)

    assert again.embedded == []
    assert changed.embedded[-1] == "Joining"
    assert TitleEmbedding.objects.get().content_hash != first.content_hash
    assert DocumentChunk.objects.get().title == "Joining"


def hit(number: int, similarity: float, by_meaning: int | None, by_words: int | None) -> Hit:
    return Hit(uuid.UUID(int=number), uuid.UUID(int=number), similarity, by_meaning, by_words)


def test_fused_ranks_follow_the_formula() -> None:
    found = fuse_ranks([hit(1, 0.9, 1, None), hit(2, 0.8, 2, 2), hit(3, 0.1, None, 1)], limit=10)

    second = 1 / (K + 2) + WORDS_SHARE / (K + 2)
    assert second > 1 / (K + 1) > WORDS_SHARE / (K + 1)
    assert [one.artifact_id.int for one in found] == [2, 1, 3]
    assert [one.fused_rank for one in found] == [1, 2, 3]


def test_equal_places_go_to_what_is_nearer_in_meaning() -> None:
    found = fuse_ranks([hit(1, 0.2, 1, None), hit(2, 0.5, 1, None)], limit=5)

    assert [one.artifact_id.int for one in found] == [2, 1]


@pytest.mark.django_db
def test_without_vectors_words_alone_decide_and_nothing_is_compared() -> None:
    store("Welding", "sparks", axis(1))
    store("Joining", "welding of metal parts", axis(5))
    store("Nursing", "patients", axis(7))

    found = by_words(["welding", "patients", "astronaut"], None, key=KEY, limit=10)

    assert [[one.snippet for one in passages_of(own)] for own in found] == [
        ["sparks", "welding of metal parts"], ["patients"], [],
    ]  # fmt: skip
    assert [(hit.text_rank, hit.vector_rank, hit.similarity) for hit in found[0]] == [
        (1, None, 0.0), (2, None, 0.0),
    ]  # fmt: skip


@pytest.mark.django_db
def test_without_vectors_nobody_floods_what_words_find() -> None:
    many = store("Welding", "welding 0", axis(1))
    for number in range(1, 150):
        chunk = DocumentChunk.objects.create(
            document=many.document, position=number, start=0, end=1, title="Welding", text=f"welding {number}"
        )
        EmbeddingArtifact.objects.create(
            entity_type="document_chunk", entity_id=chunk.pk, chunk=chunk, provider=KEY.provider,
            model=KEY.model, dimension=KEY.dimension, vector=axis(2),
        )  # fmt: skip
    other = store("Joining", "a little welding at the end", axis(3))

    (found,) = by_words(["welding"], None, key=KEY, limit=100)

    assert other.document.credential_id in {hit.credential_id for hit in found}


def test_what_words_found_is_ranked_by_how_near_it_comes_too() -> None:
    def passage(number: int, text_rank: int) -> Passage:
        own = uuid.UUID(int=number)
        return Passage(own, own, "", "", "", 0, 1, 0.0, None, text_rank, text_rank)

    first, second, third = passage(1, 1), passage(2, 2), passage(3, 3)

    found = compared([first, second, third], [0.1, 0.3, 0.9], limit=2)

    # 1/4 + .5/6 is more than 1/6 + .5/4 and 1/5 + .5/5.
    assert [(one.artifact_id.int, one.similarity, one.vector_rank, one.text_rank) for one in found] == [
        (3, 0.9, 1, 3), (2, 0.3, 2, 2),
    ]  # fmt: skip
    assert [one.fused_rank for one in found] == [1, 2]
