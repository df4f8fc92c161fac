"""The components that the job is usually put together from, each as its manual shows it: sentence-transformers for the
query, ChromaDB for the passages, scikit-learn for alike learners, SQLAlchemy for what is stored and read.
"""

import json
import shutil
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.db import connection

from microcred.ai.weights import find_weights

FOUND: Final = 20
ITEMS: Final = 5
ALIKE: Final = 15
_BATCH: Final = 5000


class Components:
    """Embed a query, find passages under a filter, blend in what alike learners took, store 16 rows, read them back.

    Less than the product does: nothing is checked, put into words, written into a record or announced.
    """

    def __init__(self, vectors: Any, passes: Any, levels: Any, taken: Any) -> None:
        import chromadb
        import sqlalchemy as sa
        from sentence_transformers import SentenceTransformer
        from sklearn.neighbors import NearestNeighbors

        self._model: Any = SentenceTransformer(find_weights("").location, device="cpu")
        self._folder = Path(tempfile.mkdtemp(prefix="benchmark-components-"))
        client = chromadb.PersistentClient(str(self._folder), chromadb.Settings(anonymized_telemetry=False))
        self._passages: Any = client.create_collection(
            "passages", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        for start in range(0, len(vectors), _BATCH):
            own = range(start, min(start + _BATCH, len(vectors)))
            self._passages.add(
                ids=[str(number) for number in own],
                embeddings=vectors[start : start + _BATCH],
                metadatas=[{"active": True, "role": "own" if passes[number] else "other"} for number in own],
                documents=[f"Passage {number} of a course about a hundred things. " * 4 for number in own],
            )
        self._levels, self._taken = levels, taken
        self._alike: Any = NearestNeighbors(n_neighbors=ALIKE, metric="cosine", algorithm="brute").fit(levels)
        self._sa = sa
        address = connection.settings_dict
        self._engine: Any = sa.create_engine(
            "postgresql+psycopg://",
            connect_args={
                "host": address["HOST"],
                "port": address["PORT"],
                "user": address["USER"],
                "dbname": address["NAME"],
            },
        )
        self._tables = _tables(sa)
        self._tables["recommendation"].metadata.create_all(self._engine)

    def run(self, query: str, levels: Any) -> str:
        """Do the whole job for one student; return the result as JSON."""
        vector = self._model.encode([query], normalize_embeddings=True, show_progress_bar=False)
        where = {"$and": [{"active": True}, {"role": "own"}]}
        found = self._passages.query(query_embeddings=vector, n_results=FOUND, where=where)
        _, alike = self._alike.kneighbors(np.asarray([levels]))
        liked: dict[int, float] = {}
        for learner in alike[0]:
            for credential in self._taken[learner]:
                liked[credential] = liked.get(credential, 0.0) + 1.0
        order = sorted(
            range(len(found["ids"][0])),
            key=lambda place: (
                -(1 - found["distances"][0][place]) - 0.1 * liked.get(int(found["ids"][0][place]) // 5, 0.0)
            ),
        )
        return self._stored_and_read(
            [(found["ids"][0][place], found["documents"][0][place]) for place in order[:ITEMS]]
        )

    def _stored_and_read(self, chosen: Sequence[tuple[str, str]]) -> str:
        sa, tables, pk = self._sa, self._tables, uuid.uuid4()
        with self._engine.begin() as store:
            store.execute(
                sa.insert(tables["recommendation"]).values(id=pk, summary="A summary.", status="ready")
            )
            items = [
                {"id": uuid.uuid4(), "recommendation": pk, "position": place, "title": key, "rationale": text}
                for place, (key, text) in enumerate(chosen)
            ]
            store.execute(sa.insert(tables["item"]), items)
            traces = [
                {"id": uuid.uuid4(), "recommendation": pk, "rank": place, "snippet": text}
                for place, (_, text) in enumerate(chosen)
            ]
            store.execute(sa.insert(tables["trace"]), traces)
            store.execute(
                sa.insert(tables["metric"]),
                [{"id": uuid.uuid4(), "recommendation": pk, "name": f"m{n}", "value": 1.0} for n in range(4)],
            )
            store.execute(sa.insert(tables["event"]).values(id=uuid.uuid4(), recommendation=pk, name="ready"))
        with self._engine.connect() as reader:
            read = {
                name: [dict(row._mapping) for row in reader.execute(sa.select(table).where(column == pk))]
                for name, table in tables.items()
                for column in [table.c.id if name == "recommendation" else table.c.recommendation]
            }
        return json.dumps(read, default=str)

    def close(self) -> None:
        """Let go of the connections, and take the files away."""
        self._engine.dispose()
        shutil.rmtree(self._folder, ignore_errors=True)


def _tables(sa: Any) -> dict[str, Any]:
    metadata = sa.MetaData()

    def table(name: str, *columns: Any) -> Any:
        return sa.Table(f"component_{name}", metadata, sa.Column("id", sa.Uuid, primary_key=True), *columns)

    def of_recommendation() -> Any:
        return sa.Column("recommendation", sa.Uuid, index=True)

    return {
        "recommendation": table(
            "recommendation", sa.Column("summary", sa.Text), sa.Column("status", sa.Text)
        ),
        "item": table(
            "item",
            of_recommendation(),
            sa.Column("position", sa.Integer),
            sa.Column("title", sa.Text),
            sa.Column("rationale", sa.Text),
        ),
        "trace": table(
            "trace", of_recommendation(), sa.Column("rank", sa.Integer), sa.Column("snippet", sa.Text)
        ),
        "metric": table(
            "metric", of_recommendation(), sa.Column("name", sa.Text), sa.Column("value", sa.Float)
        ),
        "event": table("event", of_recommendation(), sa.Column("name", sa.Text)),
    }
