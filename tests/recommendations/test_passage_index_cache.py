"""What is found in memory is what the database finds, and nothing that has changed since."""

import json
import uuid
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Credential, CredentialDocument
from microcred.ai.base import EmbeddingKey, Vectors
from recommendations.models import DocumentChunk, EmbeddingArtifact, TitleEmbedding
from recommendations.queries import Filters, hybrid, hybrid_among, passage_index_cache, search, vector_hashes
from recommendations.queries.passage_index_cache import Searched
from recommendations.retrieval import Hit
from recommendations.services.word_counts import refresh_word_counts
from tests.factories.catalog import CredentialDocumentFactory, CredentialFactory

pytestmark = pytest.mark.django_db
KEY = EmbeddingKey("sentence-transformers", "noise", 384)
WORDS = (
    "welding",
    "metals",
    "joining",
    "nursing",
    "care",
    "budgets",
    "charts",
    "tables",
    "networks",
    "courses",
)


@pytest.fixture(autouse=True)
def _nothing_held() -> Iterator[None]:
    passage_index_cache._kept.clear()
    yield
    passage_index_cache._kept.clear()


def unit_vectors(number: int, *, seed: int) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(number, 384))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


def store(vectors: Vectors, *, seed: int, titled: bool = True, active: bool = True) -> Credential:
    """Give a new credential a document with a passage of three words for each vector."""
    credential = CredentialFactory(active=active)
    document = CredentialDocumentFactory(credential=credential, uri=f"https://example.org/{uuid.uuid4()}")
    drawn = np.random.default_rng(seed).choice(WORDS, size=(len(vectors), 4))
    chunks = DocumentChunk.objects.bulk_create(
        DocumentChunk(
            document=document, position=place, start=place, end=place + 1, title=str(own[3]), text=" ".join(own[:3]),
            content_hash=f"{seed:032d}{place:032d}",
        )
        for place, own in enumerate(drawn)
    )  # fmt: skip
    EmbeddingArtifact.objects.bulk_create(
        EmbeddingArtifact(
            entity_type="document_chunk", entity_id=chunk.pk, chunk=chunk, provider=KEY.provider, model=KEY.model,
            dimension=KEY.dimension, content_hash=chunk.content_hash, vector=vector,
        )
        for chunk, vector in zip(chunks, vectors, strict=True)
    )  # fmt: skip
    if titled:
        (vector,) = unit_vectors(1, seed=1000 + seed)
        TitleEmbedding.objects.create(
            document=document, provider=KEY.provider, model=KEY.model, dimension=KEY.dimension, vector=vector
        )
    return credential


def by_database(texts: list[str], asked: Vectors, ids: Collection[uuid.UUID]) -> list[list[Hit]]:
    return hybrid(texts, asked, key=KEY, limit=100, filters=Filters(credential_ids=ids))


def in_memory(texts: list[str], asked: Vectors, ids: Collection[uuid.UUID]) -> list[list[Hit]]:
    found = hybrid_among(texts, asked, key=KEY, limit=100, credential_ids=ids)
    assert found.index is not None
    return [list(found.hits.hits(number)) for number in range(len(texts))]


