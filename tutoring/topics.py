"""What a session was about: the skills that enough of its lines come near to.

A line is taken together with its neighbours, since "exactly, that turns it back into the inner one" says little alone.
It counts for the skill that it comes nearest to, if it comes near enough; a skill is a topic if enough lines count for
it, so that one which is only mentioned is none. Both thresholds were chosen on transcripts of our own (decision 45).
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from recommendations.citing import STEERING, stems
from recommendations.quoting import MAX_QUOTE_WORDS
from tutoring.enums import Speaker
from tutoring.transcripts import Line

NEAR: Final = 0.225
SHARE: Final = 0.3
LEAST_LINES: Final = 2
MOST_TOPICS: Final = 4
NEIGHBOURS: Final = 1
# To compare takes longest of all (decision 47): of a long session each window stands for some lines, and is wider.
MOST_WINDOWS: Final = 120
WIDER: Final = 2
MOST_POINTS: Final = 3
LEAST_WORDS: Final = 7
ALIKE: Final = 0.5
CORRECTS: Final = re.compile(
    r"(?:almost|no\b|not (?:quite|those|really|exactly)|wrong|but |careful)", re.IGNORECASE
)
UNSURE: Final = re.compile(
    r"\b(?:mix(?:ed)? up|confus\w+|not sure|(?:don['’]t|do not|did not) (?:know|understand)|I (?:think|guess)|wrong)\b",
    re.IGNORECASE,
)
# What a tutor says is taken before what comes a little nearer.
TUTORS: Final = 0.08


@dataclass(frozen=True, slots=True)
class Topic:
    """A skill, by its place among those looked for; the numbers of the lines that speak of it, and their share."""

    skill: int
    lines: tuple[int, ...]
    share: float


def windows(lines: Sequence[Line]) -> list[str]:
    """Return what is compared with skills: every line with its neighbours; of long sessions the middle of every two
    lines, and so on, with two lines on each side."""
    step = stride(len(lines))
    around = NEIGHBOURS if step == 1 else WIDER
    middles = [min(place + step // 2, len(lines) - 1) for place in range(0, len(lines), step)]
    return [
        " ".join(one.text for one in lines[max(0, middle - around) : middle + around + 1])
        for middle in middles
    ]


def stride(count: int) -> int:
    """Return how many lines share a window."""
    return max(1, -(-count // MOST_WINDOWS))


def topics(
    lines: Sequence[Line], nearness: Sequence[Sequence[float]], *, near: float = NEAR, share: float = SHARE
) -> list[Topic]:
    """Return the topics, the one most spoken of first; ``nearness`` has a row of cosines for every window."""
    step = stride(len(lines))
    found: dict[int, list[int]] = {}
    for place, line in enumerate(lines):
        row = nearness[place // step]
        best = max(range(len(row)), key=lambda skill: (row[skill], -skill), default=None)
        if best is not None and row[best] >= near:
            found.setdefault(best, []).append(line.number)
    chosen = [
        Topic(skill, tuple(own), len(own) / len(lines))
        for skill, own in found.items()
        if len(own) >= LEAST_LINES and len(own) >= share * len(lines)
    ]
    return sorted(chosen, key=lambda one: (-one.share, one.skill))[:MOST_TOPICS]


def quotable(lines: Sequence[Line], topic: Topic, *, without: Collection[int]) -> list[Line]:
    """Return the lines of a topic that can stand alone: statements of some length that give no orders, and of the
    student's those that the tutor does not correct."""
    certain = set(topic.lines) - set(without) - doubted(lines).keys()
    return [
        line
        for line in lines
        if line.number in certain
        and line.speaker != Speaker.OTHER
        and LEAST_WORDS <= len(line.text.split()) <= MAX_QUOTE_WORDS
        and "?" not in line.text
        and not set(line.text) & set('“”"«»<>{}[]`\\')
        and not STEERING.search(line.text)
    ]


def doubted(lines: Sequence[Line]) -> dict[int, int]:
    """Return the lines in which a student is unsure or is corrected, each with the line that answers it."""
    return {
        line.number: reply.number
        for line, reply in pairwise(lines)
        if line.speaker == Speaker.STUDENT and (UNSURE.search(line.text) or CORRECTS.match(reply.text))
    }


def points(candidates: Sequence[tuple[Topic, Line, float]]) -> list[tuple[Topic, Line]]:
    """Return the few lines that say most of the topics and not the same; each topic has one if it can.

    ``candidates`` come with how near each line alone comes to its skill.
    """
    chosen: list[tuple[Topic, Line]] = []
    used: Counter[int] = Counter()
    ordered = sorted(candidates, key=lambda one: (-one[2] - TUTORS * _is_tutors(one[1]), one[1].number))
    for most in (1, 2):
        for topic, line, _ in ordered:
            is_new = all(not _alike(line, other) for _, other in chosen)
            if len(chosen) < MOST_POINTS and used[topic.skill] < most and is_new:
                chosen.append((topic, line))
                used[topic.skill] += 1
    return chosen


def _is_tutors(line: Line) -> bool:
    return line.speaker == Speaker.TUTOR


def _alike(one: Line, other: Line) -> bool:
    words, others = stems(one.text), stems(other.text)
    return one.number == other.number or len(words & others) > ALIKE * max(1, min(len(words), len(others)))
