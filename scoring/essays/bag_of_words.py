"""Sentences reduced to the words they are made of.

What a sentence contributes to an essay is for the greater part in its words; what it orders is in their order. So the
sentences that may speak to the reader are given to a second reading as their sorted words, without those that speak of
judging; of these stay the ones that the task itself uses. All others stay, as often as they are there: a reader who
gives something for length must not find an innocent essay shorter. A sentence of which hardly anything is left is left
out. What identifies a person is left out before: torn into words, an address would be recognised by nobody but people.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from scoring.essays.asides import OF_JUDGING
from scoring.essays.task import EssayTask
from scoring.essays.text import Span, words

# A single word says nothing, and a longer one than this is none.
LEAST_WORDS: Final = 2
LONGEST_WORD: Final = 20


def as_bag_of_words(
    task: EssayTask, spans: Sequence[Span], hidden: Sequence[tuple[int, int]] = ()
) -> EssayTask:
    """The task with these stretches of its answer, which stand in order, reduced to their words; of what is
    `hidden` (starts and ends) no word stays in them."""
    known = _words_of(task)
    seen = _blanked(task.answer, hidden)
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += [task.answer[at : span.start], _bare(seen[span.start : span.end], known)]
        at = span.end
    return replace(task, answer="".join([*parts, task.answer[at:]]).strip())


def _blanked(text: str, hidden: Sequence[tuple[int, int]]) -> str:
    for start, end in hidden:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _bare(text: str, known: frozenset[str]) -> str:
    kept = sorted(word for word in words(text) if word in known or _tells(word))
    return f"{' '.join(kept)}." if len(kept) >= LEAST_WORDS else ""


def _tells(word: str) -> bool:
    is_word = word.isascii() and word.replace("-", "").isalpha() and len(word) <= LONGEST_WORD
    return is_word and word not in OF_JUDGING


def _words_of(task: EssayTask) -> frozenset[str]:
    """All words of the question and its rubric."""
    texts = [task.prompt, task.model_answer]
    for criterion in task.criteria:
        texts += [criterion.name, criterion.explanation, criterion.guidance]
        texts += [level.description for level in criterion.levels]
    return frozenset(words(" ".join(texts)))
