"""A batch of answers, read once: counted, turned into vectors, cut into n-grams.

Nothing here looks at a score, and nothing depends on the rest of the batch, so that parts of
a reading can stand on either side of a cross-validation.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.essays.features import BROKEN
from scoring.essays.language import broken_share
from scoring.training.encoder import Encoder
from scoring.training.features import feature_matrix
from scoring.training.own_words import own_prose
from scoring.training.prose import Prose, read_prose
from scoring.training.rubric import NO_RUBRIC, Rubric
from scoring.training.task_likeness import TASK, compared, content_words, meaning_of
from scoring.training.word_order import out_of_order, shuffles

Matrix = NDArray[np.float64]

BUCKETS: Final = 2**18
RUNS: Final = (1, 2, 3)
OWN_SHARE: Final = 0.5
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_WORD: Final = r"[^\W_]+(?:'[^\W_]+)?|[.,;:!?]"


@dataclass(frozen=True)
class Prompt:
    """A prompt's unit vector and the buckets of its content words, ascending; both are empty without one."""

    meaning: NDArray[np.float64]
    words: NDArray[np.int64]

    def __bool__(self) -> bool:
        return len(self.meaning) > 0

    def same(self, other: "Prompt") -> bool:
        """Whether it asks the same."""
        return np.array_equal(self.meaning, other.meaning) and np.array_equal(self.words, other.words)


NO_PROMPT: Final = Prompt(np.zeros(0), np.zeros(0, np.int64))


@dataclass(frozen=True)
class Reading:
    """What was read of `n` answers to one question.

    `counted` has shape (n, features). `meaning` (n, width) are the final vectors, `inner`
    (n, layers * width) those of the inner layers. `characters` and `words` are sparse rows of
    n-grams that occur, hashed into `BUCKETS`. `runs` are the hashed word n-grams of each
    answer, by length, in order, `shuffled` its pairs in random orders. `on_task`
    (n, len(TASK)) compares with prompt and rubric, 0 without them. `blank`, `padded` and
    `disordered` say that there are no words of the student's own, that most words are said
    again or taken from the prompt, and that they stand in an order that English does not have.
    """

    counted: Matrix
    meaning: Matrix
    inner: Matrix
    characters: Any
    words: Any
    runs: tuple[tuple[NDArray[np.int64], ...], ...]
    shuffled: tuple[NDArray[np.int32], ...]
    on_task: Matrix
    blank: NDArray[np.bool_]
    padded: NDArray[np.bool_]
    disordered: NDArray[np.bool_]
    prompt: Prompt = NO_PROMPT

    def __len__(self) -> int:
        return len(self.counted)

    @property
    def on_prompt(self) -> Matrix:
        """Cosines with the prompt, all 0 without one."""
        cosines: Matrix = self.on_task[:, TASK.index("prompt_cosine")]
        return cosines

    def odd(self, documents: NDArray[np.int32], answers: int, *, among: bool) -> NDArray[np.bool_]:
        """Answers whose words tell that no score of them can be relied on, by the `documents`
        among `answers` answers in which each run occurs (`document_counts`)."""
        pairs = [runs[1] for runs in self.runs]
        broken = out_of_order(pairs, self.shuffled, documents[1], answers, among=among)
        return self.blank | self.padded | (self.disordered if broken is None else broken)

    def take(self, rows: NDArray[np.intp]) -> "Reading":
        """The answers at `rows`, in that order."""
        return Reading(
            self.counted[rows],
            self.meaning[rows],
            self.inner[rows],
            self.characters[rows],
            self.words[rows],
            tuple(self.runs[row] for row in rows),
            tuple(self.shuffled[row] for row in rows),
            self.on_task[rows],
            self.blank[rows],
            self.padded[rows],
            self.disordered[rows],
            self.prompt,
        )


class Reader(Protocol):
    """Reads answers to the one question that has this prompt and rubric."""

    def __call__(self, texts: Sequence[str], prompt: str, rubric: Rubric = NO_RUBRIC) -> Reading: ...


def reader(encoder: Encoder) -> Reader:
    """What reads answers with `encoder`."""
    ranks = encoder.ranks()

    def read(texts: Sequence[str], prompt: str, rubric: Rubric = NO_RUBRIC) -> Reading:
        whole = [read_prose(text) for text in texts]
        proses = [own_prose(prose, prompt) for prose in whole]
        bodies = [prose.text for prose in proses]
        vectors = encoder.encode(bodies).astype(float)
        meaning = vectors[:, : encoder.width]
        numbered = [_numbered(prose.words) for prose in proses]
        return Reading(
            counted=feature_matrix(proses, ranks),
            meaning=meaning,
            inner=vectors[:, encoder.width :],
            characters=_presence(bodies, "char", (2, 6), lowercase=False),
            words=_presence(bodies, "word", (1, 3), lowercase=True),
            runs=tuple(map(_runs, numbered)),
            shuffled=tuple(map(_shuffled_pairs, numbered)),
            on_task=compared(proses, meaning, prompt, rubric, encoder),
            blank=np.array([not prose.words for prose in proses], bool),
            padded=np.array([_is_padded(*pair) for pair in zip(whole, proses, strict=True)], bool),
            disordered=np.array([_is_disordered(body) for body in bodies], bool),
            prompt=_prompt(prompt, encoder),
        )

    return read


def _prompt(text: str, encoder: Encoder) -> Prompt:
    wanted = sorted(content_words(read_prose(text)))
    if not wanted:
        return NO_PROMPT
    return Prompt(meaning_of(encoder, text), np.unique(_hashed(_numbered(wanted), 1)))


def _presence(texts: Sequence[str], analyzer: str, runs: tuple[int, int], *, lowercase: bool) -> Any:
    """n-grams that occur, each once. Hashing keeps no word of a student in what is learned."""
    from scipy import sparse
    from sklearn.feature_extraction.text import HashingVectorizer

    cut = HashingVectorizer(
        analyzer=analyzer, ngram_range=runs, lowercase=lowercase, norm=None, alternate_sign=False, binary=True,
        n_features=BUCKETS, token_pattern=_WORD, dtype=np.float32,
    )  # fmt: skip
    return sparse.csr_matrix(cut.transform(texts)) if len(texts) else sparse.csr_matrix((0, BUCKETS))


def _runs(words: NDArray[np.uint64]) -> tuple[NDArray[np.int64], ...]:
    return tuple(_hashed(words, size) for size in RUNS)


def _hashed(words: NDArray[np.uint64], size: int) -> NDArray[np.int64]:
    """The bucket of every run of `size` neighbouring words."""
    mixed = np.zeros(max(0, len(words) - size + 1), np.uint64)
    for at in range(size):
        mixed = (mixed ^ words[at : at + len(mixed)]) * _MIX
        mixed ^= mixed >> np.uint64(32)
    return (mixed % np.uint64(BUCKETS)).astype(np.int64)


def _numbered(words: Sequence[str]) -> NDArray[np.uint64]:
    return np.array([zlib.crc32(word.encode()) for word in words], np.uint64)


def _shuffled_pairs(words: NDArray[np.uint64]) -> NDArray[np.int32]:
    return np.concatenate([_hashed(order, 2) for order in shuffles(words)]).astype(np.int32)


def _is_padded(whole: Prose, own: Prose) -> bool:
    return len(own.words) <= OWN_SHARE * len(whole.words)


def _is_disordered(text: str) -> bool:
    share = broken_share(text)
    return share is not None and share > BROKEN
