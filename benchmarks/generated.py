"""Made-up catalogs: vectors as texts have them, passages, credentials, roles. All from a seed."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from catalog.models import JobRole
from microcred.ai.base import EmbeddingKey, Vectors
from microcred.ids import uuid7

DIMENSION: Final = 384
KEY: Final = EmbeddingKey("sentence-transformers", "generated", DIMENSION)
CLUSTERS: Final = 100
PASSAGES_A_CREDENTIAL: Final = 5
HNSW: Final = "idx_embedding_artifacts_hnsw"


def unit(drawn: NDArray[np.floating[Any]]) -> Vectors:
    """Scale rows to unit length."""
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def clustered(number: int, *, seed: int) -> Vectors:
    """Return unit vectors around a hundred centres, spread unevenly over 384 directions as those of texts are.

    The variance along the k-th direction falls as 1 / k, as it roughly does for vectors of sentences; noise that is
    equal in all directions has no neighbours worth the name.
    """
    fixed = np.random.default_rng(0)
    spectrum = 1.0 / np.sqrt(np.arange(1, DIMENSION + 1))
    turned = np.linalg.qr(fixed.normal(size=(DIMENSION, DIMENSION)))[0] * spectrum[:, None]
    centres = fixed.normal(size=(CLUSTERS, DIMENSION)) @ turned
    drawn = np.random.default_rng(seed + 1)
    own = drawn.integers(CLUSTERS, size=number)
    return unit(centres[own] + 0.8 * (drawn.normal(size=(number, DIMENSION)) @ turned))


@dataclass(frozen=True, slots=True)
class Catalog:
    """What was loaded: the vectors (passages, 384), the ids of their rows in the same order, the number of the
    credential of each, and by role which of the credentials are meant for it."""

    vectors: Vectors
    ids: Sequence[uuid.UUID]
    credential: NDArray[np.intp]
    roles: dict[uuid.UUID, NDArray[np.bool_]]

    def passing(self, role_id: uuid.UUID | None) -> NDArray[np.bool_]:
        """Which passages a filter by role lets through."""
        if role_id is None:
            return np.ones(len(self.vectors), bool)
        return self.roles[role_id][self.credential]


def load_catalog(passages: int, *, shares: Sequence[float], seed: int = 1) -> Catalog:
    """Fill the tables with a catalog of so many passages, five to a credential, and one role for each share of the
    credentials; the index is built afterwards."""
    vectors = clustered(passages, seed=seed)
    credential = np.arange(passages) // PASSAGES_A_CREDENTIAL
    credentials = [uuid7() for _ in range(int(credential[-1]) + 1)]
    generator = np.random.default_rng(seed)
    roles = {uuid7(): generator.permutation(len(credentials)) < share * len(credentials) for share in shares}
    ids = [uuid7() for _ in range(passages)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [HNSW])
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {HNSW}")
        _load_credentials(cursor, credentials, roles)
        _load_passages(cursor, [credentials[number] for number in credential], ids, vectors)
        settle(cursor)
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute("SET max_parallel_maintenance_workers = 0")
        cursor.execute(definition)
    return Catalog(vectors, ids, credential, roles)


def settle(cursor: Any) -> None:
    """Check what waits for the end of a transaction, where there is one: until then no index can be made."""
    if connection.in_atomic_block:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _load_credentials(
    cursor: Any, ids: Sequence[uuid.UUID], roles: dict[uuid.UUID, NDArray[np.bool_]]
) -> None:
    columns = "id, key, title, description, provider, level, hours, language, uri, metadata, active"
    with cursor.copy(f"COPY credential_catalog ({columns}, created_at, updated_at) FROM STDIN") as copy:
        for number, pk in enumerate(ids):
            row = (
                pk,
                f"c-{number}",
                f"Course {number}",
                "",
                "Provider",
                2,
                10,
                "en",
                f"https://example.org/{number}",
            )
            copy.write_row((*row, "{}", True, "now", "now"))
    JobRole.objects.bulk_create([JobRole(pk=pk, key=f"role-{pk}", name=f"Role {pk}") for pk in roles])
    with cursor.copy("COPY credential_roles (credential_id, jobrole_id) FROM STDIN") as copy:
        for role, members in roles.items():
            for place in np.flatnonzero(members):
                copy.write_row((ids[int(place)], role))
    with cursor.copy(
        "COPY credential_documents (id, credential_id, uri, title, text, language, content_hash, updated_at) FROM STDIN"
    ) as copy:
        for number, pk in enumerate(ids):
            hashed = hashlib.sha256(str(number).encode()).hexdigest()
            uri = f"https://example.org/{number}/document"
            copy.write_row((pk, pk, uri, f"Course {number}", "Text.", "en", hashed, "now"))


def _load_passages(
    cursor: Any, credentials: Sequence[uuid.UUID], ids: Sequence[uuid.UUID], vectors: Vectors
) -> None:
    columns = (
        'id, document_id, position, title, heading, start, "end", text, content_hash, source_hash, created_at'
    )
    with cursor.copy(f"COPY document_chunks ({columns}) FROM STDIN") as copy:
        for number, (pk, document) in enumerate(zip(ids, credentials, strict=True)):
            place = number % PASSAGES_A_CREDENTIAL
            text = (
                f"Passage {number} of a course about a hundred things, as long as a short paragraph is. " * 3
            )
            copy.write_row(
                (pk, document, place, "", "", 0, len(text), text, f"{number:064d}", "0" * 64, "now")
            )
    # The trigger that names a vector's credential keeps its plan; one made while tables were small reads them whole.
    cursor.execute("ANALYZE credential_documents, document_chunks")
    columns = (
        "id, entity_type, entity_id, provider, model, dimension, content_hash, vector, chunk_id, created_at"
    )
    with cursor.copy(f"COPY embedding_artifacts ({columns}) FROM STDIN") as copy:
        for number, (pk, vector) in enumerate(zip(ids, vectors, strict=True)):
            own = ("document_chunk", pk, KEY.provider, KEY.model, KEY.dimension, f"{number:064d}")
            copy.write_row((pk, *own, str(vector.tolist()), pk, "now"))
