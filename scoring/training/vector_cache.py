"""Vectors kept on disk by the content of their text, so that no text is read twice."""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.encoder import INNER_LAYERS, Encoder

Vectors = NDArray[np.float32]

RUN: Final = 64
_WAIT_SECONDS: Final = 60.0


class CachedEncoder:
    """An `Encoder` that keeps its rows in one SQLite file under `folder`.

    Rows are kept, and returned, in half precision: new and remembered ones are the same bits.
    `progress` is told how many of how many new texts are read.
    """

    def __init__(
        self, encoder: Encoder, folder: Path, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self._encoder = encoder
        self._progress = progress
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "vectors.sqlite3"
        with closing(self._connect()) as store, store:
            store.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, row BLOB NOT NULL)")

    @property
    def name(self) -> str:
        """The encoder's."""
        return self._encoder.name

    @property
    def width(self) -> int:
        """The encoder's."""
        return self._encoder.width

    def ranks(self) -> dict[str, int]:
        """The encoder's."""
        return self._encoder.ranks()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the encoder would, in half precision; only what is not yet on disk is computed."""
        keys = [self._key(text) for text in texts]
        with closing(self._connect()) as store:
            found = {key: row for key in set(keys) if (row := _stored(store, key)) is not None}
            new = list({key: text for key, text in zip(keys, texts, strict=True) if key not in found}.items())
            for at in range(0, len(new), RUN):
                part = new[at : at + RUN]
                rows = self._encoder.encode([text for _, text in part]).astype(np.float16)
                packed = [(key, row.tobytes()) for (key, _), row in zip(part, rows, strict=True)]
                with store:
                    store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", packed)
                found.update(packed)
                if self._progress:
                    self._progress(at + len(part), len(new))
        kept = np.array([np.frombuffer(found[key], np.float16) for key in keys])
        return kept.astype(np.float32).reshape(len(keys), (INNER_LAYERS + 1) * self.width)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=_WAIT_SECONDS)

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self.name}\n{text}".encode("utf-8", "replace")).digest()


def _stored(store: sqlite3.Connection, key: bytes) -> bytes | None:
    row = store.execute("SELECT row FROM vectors WHERE key = ?", (key,)).fetchone()
    return None if row is None else bytes(row[0])
