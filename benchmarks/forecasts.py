"""Made-up students and items, and who foretells their answers: the product's ratings, and what they are compared with.

Abilities and difficulties are drawn with a standard deviation of one logit (173.7 points) around 1200, and answers by
the Rasch model that the ratings assume.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt
from pathlib import Path
from typing import Final, Protocol

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from practice.performance import performance
from practice.rating import (
    UNKNOWN,
    Rating,
    RatingMethod,
    authored,
    difficulty,
    expected,
    placed,
    predicted,
    updated,
)
from scoring.profile import SkillEvidence, skill_profile

LOGIT: Final = 400 / log(10)
QUESTIONS: Final = 6
AUTHORS_CORRELATION: Final = 0.7


@dataclass(frozen=True, slots=True)
class World:
    """The truth (points) of students and items, what students gain with an answer, and from where all start."""

    abilities: list[float]
    gains: list[float]
    difficulties: list[float]
    students: list[Rating]
    items: list[Rating]

    def chance(self, student: int, item: int, answered: int) -> float:
        """The true chance of a student who has answered so many."""
        return expected(self.abilities[student] + self.gains[student] * answered, self.difficulties[item])


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: whether it was right, its performance, and the true chance of the first."""

    student: int
    item: int
    solved: bool
    score: float
    chance: float


class Forecaster(Protocol):
    """Foretells answers, and learns from them."""

    def chance(self, student: int, item: int) -> float:
        """The chance that it sees of a right answer."""

    def learn(self, answer: Answer) -> None:
        """See how it went."""


def make_world(
    seed: int, *, students: int, items: int, known: bool, gain: float = 0.0, easier: float = 0.0
) -> World:
    """Draw a world; ``known``: students were assessed before, and authors judged the items, which may be easier."""
    draw = np.random.default_rng(seed)
    abilities = draw.normal(1200, LOGIT, students).clip(400, 2000).tolist()
    difficulties = draw.normal(1200 - easier, LOGIT, items).clip(400, 2000).tolist()
    gains = (gain * np.abs(draw.normal(0, np.sqrt(np.pi / 2), students))).tolist()
    starts, judged = [UNKNOWN] * students, [UNKNOWN] * items
    if known:
        starts = [_assessed(ability, draw) for ability in abilities]
        judged = [authored(difficulty(_judged(one + easier, draw) - easier)) for one in difficulties]
    return World(abilities, gains, difficulties, starts, judged)


def _judged(item: float, draw: np.random.Generator) -> float:
    """Return what an author thinks: spread as the truth is, and correlated with it."""
    off = sqrt(1 - AUTHORS_CORRELATION**2) * float(draw.normal(0, LOGIT))
    return 1200 + AUTHORS_CORRELATION * (item - 1200) + off


def _assessed(ability: float, draw: np.random.Generator) -> Rating:
    asked = draw.normal(1200, LOGIT, QUESTIONS)
    right = draw.random(QUESTIONS) < [expected(ability, one) for one in asked]
    (level,) = skill_profile(SkillEvidence("skill", float(one), 1.0) for one in right)
    return placed(level.level, level.deviation)


def answered(world: World, student: int, item: int, number: int, draw: np.random.Generator) -> Answer:
    """Draw an answer: up to three attempts of the same chance, some time, and one hint more or less."""
    chance = world.chance(student, item, number)
    tries = draw.random(3) < chance
    solved_at = int(np.argmax(tries)) + 1 if tries.any() else 0
    score = performance(
        share=float(solved_at > 0), attempts=solved_at or 3, seconds=60 * float(draw.lognormal()), allowed=60,
        hints=int(draw.integers(3)) if solved_at != 1 else 0, offered=2,
    )  # fmt: skip
    return Answer(student, item, solved_at == 1, score, chance)


def random_answers(world: World, seed: int, each: int) -> Iterator[Answer]:
    """Yield so many answers of each student to items drawn at random, in rounds."""
    draw = np.random.default_rng(seed)
    for number in range(each):
        for student in draw.permutation(len(world.abilities)).tolist():
            yield answered(world, student, int(draw.integers(len(world.items))), number, draw)