def ids_of(texts: list[str], asked: Vectors, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    return {hit.credential_id for own in in_memory(texts, asked, ids) for hit in own}


def test_ranks_and_cosines_are_those_of_the_database() -> None:
    made = [store(unit_vectors(6, seed=seed), seed=seed, titled=seed % 3 > 0) for seed in range(50)]
    refresh_word_counts(changed=True)
    among = [one.pk for one in made[:40]]
    texts, asked = (
        ["welding of metals", "caring nurses and budgets", "the of and", "zzz"],
        unit_vectors(4, seed=99),
    )

    theirs, ours = by_database(texts, asked, among), in_memory(texts, asked, among)

    for by_sql, held in zip(theirs, ours, strict=True):
        assert len(held) == 100
        assert [_ranks(hit) for hit in held] == [_ranks(hit) for hit in by_sql]
        assert [hit.similarity for hit in held] == pytest.approx([hit.similarity for hit in by_sql], abs=1e-6)


def _ranks(hit: Hit) -> tuple[Any, ...]:
    return hit.credential_id, hit.artifact_id, hit.vector_rank, hit.text_rank, hit.fused_rank


@pytest.mark.parametrize("passages", [7, 25])
def test_equal_passages_come_in_the_order_of_their_ids(passages: int) -> None:
    (vector,) = unit_vectors(1, seed=1)
    made = [store(np.stack([vector] * passages), seed=7, titled=False) for _ in range(30)]
    among = [one.pk for one in made]

    (theirs,), (ours,) = (find(["welding"], vector[None, :], among) for find in (by_database, in_memory))

    assert [_ranks(hit) for hit in ours] == [_ranks(hit) for hit in theirs]


def test_the_hashes_are_those_of_the_database() -> None:
    credential = store(unit_vectors(3, seed=2), seed=2)

    found = hybrid_among(
        ["care"], unit_vectors(1, seed=3), key=KEY, limit=100, credential_ids=[credential.pk]
    )

    rows = [0, 1, 2]
    ids = [found.hits.passages.keys[row] for row in rows]
    of_the_database = Searched(found.hits)
    assert found.index is not None
    assert found.described(rows) == of_the_database.described(rows)
    assert [json.loads(one) for one in found.described(rows)] == [
        {"credential": str(credential.pk), **vector_hashes(ids)[pk]} for pk in ids
    ]


def test_another_search_among_the_same_is_one_statement() -> None:
    credential, asked = store(unit_vectors(3, seed=4), seed=4), unit_vectors(2, seed=5)
    in_memory(["care", "welding"], asked, [credential.pk])

    with CaptureQueriesContext(connection) as captured:
        in_memory(["welding", "care"], asked, [credential.pk])

    assert len(captured) == 1


def test_what_changes_is_read_anew() -> None:
    old, other = (store(unit_vectors(3, seed=seed), seed=seed, titled=False) for seed in (6, 7))
    asked, among = unit_vectors(1, seed=8), [old.pk, other.pk]
    (before,) = in_memory(["sailing"], asked, among)
    first = DocumentChunk.objects.filter(document__credential=old).first()
    assert first is not None

    DocumentChunk.objects.filter(pk=first.pk).update(text="sailing")
    (worded,) = in_memory(["sailing"], asked, among)
    EmbeddingArtifact.objects.filter(chunk=first).update(vector=asked[0])
    (turned,) = in_memory(["sailing"], asked, among)
    first.delete()
    (gone,) = in_memory(["sailing"], asked, among)

    assert [hit.text_rank for hit in before] == [None] * 6
    assert [hit.text_rank for hit in worded if hit.text_rank] == [1]
    assert (turned[0].similarity, turned[0].fused_rank) == (1.0, 1)
    assert len(gone) == 5


def test_a_deactivated_credential_is_never_found_again() -> None:
    kept, left = (store(unit_vectors(3, seed=seed), seed=seed) for seed in (9, 10))
    asked, among = unit_vectors(1, seed=11), [kept.pk, left.pk]
    assert ids_of(["care"], asked, among) == {kept.pk, left.pk}

    Credential.objects.filter(pk=left.pk).update(active=False)

    assert ids_of(["care"], asked, among) == {kept.pk}
    assert ids_of(["care"], asked, [left.pk]) == set()


def test_nobody_is_found_who_was_not_asked_for_or_has_other_vectors() -> None:
    mine, others = (store(unit_vectors(3, seed=seed), seed=seed) for seed in (12, 13))
    asked = unit_vectors(1, seed=14)
    assert ids_of(["care"], asked, [mine.pk, others.pk]) == {mine.pk, others.pk}

    unlike = EmbeddingKey(KEY.provider, "another", 384)

    assert ids_of(["care"], asked, [mine.pk]) == {mine.pk}
    assert not hybrid_among(["care"], asked, key=unlike, limit=9, credential_ids=[mine.pk]).hits


def test_a_document_that_is_moved_takes_its_passages_along() -> None:
    old, new = store(unit_vectors(2, seed=15), seed=15), CredentialFactory()
    asked, among = unit_vectors(1, seed=16), [old.pk, new.pk]
    assert ids_of(["care"], asked, among) == {old.pk}

    CredentialDocument.objects.filter(credential=old).update(credential=new)

    assert ids_of(["care"], asked, among) == {new.pk}


def test_where_more_pass_than_are_compared_the_database_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "EXACT_ROWS", 5)
    few, many = store(unit_vectors(5, seed=17), seed=17), store(unit_vectors(6, seed=18), seed=18)
    asked = unit_vectors(1, seed=19)

    assert hybrid_among(["care"], asked, key=KEY, limit=9, credential_ids=[few.pk]).index is not None
    assert hybrid_among(["care"], asked, key=KEY, limit=9, credential_ids=[many.pk]).index is None
    assert passage_index_cache._kept[connection.settings_dict["NAME"], KEY].index.held.size == 6


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passage_index_cache, "MOST_VECTORS", 10)
    monkeypatch.setattr(passage_index_cache, "MOST_POSTINGS", 3)
    monkeypatch.setattr(passage_index_cache, "MOST_TEXTS", 1)
    made = [store(unit_vectors(4, seed=seed), seed=seed) for seed in (20, 21, 22)]
    asked = unit_vectors(1, seed=23)

    for one in made:
        for word in WORDS:
            assert [list(map(_ranks, own)) for own in in_memory([word], asked, [one.pk])] == [
                list(map(_ranks, own)) for own in by_database([word], asked, [one.pk])
            ]

    kept = passage_index_cache._kept[connection.settings_dict["NAME"], KEY]
    assert kept.index.held.size <= 10
    assert sum(len(own.rows) for own in kept.index.words.values()) <= 3 + 4
    assert len(kept.stems) <= 2


