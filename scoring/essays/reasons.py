"""The local judge's reasons, in words for the student: built from public names, counts and
the student's own sentences, and from nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scoring.essays.judgement import Quote

SHOWN: Final = 160


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reason is made of; `level` is the public name of the level reached."""

    level: str
    is_best: bool
    quotes: Sequence[Quote]
    relevance: float
    content: float
    words: int
    asked: int | None
    disordered: bool


def reason(found: Finding) -> str:
    """Two or three sentences: the level, the sentence it rests on, what would raise it."""
    if found.quotes:
        basis = f"It rests above all on the words “{_shortened(found.quotes[0].text)}”."
    else:
        basis = "Hardly anything in the answer speaks to it."
    said = f"Judged “{found.level}”. {basis}"
    return said if found.is_best else f"{said} {_advice(found)}"


def _advice(found: Finding) -> str:
    if found.disordered:
        return "The words do not form sentences that can be followed."
    if found.relevance < 0.5:
        return "Much of your answer does not seem to be about the task."
    if found.asked and found.words < found.asked:
        return f"Your answer has {found.words} words of its own; the task asks for at least {found.asked}."
    if found.content < 0.6:
        return "More points that belong to this criterion, each made concrete, would raise it."
    return "Reasons, examples and a clear order for these points would raise it."


def _shortened(text: str) -> str:
    """`text` on one line, cut between words to at most 160 characters, without its full stop."""
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= SHOWN else f"{line[:SHOWN].rsplit(' ', 1)[0]} …"
