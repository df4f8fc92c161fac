"""The recommender measured on what learners took next."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from microcred.ai.base import Embedder
from recommendations.collaborative import engine
from recommendations.collaborative.co_occurrence import neighbours, popularity
from recommendations.collaborative.signals import Scores, Signal
from recommendations.evaluation.datasets import LearnerSet
from recommendations.evaluation.ranking import Quality, measure

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """The quality of one model, and the seconds it took to fit and to rank."""

    quality: Quality
    seconds: float

    def as_json(self) -> dict[str, float]:
        """The figures by their published names."""
        quality = self.quality
        return {
            "recall@10": quality.recall[10],
            "ndcg@10": quality.ndcg[10],
            "recall@20": quality.recall[20],
            "ndcg@20": quality.ndcg[20],
            "coverage": quality.coverage,
            "top_share": quality.top_share,
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures by model, None where the data has nothing for it to go by; the fitted weights of the blends."""

    n_users: int
    n_items: int
    models: dict[str, Figures | None]
    weights: dict[str, dict[str, float]]

    def as_json(self) -> dict[str, Any]:
        """The evaluation as the published object."""
        return {
            "n_users": self.n_users,
            "n_items": self.n_items,
            "models": {name: found.as_json() if found else None for name, found in self.models.items()},
            "weights": self.weights,
        }


def evaluate(learners: LearnerSet, embedder: Callable[[], Embedder], say: Say) -> Evaluation:
    """Fit every model on the histories and rank for every user with targets, which nothing is fitted on.

    ``embedder`` is asked for only where items have words.
    """
    if learners.untimed:
        say(learners.untimed)
    if learners.unlisted:
        share = f"{learners.unlisted} of {len(learners.items)}"
        say(f"{share} items are named by users and not listed: they have no words")
    began = time.monotonic()
    texts = embedded(learners, embedder) if any(item.words for item in learners.items) else None
    embedding = time.monotonic() - began
    say(f"items read and embedded: {embedding:.0f} s")
    models: dict[str, Figures | None] = {
        "popularity": _timed(lambda: popularity(learners.history), learners),
        "text": None,
        "knn": _timed(lambda: neighbours(learners.history), learners),
    }
    began = time.monotonic()
    fitted = engine.fit(learners.history, texts)
    fitting = time.monotonic() - began
    say(f"signals and weights fitted: {fitting:.0f} s")
    weights: dict[str, dict[str, float]] = {}
    for one in (fitted.text, fitted.blend):
        if one:
            models[one.name] = _timed(partial(_same, one), learners, before=embedding + fitting)
            weights[one.name] = dict(one.weights)
    return Evaluation(len(learners.asked), len(learners.items), models, weights)


def embedded(learners: LearnerSet, embedder: Callable[[], Embedder]) -> engine.Texts:
    """The items' texts with their vectors and those of their titles, zeros where there are no words."""
    loaded = embedder()
    texts = [item.words for item in learners.items]
    titles = [item.title or item.words for item in learners.items]
    return engine.Texts(texts, _vectors(loaded, texts), _vectors(loaded, titles))


def _vectors(embedder: Embedder, texts: Sequence[str]) -> Scores:
    spoken = [place for place, text in enumerate(texts) if text]
    vectors = np.zeros((len(texts), embedder.dimension), np.float32)
    vectors[spoken] = embedder.embed([texts[place] for place in spoken])
    return vectors


def _same(signal: Signal) -> Signal:
    return signal


def _timed(fit: Callable[[], Signal], learners: LearnerSet, *, before: float = 0.0) -> Figures:
    began = time.monotonic()
    quality = measure(fit(), learners)
    return Figures(quality, round(before + time.monotonic() - began, 2))
