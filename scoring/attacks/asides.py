"""Fitting the model that finds asides, and measuring it on families of texts that it was not fitted on.

The examples are sentences written for this (``data/asides.json``), those of the known families of attacks in plain
words, and, for prose, the clean essays and the courses of the demonstration catalog. Every aside is set among the
sentences of an essay, for what stands around one is part of what is read. The held-out attacks are no part of it.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from microcred.ai.base import Embedder, Vectors
from scoring.attacks import dataset
from scoring.essays.asides import FILE, AsideModel, features, pieces
from scoring.essays.task import EssayTask
from scoring.essays.text import Span, sentences, words

VERSION: Final = "asides-3"
COURSES: Final = Path(__file__).parents[2] / "catalog" / "seed_data" / "credentials"
SEED: Final = 7
# The weight of vectors against plain features, and how freely weights may grow; the best of twelve pairs by recall on
# families left out.
VECTOR_SCALE: Final = 3.0
FREEDOM: Final = 0.1
# As likely as this, a sentence is an aside; beside one, EDGE is enough.
THRESHOLD: Final = 0.3
EDGE: Final = 0.15
# As likely as this, it may be one; so is half of all prose.
POSSIBLE: Final = 0.06
POSSIBLE_EDGE: Final = 0.05
HOSTS_EACH: Final = 2
_PART: Final = 12
_BESIDE: Final = 8
_FOLDS: Final = 6


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows of plain features and vectors, whether each is an aside, and the family or text it is of."""

    plain: Vectors
    vectors: Vectors
    is_aside: NDArray[np.bool_]
    group: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What models find that never saw a sentence's family or text: the share of asides found, the share of sentences
    of prose taken for one, and the share of clean essays with any."""

    recall: float
    false_sentences: float
    false_essays: float


def examples(embedder: Embedder) -> Examples:
    """Everything there is to learn from, in a fixed order."""
    plain, vectors, labels, groups = [], [], [], []
    for task, spans, chosen, is_aside, group in _placed():
        found = features(embedder, task, spans)
        plain.append(found[0][chosen])
        vectors.append(found[1][chosen])
        labels += [is_aside] * len(chosen)
        groups += [group] * len(chosen)
    return Examples(np.vstack(plain), np.vstack(vectors), np.array(labels), np.array(groups))


def fit(embedder: Embedder, found: Examples) -> AsideModel:
    """The model of all examples."""
    weights, intercept = _weights(found, np.ones(len(found.is_aside), bool))
    cut = found.plain.shape[1]
    return AsideModel(
        version=VERSION,
        embedder=embedder.model,
        intercept=round(intercept, 4),
        plain=weights[:cut].round(4),
        vector=(weights[cut:] * VECTOR_SCALE).round(4),
        threshold=THRESHOLD,
        edge=EDGE,
        possible=POSSIBLE,
        possible_edge=POSSIBLE_EDGE,
    )


def left_out(found: Examples) -> LeftOut:
    """Leave every family of asides out in turn, and the texts of prose in six parts."""
    likely = np.zeros(len(found.is_aside))
    asides = sorted(set(found.group[found.is_aside]))
    prose = sorted(set(found.group[~found.is_aside]))
    for group in [*([family] for family in asides), *(prose[at::_FOLDS] for at in range(_FOLDS))]:
        out = np.isin(found.group, group)
        weights, intercept = _weights(found, ~out)
        likely[out] = 1 / (1 + np.exp(-(_rows(found)[out] @ weights + intercept)))
    taken = likely >= THRESHOLD
    essays = [group for group in prose if group.startswith(("essay", "pupil"))]
    return LeftOut(
        recall=float(taken[found.is_aside].mean()),
        false_sentences=float(taken[~found.is_aside].mean()),
        false_essays=float(np.mean([taken[found.group == essay].any() for essay in essays])),
    )


def write(model: AsideModel, path: Path = FILE) -> None:
    """Put the model where it is read from."""
    body: dict[str, Any] = {
        "version": model.version,
        "embedder": model.embedder,
        "threshold": model.threshold,
        "edge": model.edge,
        "possible": model.possible,
        "possible_edge": model.possible_edge,
        "intercept": model.intercept,
        "plain": [round(float(one), 4) for one in model.plain],
        "vector": [round(float(one), 4) for one in model.vector],
    }
    path.write_text(json.dumps(body) + "\n", encoding="utf-8")


def _weights(found: Examples, used: NDArray[np.bool_]) -> tuple[Vectors, float]:
    fitted = LogisticRegression(C=FREEDOM, class_weight="balanced", max_iter=5000)
    fitted.fit(_rows(found)[used], found.is_aside[used])
    return fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])


def _rows(found: Examples) -> Vectors:
    return np.hstack([found.plain, found.vectors * VECTOR_SCALE])


_Placed = tuple[EssayTask, list[Span], list[int], bool, str]


def _placed() -> Iterator[_Placed]:
    """Task, sentences, the places of those that are examples, whether they are asides, and their group."""
    # Seeded, so that the examples stay the same; nothing secret hangs on it.
    draw = random.Random(SEED)  # noqa: S311
    hosts = [(essay.task, pieces(essay.task.answer)) for essay in dataset.clean_essays()]
    hosts += _pupils()
    for family, text in _asides():
        for _ in range(HOSTS_EACH):
            task, own = draw.choice(hosts)
            at = draw.randrange(len(own) + 1)
            yield task, [*own[:at], _span(text), *own[at:]], [at], True, family
    for essay, (task, own) in zip(dataset.clean_essays(), hosts, strict=False):
        yield task, own, list(range(len(own))), False, f"essay {essay.id}"
    for at, (task, own) in enumerate(_pupils()):
        yield task, own, list(range(len(own))), False, f"pupil {at}"
    for group, texts in _prose():
        for at in range(0, len(texts), _PART):
            part = [_span(text) for text in texts[at : at + _PART]]
            task, own = draw.choice(hosts)
            fold = at // _PART % _FOLDS
            yield task, [*part, *own[:_BESIDE]], list(range(len(part))), False, f"{group} {fold}"


def _asides() -> Iterator[tuple[str, str]]:
    for row in dataset.file("asides")["asides"]:
        yield row["family"], row["text"]
    for family in dataset.file("families")["families"]:
        for attack in family["attacks"]:
            if attack.get("coding"):
                continue
            for text in attack.get("parts") or [attack["text"]]:
                spoken = (span.text for span in sentences(text))
                yield from ((family["family"], one) for one in spoken if len(words(one)) >= 3)


def _pupils() -> Iterator[tuple[EssayTask, list[Span]]]:
    """Essays as pupils write them, of grades, teachers and rules, by a plain rubric."""
    for row in dataset.file("asides")["pupils"]:
        task = EssayTask.from_rubric(
            question_id="pupil",
            prompt=row["prompt"],
            answer=row["text"],
            rubric=dataset.file("plain_rubric"),
            maximum=dataset.MAXIMUM,
        )
        yield task, pieces(task.answer)


def _prose() -> Iterator[tuple[str, Sequence[str]]]:
    own: dict[str, list[str]] = {}
    for row in dataset.file("asides")["prose"]:
        own.setdefault(row["group"], []).append(row["text"])
    yield from own.items()
    taught = [
        span.text
        for path in sorted(COURSES.glob("*.md"))
        for span in sentences(path.read_text(encoding="utf-8"))
        if len(words(span.text)) >= 4
    ]
    yield "course", taught[::4]


def _span(text: str) -> Span:
    return Span(text, 0, len(text))
