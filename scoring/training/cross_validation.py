"""Cross-validation inside a set: every answer scored by a scorer fitted without its fold."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.blend import MOST_ANSWERS, fit_scorer, predict
from scoring.training.blocks import string_kernels
from scoring.training.dataset import Scale, ScoredText, TableError
from scoring.training.reading import Reading

Vector = NDArray[np.float64]
Split = tuple[NDArray[np.intp], NDArray[np.intp]]
Run = Callable[[Callable[[Split], Vector], Sequence[Split]], Sequence[Vector]]

FOLDS: Final = 5
SEED: Final = 20_261_120
LEAST: Final = 3


def splits(texts: Sequence[ScoredText]) -> list[Split]:
    """Rows to learn from and rows to score, by the texts' folds; `FOLDS` made, seeded, where
    none are given. Raises `TableError` for a single fold, or folds that are not all given."""
    from sklearn.model_selection import KFold

    names = np.array([text.fold for text in texts])
    every = np.arange(len(texts))
    if len(texts) < LEAST:
        return []
    if not any(names):
        made = KFold(min(FOLDS, len(texts)), shuffle=True, random_state=SEED)
        return [(learn, score) for learn, score in made.split(every)]
    if not all(names) or len(set(names)) < 2:
        raise TableError("folds must be given for every text of a set or for none, at least two of them.")
    return [(every[names != name], every[names == name]) for name in sorted(set(names))]


def check_folds(name: str, texts: Sequence[ScoredText]) -> None:
    """Raise `TableError` for folds of the set `name` that cannot be used."""
    try:
        splits(texts)
    except TableError as error:
        raise TableError(f"Set {name}: {error}") from error


def learned_target(texts: Sequence[ScoredText]) -> Vector:
    """What a scorer learns: the score, joined where two raters are known by their mean.

    Raters' means keep what resolving to one score throws away, and are less noisy; both are
    standardised, so that a score that is their sum changes nothing.
    """
    scores = np.array([text.score for text in texts])
    pairs = np.array([[np.nan if s is None else s for s in (text.score1, text.score2)] for text in texts])
    means = pairs.mean(axis=1)
    if np.isnan(means).any() or means.std() == 0 or scores.std() == 0:
        return scores
    alike = scores.mean() + scores.std() * (means - means.mean()) / means.std()
    joined: Vector = (scores + alike) / 2
    return joined


def trained_scores(reading: Reading, texts: Sequence[ScoredText], scale: Scale, *, run: Run) -> Vector:
    """The cross-validated scores of a set of at least `LEAST` texts. `run` maps a function
    over the splits, in order; it may do so side by side."""
    scores = np.array([text.score for text in texts])
    target = learned_target(texts)
    # Among very many answers a fold learns from a sample; a matrix of all would not fit in memory.
    strings = string_kernels(reading) if len(reading) <= MOST_ANSWERS else None

    def fold(split: Split) -> Vector:
        learn, held = split
        scorer = fit_scorer(
            reading.take(learn), scores[learn], scale.levels, target=target[learn],
            strings=None if strings is None else strings[:, learn][:, :, learn],
        )  # fmt: skip
        return predict(scorer, reading.take(held)).score

    parts = splits(texts)
    found = np.zeros(len(texts))
    for (_, held), given in zip(parts, run(fold, parts), strict=True):
        found[held] = given
    return found