class Ratings:
    """The product's, by either way; ``scored``: from performances rather than from right and wrong."""

    def __init__(
        self, world: World, way: RatingMethod = RatingMethod.UNCERTAIN, *, scored: bool = False
    ) -> None:
        """Start where the world says."""
        self.students, self.items = list(world.students), list(world.items)
        self.way, self.scored = way, scored

    def chance(self, student: int, item: int) -> float:
        """By both ratings, and by their uncertainty where the way has one."""
        if self.way is RatingMethod.FLAT:
            return expected(self.students[student].value, self.items[item].value)
        return predicted(self.students[student], self.items[item])

    def learn(self, answer: Answer) -> None:
        """Move both."""
        score = answer.score if self.scored else float(answer.solved)
        self.students[answer.student], self.items[answer.item] = updated(
            self.students[answer.student], self.items[answer.item], score, self.way
        )


class Elo:
    """Elo's formula on both sides, with ``K = start / (1 + fall n)`` after ``n`` answers."""

    def __init__(self, world: World, start: float, fall: float) -> None:
        """Start where the world says."""
        self.students = [one.value for one in world.students]
        self.items = [one.value for one in world.items]
        self.seen = [[0] * len(self.students), [0] * len(self.items)]
        self.start, self.fall = start, fall

    def chance(self, student: int, item: int) -> float:
        """By both ratings."""
        return expected(self.students[student], self.items[item])

    def learn(self, answer: Answer) -> None:
        """Move both, the less the more they have answered."""
        missing = answer.solved - self.chance(answer.student, answer.item)
        for side, own, place, sign in (
            (0, self.students, answer.student, 1),
            (1, self.items, answer.item, -1),
        ):
            own[place] += sign * self.start / (1 + self.fall * self.seen[side][place]) * missing
            self.seen[side][place] += 1


class Counts:
    """Right and wrong answers of student and item, two of each added: the sum of both log odds."""

    def __init__(self, world: World) -> None:
        """Start with nothing."""
        self.students = [[2.0, 2.0] for _ in world.students]
        self.items = [[2.0, 2.0] for _ in world.items]

    def chance(self, student: int, item: int) -> float:
        """By the odds of both."""
        (wrong, right), (its_wrong, its_right) = self.students[student], self.items[item]
        odds = right * its_right / (wrong * its_wrong)
        return odds / (1 + odds)

    def learn(self, answer: Answer) -> None:
        """Count."""
        self.students[answer.student][answer.solved] += 1
        self.items[answer.item][answer.solved] += 1


class ItemsKnown:
    """Bayes' rule over a grid of abilities, with the true distribution of students and the true difficulties."""

    def __init__(self, world: World) -> None:
        """Start with the distribution that abilities are drawn from."""
        grid = np.linspace(1200 - 5 * LOGIT, 1200 + 5 * LOGIT, 61)
        prior = np.exp(-((grid - 1200) ** 2) / (2 * LOGIT**2))
        self.beliefs = np.tile(prior / prior.sum(), (len(world.students), 1))
        self.chances = [1 / (1 + 10 ** ((one - grid) / 400)) for one in world.difficulties]

    def chance(self, student: int, item: int) -> float:
        """Averaged over what the student may be."""
        return float(self.beliefs[student] @ self.chances[item])

    def learn(self, answer: Answer) -> None:
        """Weigh by how probable the answer was."""
        belief = self.beliefs[answer.student]
        belief *= self.chances[answer.item] if answer.solved else 1 - self.chances[answer.item]
        belief /= belief.sum()


def forecasters(world: World, *, known: bool) -> dict[str, Forecaster]:
    """Return who foretells; the falling K has the form of R. Pelanek, 2016, and the best constants for these worlds."""
    found: dict[str, Forecaster] = {
        "flat K = 32": Ratings(world, RatingMethod.FLAT),
        "K = 32, both move": Elo(world, 32, 0),
        "falling K": Elo(world, 90, 0.1),
        "counts": Counts(world),
        "ours": Ratings(world),
        "ours, performances": Ratings(world, scored=True),
    }
    return found | ({} if known else {"items known": ItemsKnown(world)})


def foretold(answers: Sequence[Answer], forecaster: Forecaster) -> list[float]:
    """Return the chance that was seen before each answer."""
    seen = []
    for answer in answers:
        seen.append(forecaster.chance(answer.student, answer.item))
        forecaster.learn(answer)
    return seen
