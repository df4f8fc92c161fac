"""Whether an answer by itself is about its question, held against what is about other questions.

Likeness to a prompt says little by itself: some answers are like every prompt, and to some prompts nothing
is like. So likeness is measured from the middle of all known answers and prompts, in meaning and in the words
that few answers have, and what counts is by how much it is above the likeness to the nearest other question
(its prompt, or the middle of its answers), and above that of answers to something else to this prompt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.reading import BUCKETS, Prompt, Reading
from scoring.training.relevance import fallen

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Marks = NDArray[np.bool_]

# Fewer other questions do not show what answers to something else are like.
LEAST_OTHERS: Final = 3
MOST_ANSWERS: Final = 200
WORDS_SAY: Final = 0.3
# Answers are nearer to each other than to what they answer.
ANSWERS_SAY: Final = 0.85
STANDING_SAYS: Final = 0.1
# Answers to something else that all have the same likeness do not make a small difference a large one.
LEAST_SPREAD: Final = 0.02
# Found on essays by learners: nearer than `UNSURE_BELOW` are hardly any answers to something else, and 84 to
# 88 % of the proper ones; the bound falls over where proper answers thin out and most others lie below.
UNSURE_BELOW: Final = 0.3
BOUNDED_BELOW: Final = 0.2
LOWEST_BELOW: Final = -0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """Some answers to a known question: unit vectors, and the different words of each."""

    prompt: Prompt
    meaning: Matrix
    kinds: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, reading: Reading, most: int = MOST_ANSWERS) -> "Sample":
        """At most so many of the answers, evenly spaced."""
        rows = np.unique(np.linspace(0, len(reading) - 1, min(most, len(reading))).astype(int))
        kinds = tuple(np.unique(reading.runs[row][0]) for row in rows)
        return cls(reading.prompt, reading.meaning[rows], kinds)


@dataclass(frozen=True, slots=True)
class Background:
    """Some answers to each known question that has a prompt."""

    samples: tuple[Sample, ...]

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> "Background":
        """That of answers to known questions."""
        return cls(tuple(Sample.of(one) for one in readings if one.prompt and len(one)))

    def nearer(self, reading: Reading) -> Vector | None:
        """How much nearer answers are to their own prompt than to the other questions, or None without
        a prompt or enough others."""
        return self._nearer(Sample.of(reading, len(reading))) if reading.prompt and len(reading) else None

    def _nearer(self, asked: Sample) -> Vector | None:
        others = [one for one in self.samples if not one.prompt.same(asked.prompt)]
        if len(others) < LEAST_OTHERS:
            return None
        view = _View.of(others)
        own = view.likeness(asked, asked.prompt)
        nearest = np.max([view.to_question(asked, one) for one in others], axis=0)
        usual = np.concatenate([view.likeness(one, asked.prompt) for one in others])
        standing = (own - usual.mean()) / max(float(usual.std()), LEAST_SPREAD)
        found: Vector = own - nearest + STANDING_SAYS * standing
        return found


def judged(nearer: Vector) -> tuple[Marks, Vector]:
    """Which answers that are so much `nearer` are strange, and the standing above which none is scored.
    Being nearer never harms, so that no answer is worth more for having been asked something else."""
    return nearer < UNSURE_BELOW, fallen(nearer, lowest=LOWEST_BELOW, first=BOUNDED_BELOW)


@dataclass(frozen=True, slots=True)
class _View:
    """The middle of the known answers and of their prompts, and what each word tells: the logarithm
    of how many times fewer than all answers have it."""

    of_answers: Vector
    of_prompts: Vector
    telling: Vector

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> "_View":
        kinds = [words for sample in samples for words in sample.kinds]
        found = np.bincount(np.concatenate(kinds), minlength=BUCKETS)
        return cls(
            np.mean([sample.meaning.mean(axis=0) for sample in samples], axis=0),
            np.mean([sample.prompt.meaning for sample in samples], axis=0),
            np.log((len(kinds) + 1) / (found + 0.5)),
        )

    def likeness(self, answers: Sample, prompt: Prompt) -> Vector:
        """Of answers to a prompt."""
        tell = self.telling[prompt.words]
        shared = [np.isin(prompt.words, words, assume_unique=True) @ tell for words in answers.kinds]
        alike = _unit(answers.meaning - self.of_answers) @ _unit(prompt.meaning - self.of_prompts)
        found: Vector = alike + WORDS_SAY * np.array(shared) / tell.sum()
        return found

    def to_question(self, answers: Sample, other: Sample) -> Vector:
        """Of answers to another question, its prompt or its answers."""
        middle = _unit(other.meaning.mean(axis=0) - self.of_answers)
        to_answers = ANSWERS_SAY * _unit(answers.meaning - self.of_answers) @ middle
        return np.maximum(self.likeness(answers, other.prompt), to_answers)


def _unit(rows: Matrix) -> Matrix:
    lengths = np.sqrt((rows**2).sum(axis=-1, keepdims=True))
    found: Matrix = rows / np.where(lengths > 0, lengths, 1.0)
    return found
