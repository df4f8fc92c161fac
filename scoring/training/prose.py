"""One answer, cut into words, sentences and paragraphs once, for every feature to read."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

_WORD = re.compile(r"@?[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s|$)|\n+")
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s{2,}|\t)|\n")
_AFTER_LAST_WORD = re.compile(r"(?<=\w)[^\w.!?]+$")
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True)
class Sentence:
    """A sentence as written, its words in lower case, and what stands between the one before and it."""

    text: str
    words: tuple[str, ...]
    before: str = ""

    def part(self, start: int, end: int) -> "Sentence":
        """The sentence from its word `start` up to its word `end`, without what stands around them."""
        places = [match.span() for match in _WORD.finditer(self.text)]
        if (start, end) == (0, len(self.words)) or len(places) != len(self.words):
            return self
        if start >= end:
            return Sentence("", (), self.before)
        first = places[start][0] if start else 0
        last = places[end - 1][1] if end < len(places) else len(self.text)
        return Sentence(self.text[first:last], self.words[start:end], self.before)


@dataclass(frozen=True)
class Prose:
    """An answer ready to be counted. `text` is in NFKC form."""

    text: str
    sentences: tuple[Sentence, ...]

    @cached_property
    def raw_words(self) -> list[str]:
        """The words as written."""
        return _WORD.findall(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The words in lower case, typographic apostrophes made plain."""
        return [word for sentence in self.sentences for word in sentence.words]

    @cached_property
    def paragraphs(self) -> int:
        """How many paragraphs have a word in them."""
        return sum(bool(_WORD.search(part)) for part in _PARAGRAPH.split(self.text))


def read_prose(text: str) -> Prose:
    """Cut `text` into sentences; stretches without a word are left out."""
    normal = unicodedata.normalize("NFKC", text).replace("’", "'").replace("\r\n", "\n")
    found, start, last = [], 0, 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(normal)), len(normal)]:
        stretch = normal[start:end].strip()
        words = tuple(_WORD.findall(stretch.lower()))
        if words:
            begins = normal.index(stretch, start)
            found.append(Sentence(stretch, words, normal[last:begins]))
            last = begins + len(stretch)
        start = end
    return Prose(normal, tuple(found))


def joined(sentences: Sequence[Sentence]) -> Prose:
    """The sentences as one text. Marks behind a last word without a full stop are left out: nobody can
    tell whether they close what stands there or opened what stood behind it."""
    kept = list(sentences)
    if kept:
        kept[-1] = replace(kept[-1], text=_AFTER_LAST_WORD.sub("", kept[-1].text))
    return Prose("".join(sentence.before + sentence.text for sentence in kept).strip(), tuple(kept))


def syllables(word: str) -> int:
    """Groups of vowels, a silent final e not counted; at least 1."""
    groups = len(_VOWELS.findall(word))
    return max(1, groups - 1 if word.endswith("e") and not word.endswith("le") else groups)
