"""How far an answer keeps to what the others write about, and how high it may then be scored.

An answer's distance from the subject is how many standard deviations it lies below the usual answer in
likeness to its nearest neighbours, to the middle of all and, where there is one, to the prompt (the mean
of these). On ELLIPSE 95 % of the answers lie above -2.3 and 90 to 95 % of the answers to another question
below. What is that far off is also scored lower by people, by more than half a standard deviation.

Bounds are standings, in standard deviations of the scores from the usual one, and not parts of the
range: scores fill a small part of a wide range, and the lowest score of 0 to 60 given to one proper
answer in fifty that only looks far off would cost more agreement than all else that a scorer gets wrong.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Marks = NDArray[np.bool_]

UNSURE_BELOW: Final = -2.3
# What is nearer is not bounded; from here on the bound falls from the one standing to the other.
BOUNDED_BELOW: Final = -2.3
LOWEST_BELOW: Final = -4.0
FIRST_BOUND: Final = 2.0
LOWEST_BOUND: Final = -2.0
# Answers whose words tell that no score of them can be relied on, and answers without a word.
ODD_BOUND: Final = -3.0
BLANK_BOUND: Final = -1e6
# Fewer answers do not show what is usual.
LEAST_ANSWERS: Final = 10
# The standard deviation of a normal distribution by its median absolute deviation.
OF_NORMAL: Final = 1.4826
NEIGHBOURS: Final = 5


@dataclass(frozen=True, slots=True)
class Usual:
    """Median, and the standard deviation that deviations from it suggest: neither moves with a
    few answers to another question. Without deviations nothing is unusual."""

    middle: float
    spread: float

    @classmethod
    def of(cls, values: Vector) -> "Usual":
        """Those of the values."""
        middle = float(np.median(values))
        return cls(middle, OF_NORMAL * float(np.median(np.abs(values - middle))))

    def __call__(self, values: Vector) -> Vector:
        return (values - self.middle) / self.spread if self.spread > 0 else np.zeros(len(values))


@dataclass(frozen=True, slots=True)
class Subject:
    """What answers to a question are usually like: `near` to their neighbours, `central` to the middle,
    `on_prompt` to the prompt."""

    near: Usual
    central: Usual
    on_prompt: Usual

    @classmethod
    def of(cls, meaning: Matrix, on_prompt: Vector) -> "Subject":
        """That of answers with these unit vectors, shape (n, width), and cosines with the prompt, all
        0 without one."""
        near = nearness(meaning, meaning, among=True)
        return cls(Usual.of(near), Usual.of(_among(meaning)), Usual.of(on_prompt))

    def distance(self, meaning: Matrix, on_prompt: Vector, others: Matrix) -> Vector:
        """Of answers that are not among the `others`."""
        if len(others) < LEAST_ANSWERS:
            return np.zeros(len(meaning))
        middle = others.mean(axis=0)
        central = meaning @ (middle / (np.sqrt(middle @ middle) or 1.0))
        return self._mean(nearness(meaning, others, among=False), central, on_prompt)

    def among(self, meaning: Matrix, on_prompt: Vector) -> Vector:
        """Of the answers themselves."""
        return self._mean(nearness(meaning, meaning, among=True), _among(meaning), on_prompt)

    def _mean(self, near: Vector, central: Vector, on_prompt: Vector) -> Vector:
        total = self.near(near) + self.central(central)
        if self.on_prompt.spread > 0 and on_prompt.any():
            return (total + self.on_prompt(on_prompt)) / 3
        return total / 2


def distances(meaning: Matrix, on_prompt: Vector) -> Vector:
    """Of each answer from the others."""
    if len(meaning) < LEAST_ANSWERS:
        return np.zeros(len(meaning))
    return Subject.of(meaning, on_prompt).among(meaning, on_prompt)


def most(distance: Vector) -> Vector:
    """The standing above which no answer that far off is scored."""
    return fallen(distance, lowest=LOWEST_BELOW, first=BOUNDED_BELOW)


def fallen(likeness: Vector, *, lowest: float, first: float) -> Vector:
    """The bound that falls from `FIRST_BOUND` for a likeness below `first` to `LOWEST_BOUND` at `lowest`."""
    bound = np.interp(likeness, [lowest, first], [LOWEST_BOUND, FIRST_BOUND])
    return np.where(likeness < first, bound, np.inf)


def bounded(most: Vector, odd: Marks, blank: Marks) -> Vector:
    """The bounds `most`, lower for odd answers and lowest for blank ones."""
    return np.where(blank, BLANK_BOUND, np.where(odd, np.minimum(most, ODD_BOUND), most))


def nearness(meaning: Matrix, training: Matrix, *, among: bool) -> Vector:
    """The mean cosine with the `NEIGHBOURS` nearest training answers (other ones, if `among`)."""
    cosines = meaning @ training.T
    if among:
        np.fill_diagonal(cosines, -1.0)
    count = min(NEIGHBOURS, max(1, cosines.shape[1] - among))
    nearest: Vector = np.sort(cosines, axis=1)[:, -count:].mean(axis=1)
    return nearest


def _among(meaning: Matrix) -> Vector:
    """The cosine of each with the middle of the others."""
    others = meaning.sum(axis=0) - meaning
    lengths = np.sqrt((others**2).sum(axis=1))
    cosines: Vector = (meaning * others).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
    return cosines
