"""A batch of answers, read once: counted, turned into vectors, cut into n-grams.

Nothing here looks at a score, and nothing depends on the rest of the batch, so that parts of
a reading can stand on either side of a cross-validation.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from scoring.essays.features import BROKEN
from scoring.essays.language import broken_share
from scoring.training.encoder import Encoder
from scoring.training.features import feature_matrix
from scoring.training.prose import Prose, own_prose

Matrix = NDArray[np.float64]

BUCKETS: Final = 2**18
RUNS: Final = (1, 2, 3)
_WORD: Final = r"[^\W_]+(?:'[^\W_]+)?|[.,;:!?]"


@dataclass(frozen=True)
class Reading:
    """What was read of `n` answers to one question.

    `counted` has shape (n, features). `meaning` (n, width) are the final vectors, `inner`
    (n, layers * width) those of the inner layers. `characters` and `words` are sparse rows of
    n-grams that occur, hashed into `BUCKETS`. `runs` are the hashed word n-grams of each
    answer, by length, in order. `on_prompt` is the cosine with the prompt, 0 without one.
    `blank` and `disordered` say that there are no words of the student's own, or none in an
    order that English has.
    """

    counted: Matrix
    meaning: Matrix
    inner: Matrix
    characters: Any
    words: Any
    runs: tuple[tuple[NDArray[np.int64], ...], ...]
    on_prompt: Matrix
    blank: NDArray[np.bool_]
    disordered: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.counted)

    def take(self, rows: NDArray[np.intp]) -> "Reading":
        """The answers at `rows`, in that order."""
        return Reading(
            self.counted[rows],
            self.meaning[rows],
            self.inner[rows],
            self.characters[rows],
            self.words[rows],
            tuple(self.runs[row] for row in rows),
            self.on_prompt[rows],
            self.blank[rows],
            self.disordered[rows],
        )


Reader = Callable[[Sequence[str], str], Reading]


def reader(encoder: Encoder) -> Reader:
    """A function from answers and their prompt to their reading."""
    ranks = encoder.ranks()

    def read(texts: Sequence[str], prompt: str) -> Reading:
        proses = [own_prose(text, prompt) for text in texts]
        bodies = [prose.text for prose in proses]
        vectors = encoder.encode(bodies).astype(float)
        meaning = vectors[:, : encoder.width]
        about = encoder.encode([prompt])[0, : encoder.width] if prompt.strip() else np.zeros(encoder.width)
        return Reading(
            counted=feature_matrix(proses, ranks),
            meaning=meaning,
            inner=vectors[:, encoder.width :],
            characters=_presence(bodies, "char", (2, 6), lowercase=False),
            words=_presence(bodies, "word", (1, 3), lowercase=True),
            runs=tuple(_runs(prose) for prose in proses),
            on_prompt=meaning @ about,
            blank=np.array([not prose.words for prose in proses], bool),
            disordered=np.array([_is_disordered(body) for body in bodies], bool),
        )

    return read


def _presence(texts: Sequence[str], analyzer: str, runs: tuple[int, int], *, lowercase: bool) -> Any:
    """n-grams that occur, each once. Hashing keeps no word of a student in what is learned."""
    cut = HashingVectorizer(
        analyzer=analyzer, ngram_range=runs, lowercase=lowercase, norm=None, alternate_sign=False, binary=True,
        n_features=BUCKETS, token_pattern=_WORD, dtype=np.float32,
    )  # fmt: skip
    return sparse.csr_matrix(cut.transform(texts)) if len(texts) else sparse.csr_matrix((0, BUCKETS))


def _runs(prose: Prose) -> tuple[NDArray[np.int64], ...]:
    return tuple(
        np.array(
            [
                zlib.crc32(" ".join(run).encode()) % BUCKETS
                for run in zip(*(prose.words[at:] for at in range(size)), strict=False)
            ],
            np.int64,
        )
        for size in RUNS
    )


def _is_disordered(text: str) -> bool:
    share = broken_share(text)
    return share is not None and share > BROKEN
