"""The database finds what an exhaustive comparison finds, under every filter."""

import uuid
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from numpy.typing import NDArray

from catalog.models import Credential, JobRole
from microcred.ai.base import EmbeddingKey, Vectors
from recommendations.models import DocumentChunk, EmbeddingArtifact
from recommendations.queries import Filters, hybrid, nearest, search
from tests.factories.catalog import CredentialDocumentFactory, CredentialFactory, JobRoleFactory

pytestmark = pytest.mark.django_db
KEY = EmbeddingKey("sentence-transformers", "noise", 384)


def unit_vectors(number: int, *, seed: int) -> Vectors:
    return _scaled(np.random.default_rng(seed).normal(size=(number, 384)))


def _scaled(drawn: NDArray[np.floating[Any]]) -> Vectors:
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


def clustered_vectors(number: int, *, seed: int) -> Vectors:
    """Vectors around fifty centres, as those of texts are; noise alone has no neighbours worth the name."""
    centres = unit_vectors(50, seed=0)
    return _scaled(centres[np.arange(number) % 50] + 0.5 * unit_vectors(number, seed=seed))


def store(credential: Credential, vectors: Vectors, *, key: EmbeddingKey = KEY, language: str = "en") -> None:
    """Give the credential a document with a passage for each vector, named by its number."""
    document = CredentialDocumentFactory(
        credential=credential, uri=f"https://example.org/{uuid.uuid4()}", language=language
    )
    chunks = DocumentChunk.objects.bulk_create(
        DocumentChunk(document=document, position=number, start=number, end=number + 1, text=str(number))
        for number in range(len(vectors))
    )
    EmbeddingArtifact.objects.bulk_create(
        EmbeddingArtifact(
            entity_type="document_chunk", entity_id=chunk.pk, chunk=chunk, provider=key.provider, model=key.model,
            dimension=key.dimension, vector=vector,
        )
        for chunk, vector in zip(chunks, vectors, strict=True)
    )  # fmt: skip


def exact(vectors: Vectors, query: Vectors, limit: int) -> list[str]:
    return [str(number) for number in np.argsort(-(vectors @ query), kind="stable")[:limit]]


def test_an_exact_scan_finds_the_nearest_with_their_cosines() -> None:
    vectors, asked = unit_vectors(300, seed=1), unit_vectors(3, seed=2)
    store(CredentialFactory(), vectors)

    found = nearest(asked, key=KEY, limit=10)

    for query, passages in zip(asked, found, strict=True):
        assert [passage.snippet for passage in passages] == exact(vectors, query, 10)
        cosines = np.sort(vectors @ query)[::-1][:10]
        assert [passage.similarity for passage in passages] == pytest.approx(cosines.tolist(), abs=1e-5)


def test_the_index_finds_nearly_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, asked = clustered_vectors(1500, seed=3), clustered_vectors(10, seed=4)
    store(CredentialFactory(), vectors)
    monkeypatch.setattr(search, "EXACT_ROWS", 100)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    make_graph_anew()

    with CaptureQueriesContext(connection) as captured:
        found = nearest(asked, key=KEY, limit=10)

    hits = [
        len({passage.snippet for passage in passages} & set(exact(vectors, query, 10)))
        for query, passages in zip(asked, found, strict=True)
    ]
    assert sum(hits) >= 99
    assert all(
        [passage.similarity for passage in passages]
        == sorted((passage.similarity for passage in passages), reverse=True)
        for passages in found
    )
    searches = [query["sql"] for query in captured if "halfvec" in query["sql"]]
    assert "idx_embedding_artifacts_hnsw" in _plan(searches[0])


def make_graph_anew() -> None:
    """Make the graph of the rows that are there: those that other tests rolled back would stand in it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("REINDEX INDEX idx_embedding_artifacts_hnsw")
        cursor.execute("ANALYZE embedding_artifacts")


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("exact_rows", [2000, 0])
def test_filters_hold_and_still_give_as_many_as_there_are(
    exact_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "EXACT_ROWS", exact_rows)
    role: JobRole = JobRoleFactory()
    meant = CredentialFactory()
    meant.roles.set([role])
    store(meant, unit_vectors(5, seed=5))
    store(meant, unit_vectors(4, seed=6), language="de")
    store(CredentialFactory(), unit_vectors(200, seed=7))
    store(CredentialFactory(active=False), unit_vectors(20, seed=8))
    make_graph_anew()
    asked = unit_vectors(1, seed=9)

    def credentials(**filters: Any) -> list[uuid.UUID]:
        (passages,) = nearest(asked, key=KEY, limit=300, **filters)
        return [passage.credential_id for passage in passages]

    assert len(credentials()) == 209
    assert credentials(role_id=role.pk) == [meant.pk] * 9
    assert credentials(role_id=role.pk, language="de") == [meant.pk] * 4


@pytest.mark.parametrize("exact_rows", [2000, 0])
@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        ({"level": 1}, 6), ({"hours": 9}, 5), ({"providers": ["Ours", "Nobody"]}, 4),
        ({"level": 1, "hours": 9, "providers": ["Ours"], "language": "en"}, 3),
    ],
)  # fmt: skip
def test_one_in_a_hundred_that_passes_is_still_found(
    exact_rows: int, filters: dict[str, Any], passing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "EXACT_ROWS", exact_rows)
    store(CredentialFactory(level=1, hours=9, provider="Ours"), unit_vectors(3, seed=12))
    store(CredentialFactory(level=1, hours=10, provider="Others"), unit_vectors(3, seed=13))
    store(CredentialFactory(level=2, hours=9, provider="Others"), unit_vectors(2, seed=14))
    store(CredentialFactory(level=2, hours=10, provider="Ours"), unit_vectors(1, seed=15))
    store(CredentialFactory(level=3, hours=99, provider="Others"), unit_vectors(600, seed=16))
    make_graph_anew()
    asked = unit_vectors(1, seed=17)

    (near,) = nearest(asked, key=KEY, limit=passing, **filters)
    (both,) = hybrid(["nothing"], asked, key=KEY, limit=passing, filters=Filters(**filters))

    assert len(near) == len(both) == passing
    assert {one.artifact_id for one in near} == {one.artifact_id for one in both}


def test_all_needs_take_two_questions_and_a_third_where_one_has_too_many_places() -> None:
    for seed in (17, 18):
        store(CredentialFactory(), unit_vectors(10, seed=seed))

    def asked(number: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            found = hybrid(["words"] * number, unit_vectors(number, seed=19), key=KEY, limit=5)
        assert [len(one) for one in found] == [5] * number
        return len(captured)

    assert (asked(1), asked(5)) == (2, 2)
    store(CredentialFactory(), unit_vectors(11, seed=20))
    assert (asked(1), asked(5)) == (3, 3)


def test_unlike_vectors_are_never_compared() -> None:
    vectors = unit_vectors(4, seed=10)
    store(CredentialFactory(), vectors, key=EmbeddingKey("openai", "noise", 384))
    store(CredentialFactory(), vectors, key=EmbeddingKey("sentence-transformers", "other", 384))

    assert nearest(vectors[:1], key=KEY, limit=10) == [[]]


def test_an_empty_catalog_gives_nothing() -> None:
    assert nearest(unit_vectors(2, seed=11), key=KEY, limit=10) == [[], []]
