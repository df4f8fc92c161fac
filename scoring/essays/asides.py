"""Asides: sentences of an essay that speak to whoever scores it, or about its scoring, instead of about its subject.

A logistic model over one sentence: its MiniLM vector, which classes of words it has (``aside_words.json``), and how
near it is to the task and to the rest of the essay. It is fitted on texts written for it alone
(``scoring/attacks/asides.py``) and errs on the generous side: an aside costs an essay nothing, it only has it read a
second time without it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from microcred.ai.base import Embedder, Vectors
from microcred.single_flight import SingleFlightCache
from scoring.essays.cache_sizes import ANSWERS
from scoring.essays.language import FUNCTION_WORDS, function_share
from scoring.essays.similarity import looked_for
from scoring.essays.task import EssayTask
from scoring.essays.text import Span, cut_long, sentences, words

FILE: Final = Path(__file__).parent / "asides.json"
LANGUAGE: Final = "en"
LONGEST_SENTENCE: Final = 40
MOST_SENTENCES: Final = 400
_NEAREST: Final = 3
_TASKS: Final = 64
_CLASSES: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(listed.split())
    for name, listed in json.loads(
        (Path(__file__).parent / "aside_words.json").read_text(encoding="utf-8")
    ).items()
}
# Words that a sentence about the subject can spare, and one about its judging cannot.
OF_JUDGING: Final = frozenset().union(
    *(_CLASSES[name] for name in ("judging", "judge", "best", "scale", "order", "rules", "you", "own"))
)
# Classes that tell more together.
_PAIRS: Final = (
    ("judging", "best"),
    ("judging", "judge"),
    ("judging", "work"),
    ("judging", "you"),
    ("judging", "own"),
    ("scale", "best"),
    ("scale", "order"),
    ("work", "best"),
    ("you", "order"),
    ("you", "rules"),
    ("judge", "best"),
)


@dataclass(frozen=True)
class AsideModel:
    """Weights by feature: ``word`` of a sentence's features, in the order of `plain_features`, `vector` of its MiniLM
    vector. A sentence as likely as `threshold` is an aside, and so is one beside it as likely as `edge`; one as likely
    as `possible` may be one, and so may one beside it as likely as `possible_edge`."""

    version: str
    embedder: str
    intercept: float
    plain: Vectors
    vector: Vectors
    threshold: float
    edge: float
    possible: float
    possible_edge: float

    @classmethod
    def read(cls, path: Path = FILE) -> "AsideModel":
        """The model on file."""
        body: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            version=body["version"],
            embedder=body["embedder"],
            intercept=float(body["intercept"]),
            plain=np.array(body["plain"], np.float32),
            vector=np.array(body["vector"], np.float32),
            threshold=float(body["threshold"]),
            edge=float(body["edge"]),
            possible=float(body["possible"]),
            possible_edge=float(body["possible_edge"]),
        )

    def likelihood(self, plain: Vectors, vectors: Vectors) -> Vectors:
        """How likely each row is an aside, in [0, 1]."""
        raw = plain @ self.plain + vectors @ self.vector + self.intercept
        likely: Vectors = (1 / (1 + np.exp(-np.clip(raw, -30, 30)))).astype(np.float32)
        return likely


@cache
def shipped() -> AsideModel:
    """The model on file, read once."""
    return AsideModel.read()


class AsideFinder:
    """Finds asides with the embedder that the model was fitted with.

    What was found in the last essays is remembered, for one essay is asked about several times; so are the vectors of
    what 64 tasks ask for.
    """

    def __init__(self, embedder: Embedder, model: AsideModel | None = None) -> None:
        self._embedder = embedder
        self._model = model or shipped()
        self._read: SingleFlightCache[tuple[str, str], tuple[list[Span], Vectors]] = SingleFlightCache(
            ANSWERS
        )
        self._subjects: SingleFlightCache[tuple[str, ...], Vectors] = SingleFlightCache(_TASKS)

    def find(self, task: EssayTask) -> tuple[Span, ...]:
        """The asides in the answer, in order; none in a language that the model does not know."""
        return self._as_likely_as(task, self._model.threshold, self._model.edge)

    def possible(self, task: EssayTask) -> tuple[Span, ...]:
        """The sentences that may be asides, in order: many of them are none."""
        return self._as_likely_as(task, self._model.possible, self._model.possible_edge)

    def _as_likely_as(self, task: EssayTask, threshold: float, edge: float) -> tuple[Span, ...]:
        if task.language != LANGUAGE:
            return ()
        spans, likely = self._read.get((task.prompt, task.answer), lambda: self._likelihoods(task))
        certain = likely >= threshold
        beside = np.zeros(len(spans), bool)
        beside[1:] |= certain[:-1]
        beside[:-1] |= certain[1:]
        chosen = certain | (beside & (likely >= edge))
        return tuple(span for span, is_chosen in zip(spans, chosen, strict=True) if is_chosen)

    def _likelihoods(self, task: EssayTask) -> tuple[list[Span], Vectors]:
        spans = pieces(task.answer)
        if not spans:
            return spans, np.zeros(0, np.float32)
        about = asked_for(task)
        subject = self._subjects.get(about, lambda: self._embedder.embed(about))
        return spans, self._model.likelihood(*features(self._embedder, task, spans, subject=subject))


def pieces(answer: str) -> list[Span]:
    """The sentences of an answer, long ones in parts."""
    return cut_long(sentences(answer), LONGEST_SENTENCE)[:MOST_SENTENCES]


def features(
    embedder: Embedder, task: EssayTask, spans: Sequence[Span], *, subject: Vectors | None = None
) -> tuple[Vectors, Vectors]:
    """The plain features and the vectors of the sentences, one row each; ``subject`` is what `asked_for` embeds to,
    where that is known."""
    own = [span.text for span in spans]
    rows = embedder.embed(own)
    return plain_features(own, rows, embedder.embed(asked_for(task)) if subject is None else subject), rows


def asked_for(task: EssayTask) -> tuple[str, ...]:
    """What an answer should be about, the same for every student: the task's sentences and what is looked for."""
    points = [point for criterion in task.criteria for point in looked_for(criterion)]
    return (*(span.text for span in sentences(task.prompt)), *points)


