"""The product's search measured on documents and queries from outside.

The documents are put into tables of a schema of their own, cut, embedded and indexed by the product's own code, and
searched by its own queries; at the end all of it is rolled back. Only the schema's name stands before the tables'.
"""

import datetime as dt
import hashlib
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.db import connection, transaction

from microcred.ai.base import Embedder, EmbeddingKey, Vectors
from microcred.errors import Unavailable
from microcred.ids import uuid7
from microcred.tables import TableError, rows
from recommendations.models import DocumentChunk
from recommendations.queries import by_words, hybrid, nearest
from recommendations.retrieval import Hit, Passage
from recommendations.services import refresh_embeddings

TABLES: Final = (
    "credential_catalog",
    "credential_documents",
    "document_chunks",
    "embedding_artifacts",
    "title_embeddings",
    "word_counts",
)
NAMES_CREDENTIAL: Final = "embedding_artifacts_name_credential"
Found = Hit | Passage
DEPTH: Final = 100
DOCUMENT: Final = ("doc_id", "title", "text")
QUERY: Final = ("query", "doc_id")
COLUMNS: Final = frozenset({*DOCUMENT, *QUERY})
HITS: Final = (1, 5, 10)


class TablesMissing(Unavailable):
    """The database has not been migrated."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Documents (id, title, text), and by query the ids of the documents that it is about."""

    documents: Sequence[tuple[str, str, str]]
    wanted: Mapping[str, frozenset[str]]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Each query with each of its documents."""
        return [(query, document) for query, wanted in self.wanted.items() for document in sorted(wanted)]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures by mode. A query counts once, found where any of its documents is; ``by_row`` counts each row of the
    queries by itself, as if no other document would do."""

    n_docs: int
    n_queries: int
    modes: dict[str, dict[str, float]]
    by_row: dict[str, dict[str, float]]

    def as_json(self) -> dict[str, Any]:
        """The evaluation as the published object."""
        return {
            "n_docs": self.n_docs,
            "n_queries": self.n_queries,
            "modes": self.modes,
            "by_row": self.by_row,
        }


def read_questions(documents: Path, queries: Path, *, by_name: Mapping[str, str] | None = None) -> Questions:
    """Read both files; ``by_name`` says what `COLUMNS` are called in them. Raises TableError."""
    read = [
        (row["doc_id"], row["title"].strip(), row["text"].strip())
        for row in rows(documents, columns=DOCUMENT, ids=("doc_id",), by_name=by_name)
    ]
    known = {doc_id for doc_id, _, _ in read}
    if len(known) < len(read):
        raise TableError(f"{documents}: a doc_id stands there twice.")
    wanted: dict[str, set[str]] = {}
    for row in rows(queries, columns=QUERY, ids=("doc_id",), by_name=by_name):
        if row["doc_id"] not in known:
            raise TableError(f"{queries}: {row['doc_id']} is no document of {documents}.")
        if row["query"].strip():
            wanted.setdefault(row["query"].strip(), set()).add(row["doc_id"])
    if not wanted:
        raise TableError(f"{queries}: there is no query.")
    return Questions(read, {query: frozenset(ids) for query, ids in wanted.items()})


def require_tables() -> None:
    """Ask the database for the tables that are copied, before anything is embedded for it in vain.

    Raises:
        OperationalError: the database cannot be reached. TablesMissing: it has not been migrated.
    """
    missing = set(TABLES) - set(connection.introspection.table_names())
    if missing:
        raise TablesMissing(f"The database lacks {', '.join(sorted(missing))}: run manage.py migrate first.")


