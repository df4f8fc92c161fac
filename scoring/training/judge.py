"""A judge that takes the height of a score from a trained scorer, and its parts from the rubric.

People's scores of a question teach how good an answer is as a whole, not how good it is in one
criterion. So the local judge still reads every criterion and finds its evidence, and all its
qualities are moved up or down together until the levels come as near as they can to the whole
that the trained scorer predicts. The score stays the sum of the criteria: what a student is
shown adds up. An answer that the scorer finds strange (disordered, about something else) is
never moved up, and the judgement says that it is unsure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np

from microcred.ai.base import Embedder
from scoring.essays.judgement import Judgement
from scoring.essays.local import UNSURE, LocalJudge, Reading
from scoring.essays.other_questions import Prompts, no_others
from scoring.essays.task import EssayTask
from scoring.training.blend import VERSION, Scorer, predict
from scoring.training.reading import Reader

LEAST_UNCERTAINTY: Final = 0.1
_SHIFTS: Final = tuple(sorted((at / 100 for at in range(-100, 101)), key=abs))


@dataclass(frozen=True, slots=True)
class Whole:
    """What a scorer predicts of an answer: `share` of the maximum in [0, 1], the usual `error`
    of such a share, whether the answer is `strange`, and the scorer's `version`, 0 for one that is
    not learned."""

    share: float
    error: float
    strange: bool
    version: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A stored scorer ready to use. Its levels are shares of the maximum."""

    scorer: Scorer
    version: int


Find = Callable[[EssayTask], Loaded | None]


class WholeJudge(LocalJudge):
    """A local judge that may be told how good an answer is as a whole."""

    def __init__(self, embedder: Embedder, others: Prompts = no_others) -> None:
        super().__init__(embedder, others)
        self._wholes: dict[int, Whole] = {}

    def settled(self, task: EssayTask, readings: Sequence[Reading]) -> list[Reading]:
        """The readings moved together to the whole, where it is known."""
        whole = self._wholes.get(id(task))
        return list(readings) if whole is None else moved(task, readings, whole)

    def by_rubric(self, task: EssayTask) -> Judgement:
        """What the rubric alone says."""
        return LocalJudge.judge(self, [task])[0]

    def with_whole(self, task: EssayTask, whole: Whole, made_by: str) -> Judgement:
        """What the rubric says, moved to the whole that `made_by` found."""
        self._wholes = {id(task): whole}
        judged = self.by_rubric(task)
        self._wholes = {}
        if judged.outcome == "decided_by_code":
            return judged
        return replace(
            judged,
            model=f"{made_by}/{judged.model}"[:64],
            raw={**judged.raw, "whole": _figures(whole)},
            uncertainty=uncertainty(whole),
        )


class TrainedJudge(WholeJudge):
    """Judges like `LocalJudge` where `find` has no scorer for the task.

    `reader` is called when the first scorer is found: it may load a model.
    """

    def __init__(
        self, embedder: Embedder, find: Find, reader: Callable[[], Reader], others: Prompts = no_others
    ) -> None:
        super().__init__(embedder, others)
        self._find = find
        self._reader = reader
        self._read: Reader | None = None

    def judge(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        """One judgement per task, in order."""
        return [self._judged(task) for task in tasks]

    def _judged(self, task: EssayTask) -> Judgement:
        loaded = self._find(task)
        if loaded is None:
            return self.by_rubric(task)
        return self.with_whole(task, self._whole(task, loaded), f"{VERSION}.{loaded.version}")

    def _whole(self, task: EssayTask, loaded: Loaded) -> Whole:
        if self._read is None:
            self._read = self._reader()
        predicted = predict(loaded.scorer, self._read([task.answer], task.prompt))
        levels = loaded.scorer.levels
        place = float(predicted.place[0])
        share = float(np.interp(place, np.arange(len(levels)), levels))
        return Whole(share, loaded.scorer.error, bool(predicted.strange[0]), loaded.version)


def moved(task: EssayTask, readings: Sequence[Reading], whole: Whole) -> list[Reading]:
    """The readings with their qualities shifted by the one amount, the smallest that will do,
    that brings the levels' total nearest to the whole."""
    shifts = [shift for shift in _SHIFTS if shift <= 0 or not whole.strange]
    best = min(shifts, key=lambda shift: abs(_share(task, readings, shift) - whole.share))
    return [replace(reading, quality=_shifted(reading, best)) for reading in readings]


def uncertainty(whole: Whole) -> float:
    """From the scorer's usual error: a fifth of the range is a coin's toss."""
    return UNSURE if whole.strange else round(min(UNSURE, LEAST_UNCERTAINTY + 2 * whole.error), 4)


def _shifted(reading: Reading, shift: float) -> float:
    return min(1.0, max(0.0, reading.quality + shift))


def _share(task: EssayTask, readings: Sequence[Reading], shift: float) -> float:
    earned = whole = Fraction(0)
    for criterion, reading in zip(task.criteria, readings, strict=True):
        steps = len(criterion.levels)
        level = criterion.levels[min(steps - 1, int(_shifted(reading, shift) * steps))]
        weight = Fraction(criterion.weight)
        whole += weight
        earned += weight * Fraction(level.points) / Fraction(criterion.maximum or 1)
    return float(earned / whole) if whole else 0.0


def _figures(whole: Whole) -> Mapping[str, float | bool | int]:
    return {
        "share": round(whole.share, 4),
        "error": round(whole.error, 4),
        "strange": whole.strange,
        "scorer_version": whole.version,
    }
