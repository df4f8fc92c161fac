"""How well answers are scored, in the three situations a scorer is in."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from scoring.agreement import (
    LEAST_FOR_INTERVAL,
    RESAMPLES,
    SEED,
    SignedError,
    agreement,
    confusion_matrix,
    kappa_of_table,
    signed_error_by_group,
)
from scoring.agreement import Scale as Levels
from scoring.training.cross_prompt import ScoredQuestion, learn
from scoring.training.cross_validation import LEAST, check_folds, trained_scores
from scoring.training.dataset import Scale, ScoredText, TextSet, scale_of
from scoring.training.reading import Reader, Reading
from scoring.training.zero_shot import zero_shot_scores

Vector = NDArray[np.float64]
Mode = Literal["trained", "unseen", "zero"]
Progress = Callable[[str], None]
Item = TypeVar("Item")
Result = TypeVar("Result")

MODES: Final[tuple[Mode, ...]] = ("trained", "unseen", "zero")
MOST_THREADS: Final = 4
MOST_MODELS: Final = 16


@dataclass(frozen=True, slots=True)
class SetFigures:
    """The figures of one set, or their means over the sets. What cannot be computed is None.

    `qwk` is quadratic weighted kappa with a bootstrap interval, `exact` and `adjacent` (within
    one step) shares, `rmse` in points of the scale, `human_qwk` that of the two raters.
    `ms_per_text` counts reading (vectors that are cached take none) and scoring, fits included.
    """

    n: int
    qwk: float | None
    qwk_low: float | None
    qwk_high: float | None
    exact: float | None
    adjacent: float | None
    rmse: float | None
    human_qwk: float | None
    ms_per_text: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run. `batch_standardised` is for the mode ``unseen``. `groups` are signed errors in
    standard deviations of the scores, by set and group, where groups are known. `missing` says of
    a set why it has no figures, or no kappa."""

    mode: Mode
    sets: Mapping[str, SetFigures]
    mean: SetFigures
    batch_standardised: Mapping[str, SetFigures] | None
    batch_mean: SetFigures | None
    groups: Mapping[str, Mapping[str, SignedError]]
    missing: Mapping[str, str]


def evaluate(
    sets: Sequence[TextSet], mode: Mode, read: Reader, progress: Progress = lambda _: None
) -> Evaluation:
    """Score every set as `mode` says and compare with the given scores."""
    if mode == "trained":
        for one in sets:
            check_folds(one.id, one.texts)
    readings, spent = {}, {}
    for one in sets:
        progress(f"reading set {one.id}: {len(one.texts)} texts")
        started = time.perf_counter()
        readings[one.id] = read([text.text for text in one.texts], one.prompt, one.rubric)
        spent[one.id] = time.perf_counter() - started
    with side_by_side() as run:
        alone = _scored(sets, readings, mode, run, progress, in_batch=False)
        batched = _scored(sets, readings, mode, run, progress, in_batch=True) if mode == "unseen" else None
    plain = {s.id: _figures(s, *alone[s.id], spent[s.id]) for s in sets}
    standardised = {s.id: _figures(s, *batched[s.id], spent[s.id]) for s in sets} if batched else None
    best = batched or alone
    return Evaluation(
        mode=mode,
        sets=plain,
        mean=mean_of(plain),
        batch_standardised=standardised,
        batch_mean=mean_of(standardised) if standardised else None,
        groups={s.id: found for s in sets if (found := _by_group(s, best[s.id][0]))},
        missing={s.id: why for s in sets if (why := _why_missing(s, mode, plain[s.id], best[s.id][0]))},
    )


def _why_missing(one: TextSet, mode: Mode, figures: SetFigures, predicted: Vector | None) -> str:
    """Why a set has no figures, or no kappa; empty where it has."""
    if predicted is None and mode == "trained":
        return f"no figures: {len(one.texts)} scored, and training inside a set takes at least {LEAST}"
    if predicted is None:
        return "no figures: there is no other set to learn from"
    if len(one.scale.levels) < 2:
        return "no figures: all scores are equal, and no range is stated (--sets)"
    if figures.qwk is None:
        return "no kappa: there is no other score, given or predicted, to tell from"
    if figures.qwk_low is None:
        return f"no interval: {len(one.texts)} scored, and it takes at least {LEAST_FOR_INTERVAL}"
    return ""


@contextmanager
def side_by_side() -> Iterator[Callable[[Callable[[Item], Result], Sequence[Item]], list[Result]]]:
    """A map over threads, one for each core, each with its linear algebra on one thread: the
    same bits on any number of cores, and faster than threads inside each product."""
    with (
        threadpool_limits(limits=1),
        ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool,
    ):
        yield lambda function, items: list(pool.map(function, items))


Found = dict[str, tuple[Vector | None, float]]


