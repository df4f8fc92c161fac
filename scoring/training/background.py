"""Whether an answer by itself is about its question, held against what is about other questions.

Likeness to a prompt says little by itself: some answers are like every prompt, and to some prompts nothing
is like. So what counts is how much more an answer is like its own prompt than like the other prompts that
are known, in meaning and in words; and how much that is, is told by the answers to those other prompts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.reading import Prompt, Reading

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

# Fewer other questions do not show what answers to something else are like.
LEAST_OTHERS: Final = 3
MOST_ANSWERS: Final = 200
WORDS_SAY: Final = 0.5
# Answers to other questions that all have the same likeness do not make a small difference a large one.
LEAST_SPREADS: Final = (0.02, 0.1)
# A share of proper answers of which the scorer says that it is unsure.
UNSURE_SHARE: Final = 0.05
# So near to a prompt are answers to something else, and hardly any of them, in their standard deviations.
USUAL_OFF: Final = 1.0
RARELY_OFF: Final = 3.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Some answers to a known question: unit vectors, and the different words of each."""

    prompt: Prompt
    meaning: Matrix
    kinds: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, reading: Reading) -> "Sample":
        """At most `MOST_ANSWERS` of the answers, evenly spaced."""
        rows = np.unique(np.linspace(0, len(reading) - 1, min(MOST_ANSWERS, len(reading))).astype(int))
        return cls(reading.prompt, reading.meaning[rows], tuple(_kinds(reading, rows)))


@dataclass(frozen=True, slots=True)
class Background:
    """Answers to known questions, the `likeness` of those of each (row) to the prompt of each (column), and
    how much nearer to their own prompt than they all but `UNSURE_SHARE` of proper answers are (`least`)."""

    samples: tuple[Sample, ...]
    likeness: tuple[tuple[Matrix, ...], ...]
    least: float

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> "Background | None":
        """That of questions whose prompts are known, or None where there are too few."""
        samples = tuple(Sample.of(reading) for reading in readings if reading.prompt and len(reading))
        likeness = tuple(
            tuple(_likeness(other.prompt, one.meaning, one.kinds) for other in samples) for one in samples
        )
        known = cls(samples, likeness, 0.0)
        own = [
            found
            for at, sample in enumerate(samples)
            if (found := known._nearer(sample.prompt, likeness[at], [row[at] for row in likeness]))
            is not None
        ]
        if not own:
            return None
        least = float(np.quantile(np.concatenate(own), UNSURE_SHARE))
        return replace(known, least=min(RARELY_OFF, max(USUAL_OFF, least)))

    def nearer(self, reading: Reading) -> Vector | None:
        """How much nearer answers are to their own prompt than answers to others are, or None without
        a prompt or enough others."""
        if not reading.prompt:
            return None
        kinds = _kinds(reading, np.arange(len(reading)))
        to_others = [_likeness(one.prompt, reading.meaning, kinds) for one in self.samples]
        to_own = _likeness(reading.prompt, reading.meaning, kinds)
        of_others = [_likeness(reading.prompt, one.meaning, one.kinds) for one in self.samples]
        return self._nearer(reading.prompt, [*to_others, to_own], of_others)

    def _nearer(self, prompt: Prompt, own: Sequence[Matrix], others: Sequence[Matrix]) -> Vector | None:
        """`own` are the answers' likenesses to the samples' prompts and, the last one or that of the
        sample itself, to `prompt`; `others` the samples' likenesses to `prompt`."""
        places = [at for at, one in enumerate(self.samples) if not one.prompt.same(prompt)]
        if len(places) < LEAST_OTHERS:
            return None
        same = next((at for at, one in enumerate(self.samples) if one.prompt.same(prompt)), -1)
        above = own[same] - np.mean([own[at] for at in places], axis=0)
        usual = np.vstack(
            [
                others[at] - np.mean([self.likeness[at][to] for to in places if to != at], axis=0)
                for at in places
            ]
        )
        standing = (above - usual.mean(axis=0)) / np.maximum(usual.std(axis=0), LEAST_SPREADS)
        nearer: Vector = standing[:, 0] + WORDS_SAY * standing[:, 1]
        return nearer


def _likeness(prompt: Prompt, meaning: Matrix, kinds: Sequence[NDArray[np.int64]]) -> Matrix:
    """To the prompt in meaning, and in how many different words of it; shape (answers, 2)."""
    shared = [np.isin(prompt.words, found, assume_unique=True).sum() for found in kinds]
    return np.column_stack([meaning @ prompt.meaning, np.log1p(np.array(shared, float))])


def _kinds(reading: Reading, rows: NDArray[np.intp]) -> list[NDArray[np.int64]]:
    return [np.unique(reading.runs[row][0]) for row in rows]
