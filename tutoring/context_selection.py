"""Which lines of a long session a model is given: those of next steps, then of topics, then of everything, each evenly.

A line that answers what a student had wrong goes with that, so that no mistake stands alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tutoring.next_step_extraction import NextStep
from tutoring.prompting import row
from tutoring.topics import Topic
from tutoring.transcripts import Line

#: An hour's talk, of about 600 lines, fits whole.
MOST_TOKENS: Final = 20_000
# Prose has three to five bytes a token.
BYTES_A_TOKEN: Final = 3
# Up to which part of the whole each kind of line fills what there is room for.
STEPS_UP_TO: Final = 0.25
TOPICS_UP_TO: Final = 0.75
# Taken in the order of multiples of it, any first few places of a row lie evenly (Knuth, TAOCP 3, section 6.4).
_GOLDEN: Final = (5**0.5 - 1) / 2


def chosen(
    lines: Sequence[Line],
    topics: Sequence[Topic],
    steps: Sequence[NextStep],
    doubted: Mapping[int, int],
    *,
    most: int,
) -> list[Line]:
    """Return the lines that together come to ``most`` tokens at most, in their order; all of them where they fit."""
    room = most * BYTES_A_TOKEN
    by_number = {line.number: line for line in lines}
    if sum(map(cost, lines)) <= room:
        return list(lines)
    of_steps = {number for step in steps for number in step.lines}
    of_topics = {number for topic in topics for number in topic.lines}
    taken: set[int] = set()
    spent = 0
    for up_to, wanted in (
        (STEPS_UP_TO, of_steps), (TOPICS_UP_TO, of_topics), (1.0, set(by_number)),
    ):  # fmt: skip
        for number in _evenly(sorted(wanted & by_number.keys())):
            new = _with_answer(number, doubted, by_number) - taken
            costs = sum(cost(by_number[one]) for one in new)
            if spent + costs <= room * up_to:
                taken |= new
                spent += costs
    return [line for line in lines if line.number in taken]


def cost(line: Line) -> int:
    """Return the bytes that a line takes, with its end and the mark of what is in doubt."""
    return len(row(line, is_doubted=True).encode()) + 1


def _with_answer(number: int, doubted: Mapping[int, int], lines: Mapping[int, Line]) -> set[int]:
    answer = doubted.get(number)
    return {number, answer} if answer in lines and answer is not None else {number}


def _evenly(numbers: Sequence[int]) -> Iterator[int]:
    places = sorted(range(len(numbers)), key=lambda place: (place + 1) * _GOLDEN % 1)
    return (numbers[place] for place in places)