def _scored(
    sets: Sequence[TextSet],
    readings: Mapping[str, Reading],
    mode: Mode,
    run: Callable[..., list[Any]],
    progress: Progress,
    *,
    in_batch: bool,
) -> Found:
    """Scores and seconds by set; None for a set that the mode cannot score."""
    if mode == "unseen":
        return _unseen(sets, readings, run, progress, in_batch=in_batch)
    found: Found = {}
    for one in sets:
        started = time.perf_counter()
        scores: Vector | None = None
        if mode == "zero":
            scores = zero_shot_scores(readings[one.id], one.scale).score
        elif len(one.texts) >= LEAST:
            scores = trained_scores(readings[one.id], one.texts, one.scale, run=run)
        found[one.id] = scores, time.perf_counter() - started
        progress(f"scored set {one.id} ({mode}) in {found[one.id][1]:.1f} s")
    return found


def _unseen(
    sets: Sequence[TextSet],
    readings: Mapping[str, Reading],
    run: Callable[..., list[Any]],
    progress: Progress,
    *,
    in_batch: bool,
) -> Found:
    """Each set by a model of sets among which it is not. Of very many sets, several share one."""
    known = {one.id: ScoredQuestion(readings[one.id], one.scores, one.scale) for one in sets}
    groups = [sets[at::MOST_MODELS] for at in range(min(MOST_MODELS, len(sets)))]

    def scored(group: Sequence[TextSet]) -> Found:
        started = time.perf_counter()
        own = {one.id for one in group}
        others = [known[one.id] for one in sets if one.id not in own]
        if not others:
            return dict.fromkeys(own, (None, 0.0))
        model = learn(others, in_batch=in_batch)
        given = {one.id: model.scores(known[one.id], one.scale).score for one in group}
        seconds = time.perf_counter() - started
        how = "in the batch" if in_batch else "each answer by itself"
        progress(f"scored {', '.join(given)} by the others, {how}, in {seconds:.1f} s")
        total = sum(len(one.texts) for one in group)
        return {one.id: (given[one.id], seconds * len(one.texts) / total) for one in group}

    parts: list[Found] = run(scored, groups)
    return {name: result for part in parts for name, result in part.items()}


def _figures(one: TextSet, predicted: Vector | None, seconds: float, reading: float) -> SetFigures:
    human = _human_kappa(one.texts)
    n = len(one.texts)
    if predicted is None or len(one.scale.levels) < 2:
        return SetFigures(n, None, None, None, None, None, None, human, None)
    levels = Levels(0, len(one.scale.levels) - 1)
    found = agreement(_places(predicted, one.scale), _places(one.scores, one.scale), levels,
                      resamples=RESAMPLES, seed=SEED)  # fmt: skip
    return SetFigures(
        n=n,
        qwk=found.quadratic_kappa,
        qwk_low=found.interval.low if found.interval else None,
        qwk_high=found.interval.high if found.interval else None,
        exact=found.exact,
        adjacent=found.adjacent,
        rmse=float(np.sqrt(((predicted - one.scores) ** 2).mean())),
        human_qwk=human,
        ms_per_text=1000 * (seconds + reading) / n,
    )


def mean_of(figures: Mapping[str, SetFigures]) -> SetFigures:
    """Means over the sets that have a figure; `n` is the number of all texts. The interval is
    the normal one of a mean of independent sets, as far as kappa goes."""
    means: dict[str, float | None] = {}
    for field in fields(SetFigures):
        values = [v for one in figures.values() if (v := getattr(one, field.name)) is not None]
        means[field.name] = float(np.mean(values)) if values else None
    widths = [
        one.qwk_high - one.qwk_low
        for one in figures.values()
        if one.qwk_low is not None and one.qwk_high is not None
    ]
    if means["qwk"] is not None and widths:
        reach = float(np.sqrt(np.square(widths).sum())) / 2 / len(widths)
        means |= {"qwk_low": max(-1.0, means["qwk"] - reach), "qwk_high": min(1.0, means["qwk"] + reach)}
    means.pop("n")
    return SetFigures(n=sum(one.n for one in figures.values()), **means)


def _human_kappa(texts: Sequence[ScoredText]) -> float | None:
    pairs = [(t.score1, t.score2) for t in texts if t.score1 is not None and t.score2 is not None]
    if len(pairs) < 2:
        return None
    raters = np.array(pairs)
    values = np.unique(raters)
    if len(values) < 2:
        return None
    scale = scale_of(values.tolist())
    levels = Levels(0, len(scale.levels) - 1)
    return kappa_of_table(
        confusion_matrix(_places(raters[:, 0], scale), _places(raters[:, 1], scale), levels)
    )


def _places(scores: Vector, scale: Scale) -> NDArray[np.int64]:
    places: NDArray[np.int64] = np.round((scale.rounded(scores) - scale.low) / scale.step).astype(np.int64)
    return places


def _by_group(one: TextSet, predicted: Vector | None) -> dict[str, SignedError]:
    names = [text.group for text in one.texts]
    if predicted is None or not any(names):
        return {}
    return signed_error_by_group(predicted, one.scores, names)
