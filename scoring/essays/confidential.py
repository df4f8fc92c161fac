"""Staff text must not come back to the student through a reason."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from scoring.essays.prompt import SYSTEM
from scoring.essays.task import EssayTask
from scoring.essays.text import sentences, shingles, words

RUN: Final = 6
SHORTEST: Final = 3
# Of so many questions the runs are kept, some hundred kilobytes each.
MOST_KEPT: Final = 16
MOST_TEXTS: Final = 512


@dataclass(frozen=True, slots=True)
class Confidential:
    """What is for staff only in one task, as runs of words: every run of six words of the
    guidance, level descriptions, model answer, grader notes and instructions, and each of
    their sentences of three to five words. Runs that the prompt, the public explanations or
    the answer have too are not confidential."""

    runs: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, task: EssayTask) -> "Confidential":
        """The confidential runs of a task."""
        return cls(_of_staff(replace(task, answer="")) - _said_in(task.answer))

    def is_in(self, text: str) -> bool:
        """True when `text` repeats a confidential run."""
        tokens = words(text)
        return any(run in self.runs for size in range(SHORTEST, RUN + 1) for run in shingles(tokens, size))


@lru_cache(maxsize=MOST_KEPT)
def _of_staff(task: EssayTask) -> frozenset[tuple[str, ...]]:
    """What is confidential in a task that nobody has answered: the same for every student."""
    staff = [task.model_answer, task.grader_notes, SYSTEM]
    public = [task.prompt]
    for criterion in task.criteria:
        staff += [criterion.guidance, *(level.description for level in criterion.levels)]
        public += [criterion.name, criterion.explanation, *(level.name for level in criterion.levels)]
    return frozenset().union(*map(_kept_back, staff)).difference(*map(_said_publicly, public))


# A control among the criteria makes every task another one; its texts are few.
@lru_cache(maxsize=MOST_TEXTS)
def _kept_back(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_long(text) | _short(text))


@lru_cache(maxsize=MOST_TEXTS)
def _said_publicly(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_said_in(text))


def _said_in(text: str) -> set[tuple[str, ...]]:
    """Every run of a text that is as long as one that counts."""
    tokens = words(text)
    return {run for size in range(SHORTEST, RUN + 1) for run in shingles(tokens, size)}


def _long(text: str) -> set[tuple[str, ...]]:
    return set(shingles(words(text), RUN))


def _short(text: str) -> set[tuple[str, ...]]:
    said = (tuple(words(span.text)) for span in sentences(text))
    return {tokens for tokens in said if SHORTEST <= len(tokens) < RUN}
