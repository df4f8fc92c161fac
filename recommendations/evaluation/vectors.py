"""An embedder that keeps its vectors on disk by model and content, so that no text is embedded twice."""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np

from microcred.ai.base import Embedder, Vectors

RUN: Final = 256
_WAIT_SECONDS: Final = 60.0


class CachedEmbedder:
    """An `Embedder`; ``progress`` hears how many of how many new texts are embedded."""

    def __init__(
        self, embedder: Embedder, folder: Path, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self._embedder, self._progress = embedder, progress
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "vectors.sqlite3"
        with closing(self._connect()) as store, store:
            store.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")

    @property
    def provider(self) -> str:
        """That of the embedder."""
        return self._embedder.provider

    @property
    def model(self) -> str:
        """That of the embedder."""
        return self._embedder.model

    @property
    def dimension(self) -> int:
        """That of the embedder."""
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the embedder's vectors; only those of new texts are computed. Raises ProviderError."""
        keys = [self._key(text) for text in texts]
        with closing(self._connect()) as store:
            found = {key: vector for key in set(keys) if (vector := _stored(store, key)) is not None}
            new = list({key: text for key, text in zip(keys, texts, strict=True) if key not in found}.items())
            # Texts of like length together: a batch costs as much as its longest.
            new.sort(key=lambda one: len(one[1]))
            for start in range(0, len(new), RUN):
                part = new[start : start + RUN]
                vectors = self._embedder.embed([text for _, text in part]).astype(np.float32)
                packed = [(key, vector.tobytes()) for (key, _), vector in zip(part, vectors, strict=True)]
                with store:
                    store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", packed)
                found.update(packed)
                if self._progress:
                    self._progress(start + len(part), len(new))
        kept = [np.frombuffer(found[key], np.float32) for key in keys]
        return np.array(kept, np.float32).reshape(len(keys), self.dimension)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=_WAIT_SECONDS)

    def _key(self, text: str) -> bytes:
        of = f"{self.provider}\n{self.model}\n{self.dimension}\n"
        return hashlib.sha256(of.encode() + text.encode("utf-8", "replace")).digest()


def _stored(store: sqlite3.Connection, key: bytes) -> bytes | None:
    row = store.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
    return None if row is None else bytes(row[0])
