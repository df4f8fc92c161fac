"""The scorer of one question, learned from scored answers: a Gaussian process and trees.

The process sees an answer in ten ways (`_kernels`): its figures linearly and by nearness,
three inner layers of MiniLM, its meaning, the fixed weighing of `zero_shot` (which carries it where
examples are few), and its n-grams of characters and words. Boosted
trees see the figures and the main axes of the layers; they have a say where there are
`LEAST_FOR_TREES` answers, in the proportion that fits best when every answer is predicted
without itself. Bounds between scores are matched in the same way (`cutpoints`).

An answer without words of its own is given the lowest score there is. One whose words are in disorder or
mostly said before is given one that hardly any training answer has, and one that is far from what the
training answers write about no more than its distance allows (`relevance`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training import gaussian, trees
from scoring.training.blocks import (
    COUNTS_REACH,
    LAYER_REACH,
    STRINGS,
    Blocks,
    Figures,
    apply_blocks,
    dense,
    fit_blocks,
    reach,
    string_kernels,
    string_rows,
)
from scoring.training.cutpoints import matched, placed, scored
from scoring.training.features import FEATURES
from scoring.training.reading import BUCKETS, Reading
from scoring.training.relevance import UNSURE_BELOW, Subject, bounded, most
from scoring.training.trees import Trees
from scoring.training.zero_shot import WEIGHTS

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

VERSION: Final = "trained-5"
LEAST_FOR_TREES: Final = 150
MOST_ANSWERS: Final = 2000
SEED: Final = 20_261_120


@dataclass(frozen=True, slots=True)
class Support:
    """What nearness is measured to: the training answers as figures, without their words."""

    counts: Matrix
    layers: tuple[Matrix, ...]
    meaning: Matrix
    alpha: Vector


@dataclass(frozen=True, slots=True)
class Scorer:
    """A fitted scorer. `reaches` are the weights of the Gaussian kernels (figures, then
    layers); the linear kernels are folded into one vector each. `say` is the trees' share.
    `error` is the root mean square by which a prediction missed a training answer left out."""

    blocks: Blocks
    support: Support
    reaches: Vector
    of_counts: Vector
    of_meaning: Vector
    of_strings: Matrix
    mean: float
    spread: float
    trees: Trees | None
    say: float
    levels: Vector
    bounds: Vector
    subject: Subject
    error: float


@dataclass(frozen=True, slots=True)
class Predictions:
    """For each answer its `score` (a level), `place` among the levels (0 to their number less
    1), and whether it is `strange`: blank, padded, disordered or off the subject."""

    score: Vector
    place: Vector
    strange: NDArray[np.bool_]


def fit_scorer(
    reading: Reading,
    scores: Vector,
    levels: Vector,
    *,
    target: Vector | None = None,
    strings: Matrix | None = None,
) -> Scorer:
    """Fit to at least one scored answer.

    `target` is what is learned, if not the scores themselves (two raters' mean is finer than
    what was made of them). `strings` are the `string_kernels` of the reading, if at hand.
    """
    aim = scores if target is None else target
    if len(reading) > MOST_ANSWERS:
        rows = sample(scores)
        return fit_scorer(reading.take(rows), scores[rows], levels, target=aim[rows])
    blocks, figures = fit_blocks(reading)
    kernels = _kernels(figures, string_kernels(reading) if strings is None else strings)
    process = gaussian.fit([kernel / scale for kernel, scale in kernels], aim)
    grown, say, left_out = _with_trees(figures, aim, process.left_out)
    bounds = matched(left_out, scores, levels)
    weights = process.weights / [scale for _, scale in kernels] * process.spread
    guide = _guide(figures)
    return Scorer(
        blocks=blocks,
        support=Support(figures.counts, tuple(figures.layers), reading.meaning, process.alpha),
        reaches=weights[: 1 + len(figures.layers)],
        of_counts=(weights[-6] * figures.counts.T + weights[-4] * np.outer(guide, figures.counts @ guide))
        @ process.alpha,
        of_meaning=weights[-5] * reading.meaning.T @ process.alpha,
        of_strings=_folded(reading, weights[-STRINGS:], process.alpha),
        mean=process.mean,
        spread=process.spread,
        trees=grown,
        say=say,
        levels=levels,
        bounds=bounds,
        subject=Subject.of(reading.meaning, reading.on_prompt),
        error=float(np.sqrt(((left_out - aim) ** 2).mean())),
    )


def sample(scores: Vector) -> NDArray[np.intp]:
    """`MOST_ANSWERS` rows, spread evenly over the scores: a process is cubic in its answers."""
    shuffled = np.random.default_rng(SEED).permutation(len(scores))
    ranked = shuffled[np.argsort(scores[shuffled], kind="stable")]
    kept: NDArray[np.intp] = np.sort(ranked[np.linspace(0, len(scores) - 1, MOST_ANSWERS).astype(int)])
    return kept


def predict(scorer: Scorer, reading: Reading) -> Predictions:
    """Predict answers that the scorer has not seen."""
    figures = apply_blocks(scorer.blocks, reading)
    raw = _by_process(scorer, figures, reading)
    if scorer.trees is not None:
        raw = (1 - scorer.say) * raw + scorer.say * scorer.trees.predict(figures.for_trees)
    distance = scorer.subject.distance(reading.meaning, reading.on_prompt, scorer.support.meaning)
    blocks = scorer.blocks
    odd = reading.odd(blocks.documents, blocks.answers, among=False)
    bound = scorer.mean + scorer.spread * bounded(most(distance), odd, reading.blank)
    highest = np.interp(bound, scorer.levels, np.arange(len(scorer.levels)))
    place = np.minimum(placed(raw, scorer.bounds), highest)
    score = np.minimum(
        scored(raw, scorer.bounds, scorer.levels), scorer.levels[np.floor(highest + 0.5).astype(int)]
    )
    return Predictions(score, place, odd | (distance < UNSURE_BELOW))


def _kernels(figures: Figures, strings: Matrix) -> list[tuple[Matrix, float]]:
    """Each with its mean diagonal. The Gaussian ones first, then the linear ones."""
    guided = figures.counts @ _guide(figures)
    every = [
        reach(figures.counts, figures.counts, COUNTS_REACH),
        *(reach(layer, layer, LAYER_REACH) for layer in figures.layers),
        figures.counts @ figures.counts.T,
        figures.meaning @ figures.meaning.T,
        np.outer(guided, guided),
        *strings,
    ]
    return [(kernel, float(np.diag(kernel).mean()) or 1.0) for kernel in every]


def _guide(figures: Figures) -> Vector:
    """The weights of `zero_shot` in the places of the figures."""
    guide = np.zeros(figures.counts.shape[1])
    for name, weight in WEIGHTS.items():
        guide[FEATURES.index(name)] = weight
    return guide


def _with_trees(figures: Figures, aim: Vector, process: Vector) -> tuple[Trees | None, float, Vector]:
    """Trees, their say, and the joint predictions of answers left out."""
    if len(aim) < LEAST_FOR_TREES:
        return None, 0.0, process
    rows = figures.for_trees
    alone = trees.left_out(rows, aim)
    apart = alone - process
    # The share that leaves the least squares of error, in closed form.
    say = float(np.clip((apart @ (aim - process)) / ((apart @ apart) or 1.0), 0.0, 1.0))
    return trees.fit(rows, aim), say, process + say * apart


def _folded(reading: Reading, weights: Vector, alpha: Vector) -> Matrix:
    """A linear kernel needs only one weight for each n-gram, and no training answer."""
    rows = string_rows(reading)
    folded = np.zeros((STRINGS, BUCKETS))
    for at, (weight, row) in enumerate(zip(weights, rows, strict=True)):
        folded[at] = weight * dense(row.T, alpha)
    return folded


def _by_process(scorer: Scorer, figures: Figures, reading: Reading) -> Vector:
    support = scorer.support
    total = scorer.mean + figures.counts @ scorer.of_counts + figures.meaning @ scorer.of_meaning
    pairs = [(figures.counts, support.counts, COUNTS_REACH)]
    pairs += [
        (mine, theirs, LAYER_REACH) for mine, theirs in zip(figures.layers, support.layers, strict=True)
    ]
    for weight, (mine, theirs, gamma) in zip(scorer.reaches, pairs, strict=True):
        total = total + weight * reach(mine, theirs, gamma) @ support.alpha
    for row, folded in zip(string_rows(reading), scorer.of_strings, strict=True):
        total = total + dense(row, folded)
    return np.asarray(total, float)
