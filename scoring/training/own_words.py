"""What a student added to an answer: not what the prompt says, and not what was said before.

The reading of an answer is made from this alone, so that pasting the prompt or the whole answer
behind it leaves every figure, and with them the score, as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from scoring.essays.text import shingles
from scoring.training.prose import Prose, Sentence, joined, read_prose

COPY_RUN: Final = 5
COPIED_SHARE: Final = 0.8
# So many words in a row are not said twice by chance.
LONG_RUN: Final = 12
# A sentence of fewer words may well end another one without having been pasted there.
LEAST_TAIL: Final = 4

Words = tuple[str, ...]


def own_prose(prose: Prose, prompt: str = "") -> Prose:
    """Each sentence once, without those of which 80 % of the words stand in runs of five that the
    prompt has too.

    A text that was pasted behind one without a final full stop makes one sentence with its last
    one. So whole known sentences, and long runs of known words, are also cut off the ends of others.
    """
    known = _Known.of(read_prose(prompt))
    kept = []
    for at, sentence in enumerate(prose.sentences):
        own = known.trimmed(sentence, prose.sentences[at + 1 : at + 2])
        if own.words and not known.has(own.words):
            kept.append(own)
        known.note(sentence.words)
        known.note(own.words)
    return joined(kept)


@dataclass(frozen=True)
class _Known:
    """Sentences and long runs of words of the prompt and of what was said so far."""

    source: frozenset[Words]
    sentences: set[Words] = field(default_factory=set)
    lengths: set[int] = field(default_factory=set)
    runs: set[Words] = field(default_factory=set)

    @classmethod
    def of(cls, prompt: Prose) -> "_Known":
        known = cls(frozenset(shingles(prompt.words, COPY_RUN)))
        for sentence in prompt.sentences:
            known.note(sentence.words)
        return known

    def note(self, words: Words) -> None:
        if words:
            self.sentences.add(words)
            self.lengths.add(len(words))
            self.runs.update(shingles(words, LONG_RUN))

    def has(self, words: Words) -> bool:
        return words in self.sentences or _covered(words, self.source, COPY_RUN) >= COPIED_SHARE * len(words)

    def trimmed(self, sentence: Sentence, following: Sequence[Sentence]) -> Sentence:
        """The sentence without known ones at its ends, and without known long runs there."""
        goes_on = not following or self.has(following[0].words)
        least = 1 if goes_on else LEAST_TAIL
        start, end = 0, len(sentence.words)
        is_said = self._in_runs(sentence.words)
        while start < end:
            left = sentence.words[start:end]
            if is_said[start] or is_said[end - 1]:
                start, end = start + is_said[start], end - is_said[end - 1]
            elif cut := self._length(left, least, at_end=True):
                end -= cut
            elif cut := self._length(left, LEAST_TAIL, at_end=False):
                start += cut
            else:
                break
        return sentence.part(start, max(start, end))

    def _length(self, words: Words, least: int, *, at_end: bool) -> int:
        """Of how many words the longest known sentence is that others stand before (behind) it."""
        for length in sorted(self.lengths, reverse=True):
            if least <= length < len(words):
                part = words[-length:] if at_end else words[:length]
                if part in self.sentences:
                    return length
        return 0

    def _in_runs(self, words: Words) -> list[bool]:
        """Which words stand in long runs that were said before."""
        earlier: set[Words] = set()
        is_said = [False] * len(words)
        for at, run in enumerate(shingles(words, LONG_RUN)):
            if run in self.runs or run in earlier:
                is_said[at : at + LONG_RUN] = [True] * LONG_RUN
            if at >= LONG_RUN - 1:
                earlier.add(words[at - LONG_RUN + 1 : at + 1])
        return is_said


def _covered(words: Words, source: frozenset[Words], size: int) -> int:
    """How many of the words stand in runs of `size` that the source has."""
    if not source:
        return 0
    covered: set[int] = set()
    for at, run in enumerate(shingles(words, size)):
        if run in source:
            covered.update(range(at, at + size))
    return len(covered)
