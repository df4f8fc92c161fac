"""Telling of a session without a model: sentences in a row that cite lines, and quote them word for word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from recommendations.citing import Sentence, Source
from tutoring.enums import Speaker
from tutoring.next_step_extraction import NextStep
from tutoring.topics import Topic
from tutoring.transcripts import Line

MOST_CITED: Final = 4
MOST_STEPS: Final = 2
WHO: Final = {Speaker.TUTOR: "the tutor", Speaker.STUDENT: "the student", Speaker.OTHER: "somebody"}
# What a sentence may call whoever speaks, beside the words of the line.
NAMES: Final = ("tutor", "student", "session")


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell: topics by the names of their skills, the points of each, and what comes next."""

    topics: Sequence[tuple[Topic, str]]
    points: Sequence[tuple[Topic, Line]]
    steps: Sequence[NextStep]


def source_of(line: Line, names: Sequence[str] = ()) -> Source:
    """Return a line as something that can be cited; ``names`` are those of the skills that it speaks of."""
    return Source(str(line.number), line.text, (*NAMES, *names))


def narrative(told: Told, *, stands: Callable[[Sentence], bool]) -> list[Sentence]:
    """Return the sentences; a quotation that does not stand is left out."""
    sentences = [_opening(told.topics)] if told.topics else []
    met: set[int] = set()
    names = {topic.skill: name for topic, name in told.topics}
    for topic, line in sorted(told.points, key=lambda point: _order(told, point)):
        start = "Later" if topic.skill in met else f"On {names[topic.skill]}"
        met.add(topic.skill)
        said = Sentence(f"{start}, {WHO[line.speaker]} said: “{line.text}”", (str(line.number),))
        if stands(said):
            sentences.append(said)
    return sentences + [one for one in _next(told.steps) if stands(one)]


def _order(told: Told, point: tuple[Topic, Line]) -> tuple[int, int]:
    places = [topic.skill for topic, _ in told.topics]
    return places.index(point[0].skill), point[1].number


def _opening(topics: Sequence[tuple[Topic, str]]) -> Sentence:
    names = [name for _, name in topics]
    about = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    each = max(1, MOST_CITED // len(topics))
    marks = [str(number) for topic, _ in topics for number in topic.lines[:each]]
    return Sentence(f"In this session tutor and student worked on {about}.", tuple(dict.fromkeys(marks)))


def _next(steps: Sequence[NextStep]) -> list[Sentence]:
    """What comes next, as far as it can be quoted."""
    plain = [one for one in steps if not set(one.text) & set('“”"«»')][-MOST_STEPS:]
    starts = ("For the time after it", "Beside that")
    return [
        Sentence(f"{start}, {WHO[one.said_by]} said: “{one.text}”", tuple(map(str, one.lines)))
        for start, one in zip(starts, plain, strict=False)
    ]