def evaluate(questions: Questions, embedder: Embedder, *, now: dt.datetime) -> Evaluation:
    """Search for every query in every mode. Raises ProviderError, and what `refresh_embeddings` raises."""
    key, texts = EmbeddingKey.of(embedder), list(questions.wanted)
    vectors = embedder.embed(texts)
    searches: dict[str, Callable[[str, Vectors], Sequence[Sequence[Found]]]] = {
        "vector_exact": lambda text, one: nearest(one, key=key, limit=DEPTH, exact=True),
        "vector": lambda text, one: nearest(one, key=key, limit=DEPTH, exact=False),
        "fulltext": lambda text, one: by_words([text], one, key=key, limit=DEPTH),
        "hybrid": lambda text, one: hybrid([text], one, key=key, limit=DEPTH),
    }
    modes, by_row = {}, {}
    with _own_tables():
        ids = _stored(questions.documents, now)
        refresh_embeddings(embedder=embedder)
        _analyze()
        for name, search in searches.items():
            found, milliseconds = {}, []
            for place, text in enumerate(texts):
                began = time.perf_counter()
                (hits,) = search(text, vectors[place : place + 1])
                milliseconds.append(1000 * (time.perf_counter() - began))
                found[text] = _documents(hits, ids)
            modes[name] = _figures([(found[text], questions.wanted[text]) for text in texts]) | {
                "p50_ms": float(np.percentile(milliseconds, 50)),
                "p95_ms": float(np.percentile(milliseconds, 95)),
            }
            by_row[name] = _figures([(found[text], frozenset({one})) for text, one in questions.rows])
    return Evaluation(len(questions.documents), len(texts), modes, by_row)


def _figures(found: Sequence[tuple[Sequence[str], frozenset[str]]]) -> dict[str, float]:
    """Means over queries of what was found, the first first, against what was wanted."""
    first = np.array(
        [
            next((rank for rank, one in enumerate(ranked, start=1) if one in wanted), np.inf)
            for ranked, wanted in found
        ]
    )
    gains = [_gain(ranked, wanted) for ranked, wanted in found]
    return {
        "mrr": float((1.0 / first).mean()),
        **{f"hit@{cut}": float((first <= cut).mean()) for cut in HITS},
        "ndcg@10": float(np.mean(gains)),
    }


def _gain(ranked: Sequence[str], wanted: frozenset[str]) -> float:
    discounts = 1.0 / np.log2(np.arange(2, 12))
    hits = np.array([one in wanted for one in ranked[:10]], float)
    return float(hits @ discounts[: len(hits)] / discounts[: len(wanted)].sum())


def _documents(hits: Sequence[Found], ids: Mapping[uuid.UUID, str]) -> list[str]:
    """The documents in the order of their best passage."""
    return list(dict.fromkeys(ids[hit.credential_id] for hit in hits))


@contextmanager
def _own_tables() -> Iterator[None]:
    """Empty copies of the tables, with their indexes, in front of the product's for this transaction."""
    schema = connection.ops.quote_name(f"evaluation_{uuid.uuid4().hex}")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {schema}")
            for table in TABLES:
                cursor.execute(f"CREATE TABLE {schema}.{table} (LIKE {table} INCLUDING ALL)")
            # Triggers are not among all: this one has vectors name their credential.
            cursor.execute(
                f"CREATE TRIGGER {NAMES_CREDENTIAL} BEFORE INSERT ON {schema}.embedding_artifacts "
                f"FOR EACH ROW EXECUTE FUNCTION {NAMES_CREDENTIAL}()"
            )
            cursor.execute("SELECT current_setting('search_path')")
            (path,) = cursor.fetchone()
            cursor.execute(f"SET LOCAL search_path = {schema}, {path}")
        yield
        transaction.set_rollback(True)


def _stored(documents: Sequence[tuple[str, str, str]], now: dt.datetime) -> dict[uuid.UUID, str]:
    """Store each document as that of a credential of its own; return the documents' ids by the credentials'."""
    # The catalog's own rows, which no other app may import: a service would demand skills and roles for them.
    document: Any = DocumentChunk._meta.get_field("document").related_model
    credential: Any = document._meta.get_field("credential").related_model
    ids = {uuid7(): doc_id for doc_id, _, _ in documents}
    addresses = [f"https://example.invalid/{number}" for number in range(len(documents))]
    credential.objects.bulk_create(
        credential(
            pk=key,
            key=f"document-{number}",
            title=title,
            level=1,
            hours=1,
            uri=uri,
            created_at=now,
            updated_at=now,
        )
        for number, (key, uri, (_, title, _)) in enumerate(zip(ids, addresses, documents, strict=True))
    )
    document.objects.bulk_create(
        document(
            credential_id=key,
            uri=uri,
            title=title,
            text=text or title,
            content_hash=hashlib.sha256((text or title).encode()).hexdigest(),
        )
        for key, uri, (_, title, text) in zip(ids, addresses, documents, strict=True)
    )
    return ids


def _analyze() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