def beside_a_flood() -> tuple[list[uuid.UUID], Vectors, Credential]:
    """Nine credentials of few passages, and one of so many nearer ones, with the words, that they fill every list."""
    (asked,) = unit_vectors(1, seed=30)
    flood = store(near(asked, 130, by=0.5, seed=31), seed=31, titled=False)
    DocumentChunk.objects.filter(document__credential=flood).update(text="welding welding metals")
    small = [
        store(near(asked, 3, by=1.5, seed=seed), seed=seed, titled=seed % 2 > 0) for seed in range(32, 41)
    ]
    refresh_word_counts(changed=True)
    return [flood.pk, *(one.pk for one in small)], asked[None, :], flood


def near(asked: Any, number: int, *, by: float, seed: int) -> Vectors:
    moved = asked + by * unit_vectors(number, seed=seed)
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)


def test_one_of_very_many_passages_leaves_room_for_others() -> None:
    among, asked, flood = beside_a_flood()

    (ours,), (theirs,) = (find(["welding of metals"], asked, among) for find in (in_memory, by_database))

    assert [_ranks(hit) for hit in ours] == [_ranks(hit) for hit in theirs]
    assert {hit.credential_id for hit in ours} == set(among)
    assert sorted(hit.vector_rank for hit in ours if hit.credential_id == flood.pk and hit.vector_rank) == [
        *range(1, 11)
    ]
    assert sum(hit.text_rank is not None for hit in ours if hit.credential_id == flood.pk) == 10
    assert sum(hit.credential_id != flood.pk and hit.vector_rank is not None for hit in ours) == 27


def test_it_leaves_room_where_the_index_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        # What other tests rolled back stays in the graph until it is vacuumed, and some ways end there.
        cursor.execute("REINDEX INDEX idx_embedding_artifacts_hnsw")
    among, asked, flood = beside_a_flood()

    monkeypatch.setattr(search, "EXACT_ROWS", 5)
    (found,) = by_database(["welding of metals"], asked, among)

    by_meaning = [hit.credential_id for hit in found if hit.vector_rank]
    assert by_meaning.count(flood.pk) == 10
    # The index need not find all 27 of the others.
    assert len(by_meaning) > 20