def plain_features(texts: Sequence[str], rows: Vectors, subject: Vectors) -> Vectors:
    """What words a sentence has, and how near it is to the subject and to its neighbours in meaning."""
    to_subject = rows @ subject.T if len(subject) else np.zeros((len(rows), 1), np.float32)
    to_others = rows @ rows.T
    np.fill_diagonal(to_others, -1.0)
    near_others = np.sort(to_others, axis=1)[:, -_NEAREST:].mean(axis=1) if len(rows) > _NEAREST else 0.3
    places = np.column_stack(
        [to_subject.max(axis=1), np.broadcast_to(near_others, len(rows)).astype(np.float32)]
    )
    return np.hstack([np.array([_of_words(text) for text in texts], np.float32), places.astype(np.float32)])


def _of_words(text: str) -> list[float]:
    tokens = words(text)
    held = {name: not known.isdisjoint(tokens) for name, known in _CLASSES.items()}
    opens = bool(tokens) and tokens[0] in _CLASSES["order"]
    return [
        *(float(held[name]) for name in _CLASSES),
        *(float(held[one] and held[other]) for one, other in _PAIRS),
        float(opens),
        function_share(tokens, LANGUAGE),
        float(len(tokens) < 4),
        min(1.0, sum(not (c.isalnum() or c.isspace()) for c in text) / max(1, len(text)) * 4),
        float(any(c.isalpha() and not c.isascii() for c in text)),
        sum(token in FUNCTION_WORDS[LANGUAGE] or token.isascii() for token in tokens) / max(1, len(tokens)),
    ]
