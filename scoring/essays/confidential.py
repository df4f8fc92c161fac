"""Staff text must not come back to the student through a reason."""

from dataclasses import dataclass
from typing import Final

from scoring.essays.prompt import SYSTEM
from scoring.essays.task import EssayTask
from scoring.essays.text import sentences, shingles, words

RUN: Final = 6
SHORTEST: Final = 3


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
        staff = [task.model_answer, task.grader_notes, SYSTEM]
        public = [task.prompt, task.answer]
        for criterion in task.criteria:
            staff += [criterion.guidance, *(level.description for level in criterion.levels)]
            public += [criterion.name, criterion.explanation, *(level.name for level in criterion.levels)]
        runs = {run for text in staff for run in _long(text) | _short(text)}
        for text in public:
            tokens = words(text)
            runs -= {run for size in range(SHORTEST, RUN + 1) for run in shingles(tokens, size)}
        return cls(frozenset(runs))

    def is_in(self, text: str) -> bool:
        """True when `text` repeats a confidential run."""
        tokens = words(text)
        return any(run in self.runs for size in range(SHORTEST, RUN + 1) for run in shingles(tokens, size))


def _long(text: str) -> set[tuple[str, ...]]:
    return set(shingles(words(text), RUN))


def _short(text: str) -> set[tuple[str, ...]]:
    said = (tuple(words(span.text)) for span in sentences(text))
    return {tokens for tokens in said if SHORTEST <= len(tokens) < RUN}
