"""What few passages pass a filter is compared in memory, finds what the database finds, and is never behind it."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Credential, JobRole
from recommendations.models import DocumentChunk, EmbeddingArtifact
from recommendations.passage_index import FlatIndex
from recommendations.queries import nearest, vector_cache
from recommendations.retrieval import Passage
from tests.factories.catalog import CredentialFactory, JobRoleFactory
from tests.recommendations.test_search import KEY, store, unit_vectors

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_held() -> Iterator[None]:
    vector_cache._held.clear()
    yield
    vector_cache._held.clear()


@pytest.fixture
def role() -> JobRole:
    return JobRoleFactory()


@pytest.fixture
def meant(role: JobRole) -> Credential:
    """A credential for the role, with passages 0 to 29; another credential has 40 more."""
    credential = CredentialFactory(level=2, hours=10, provider="Ours")
    credential.roles.set([role])
    store(credential, unit_vectors(30, seed=1))
    store(CredentialFactory(level=4, hours=50, provider="Others"), unit_vectors(40, seed=2))
    return credential


def found(role: JobRole, *, exact: bool | None = None, limit: int = 5, seed: int = 3) -> list[Passage]:
    (passages,) = nearest(unit_vectors(1, seed=seed), key=KEY, limit=limit, role_id=role.pk, exact=exact)
    return passages


@pytest.mark.parametrize(
    "filters", [{}, {"level": 3}, {"hours": 10}, {"providers": ["Ours"]}, {"language": "en"}, {"level": 1}]
)
def test_memory_and_database_find_the_same(meant: Credential, filters: Mapping[str, Any]) -> None:
    asked = unit_vectors(4, seed=4)

    in_memory = nearest(asked, key=KEY, limit=7, **filters)
    in_database = nearest(asked, key=KEY, limit=7, exact=True, **filters)

    assert len(vector_cache._held) == 1
    for mine, theirs in zip(in_memory, in_database, strict=True):
        assert [_without_cosine(one) for one in mine] == [_without_cosine(one) for one in theirs]
        assert [one.similarity for one in mine] == pytest.approx([one.similarity for one in theirs], abs=1e-6)
    assert len(in_memory[0]) == (0 if filters == {"level": 1} else 7)


def _without_cosine(passage: Passage) -> tuple[Any, ...]:
    return (
        passage.credential_id, passage.artifact_id, passage.source_uri, passage.heading, passage.snippet,
        passage.start, passage.end,
    )  # fmt: skip


def test_a_search_is_one_statement_that_reads_no_vector(meant: Credential, role: JobRole) -> None:
    found(role)
    with CaptureQueriesContext(connection) as captured:
        assert len(found(role, seed=5)) == 5

    assert len(captured) == 1
    assert "embedding_artifacts" not in captured[0]["sql"]


def _leave_the_role(credential: Credential) -> None:
    credential.roles.clear()


def _deactivate(credential: Credential) -> None:
    Credential.objects.filter(pk=credential.pk).update(active=False)


def _lose_passages(credential: Credential) -> None:
    DocumentChunk.objects.filter(document__credential=credential).delete()


@pytest.mark.parametrize("change", [_leave_the_role, _deactivate, _lose_passages])
def test_what_no_longer_passes_is_not_found(meant: Credential, role: JobRole, change: Any) -> None:
    assert len(found(role)) == 5

    change(meant)

    assert found(role) == []


def test_what_is_new_is_found(meant: Credential, role: JobRole) -> None:
    found(role)
    other = CredentialFactory()
    store(other, unit_vectors(1, seed=3))
    other.roles.set([role])

    assert found(role)[0].credential_id == other.pk
    assert found(role)[0].similarity == pytest.approx(1.0, abs=1e-6)


def test_a_vector_made_anew_counts_at_once(meant: Credential, role: JobRole) -> None:
    last = found(role, limit=30)[-1]
    EmbeddingArtifact.objects.filter(pk=last.artifact_id).update(vector=unit_vectors(1, seed=3)[0])

    assert found(role)[0].artifact_id == last.artifact_id


def test_a_change_between_comparing_and_reading_is_noticed(
    meant: Credential, role: JobRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(role)
    compare, compared = FlatIndex.nearest, []

    def interrupted(few: FlatIndex, query: Any, limit: int) -> Any:
        compared.append(limit)
        if len(compared) == 1:
            _deactivate(meant)
        return compare(few, query, limit)

    monkeypatch.setattr(FlatIndex, "nearest", interrupted)

    assert found(role) == []
    assert len(compared) == 2


def test_the_database_searches_where_changes_keep_coming(
    meant: Credential, role: JobRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare, compared = FlatIndex.nearest, []

    def interrupted(few: FlatIndex, query: Any, limit: int) -> Any:
        compared.append(limit)
        Credential.objects.filter(pk=meant.pk).update(hours=10 + len(compared))
        return compare(few, query, limit)

    monkeypatch.setattr(FlatIndex, "nearest", interrupted)

    assert found(role) == found(role, exact=True)
    assert len(compared) == vector_cache.TRIES


def test_no_more_are_held_than_may_be(
    meant: Credential, role: JobRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_cache, "MOST_VECTORS", 69)

    nearest(unit_vectors(1, seed=3), key=KEY, limit=5)
    assert [len(one.rows) for one in vector_cache._held.values()] == []

    found(role)
    nearest(unit_vectors(1, seed=3), key=KEY, limit=5, level=3)
    nearest(unit_vectors(1, seed=3), key=KEY, limit=5, hours=10)

    assert [len(one.rows) for one in vector_cache._held.values()] == [30, 30]


def test_a_given_choice_of_credentials_is_left_to_the_database(meant: Credential) -> None:
    (passages,) = nearest(unit_vectors(1, seed=3), key=KEY, limit=5, credential_ids=[meant.pk, uuid.uuid4()])

    assert [one.credential_id for one in passages] == [meant.pk] * 5
    assert not vector_cache._held


def test_vectors_are_compared_whatever_their_length() -> None:
    vectors = np.array([[3.0, 4.0], [0.0, 0.5], [0.6, 0.8], [-1.0, 0.0], [0.0, 0.0]], np.float32)

    nearest_rows = FlatIndex.of(vectors).nearest(np.array([0.0, 2.0], np.float32), 4)

    assert nearest_rows == [(1, 1.0), (0, 0.8), (2, 0.8), (3, 0.0)]
