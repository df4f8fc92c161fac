"""How near an essay comes to what its rubric looks for, by sentence embeddings.

Everything is a cosine of unit vectors. For a set of reference points ``P`` (clauses of the
guidance, sentences of the model answer) and the sentences ``S`` of the essay, coverage is
``mean over P of max over S of p.s``: how much of what was looked for is said somewhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from microcred.ai.base import Embedder
from scoring.essays.other_questions import lead
from scoring.essays.task import Criterion, EssayTask
from scoring.essays.text import Span, passages, sentences, words

Vectors = NDArray[np.float32]

PASSAGE_WORDS: Final = 150
BEST: Final = 3
_CLAUSE = re.compile(r"[,;:()]")


@dataclass(frozen=True, slots=True)
class CriterionLikeness:
    """Raw cosines for one criterion; None where the rubric has nothing to compare with.

    `guidance` and `model` are coverages, `best_level` is the mean of the three sentences
    nearest to the best level's description. `bearing` is how much each sentence of the essay
    bears on the criterion; `telling` is that less half of its mean over all criteria, so that
    a sentence about everything is evidence of nothing in particular.
    """

    guidance: float
    model: float | None
    best_level: float
    bearing: tuple[float, ...]
    telling: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Raw cosines of one essay: `relevance` to the task, and each criterion's.

    `lead` is by how much that is above the relevance to the nearest other question, None where none is known.
    """

    relevance: float
    lead: float | None
    criteria: tuple[CriterionLikeness, ...]


def read_likeness(
    embedder: Embedder, task: EssayTask, own: Sequence[Span], others: Sequence[str] = ()
) -> Likeness:
    """Compare the sentences `own`, of which there is at least one, with the task's rubric and with the prompts of
    `others`.

    One embedding call holds the texts of this task alone, so that the same task gives the
    same bits whatever else is judged beside it.
    """
    texts = _Texts()
    answer = texts.add([span.text for span in own])
    wholes = texts.add(passages(own, PASSAGE_WORDS))
    prompt = texts.add([task.prompt])
    model = texts.add([span.text for span in sentences(task.model_answer)])
    references = [
        (texts.add(looked_for(c)), texts.add([_described(c)]), texts.add([c.levels[-1].description]))
        for c in task.criteria
    ]
    vectors = embedder.embed(texts.all)
    read = [
        _criterion(vectors[answer], vectors[model], vectors[points], vectors[about], vectors[best])
        for points, about, best in references
    ]
    shared = np.mean([criterion.bearing for criterion in read], axis=0) / 2
    return Likeness(
        relevance=float((vectors[wholes] @ vectors[prompt].T).mean()),
        lead=lead(embedder, vectors[wholes], vectors[prompt][0], others),
        criteria=tuple(
            replace(criterion, telling=tuple((np.array(criterion.bearing) - shared).tolist()))
            for criterion in read
        ),
    )


def looked_for(criterion: Criterion) -> list[str]:
    """The reference points of a criterion: the clauses of its guidance, or of its
    explanation and best level without one."""
    source = criterion.guidance or f"{criterion.explanation}\n{criterion.levels[-1].description}"
    clauses = [clause.strip() for span in sentences(source) for clause in _CLAUSE.split(span.text)]
    return [clause for clause in clauses if len(words(clause)) >= 2] or [source]


class _Texts:
    """Texts collected for one embedding call, each group found again by its slice."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def add(self, texts: Sequence[str]) -> slice:
        start = len(self.all)
        self.all.extend(texts)
        return slice(start, len(self.all))


def _described(criterion: Criterion) -> str:
    return f"{criterion.name}. {criterion.explanation} {criterion.guidance}".strip()


def _criterion(
    answer: Vectors, model: Vectors, points: Vectors, about: Vectors, best: Vectors
) -> CriterionLikeness:
    belonging = _belonging(model, about)
    to_points, to_model = answer @ points.T, answer @ belonging.T
    bearing = ((answer @ about.T)[:, 0] + to_points.max(axis=1)) / 2
    return CriterionLikeness(
        guidance=float(to_points.max(axis=0).mean()),
        model=float(to_model.max(axis=0).mean()) if len(belonging) else None,
        best_level=float(np.sort((answer @ best.T)[:, 0])[-BEST:].mean()),
        bearing=tuple(bearing.tolist()),
        telling=(),
    )


def _belonging(model: Vectors, about: Vectors) -> Vectors:
    """The half of the model answer's sentences that bears most on a criterion."""
    if not len(model):
        return model
    order = np.argsort(-(model @ about.T)[:, 0], kind="stable")
    return model[order[: (len(model) + 1) // 2]]
