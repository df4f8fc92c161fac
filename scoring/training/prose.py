"""One answer, cut into words, sentences and paragraphs once, for every feature to read."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from scoring.essays.text import shingles

_WORD = re.compile(r"@?[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s|$)|\n+")
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s{2,}|\t)|\n")
_VOWELS = re.compile(r"[aeiouy]+")
_COPY_RUN = 5
_COPIED_SHARE = 0.8


@dataclass(frozen=True)
class Sentence:
    """A sentence as written, its words in lower case, and the white space before it."""

    text: str
    words: tuple[str, ...]
    before: str = ""


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
    found, start = [], 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(normal)), len(normal)]:
        stretch = normal[start:end].strip()
        before = normal[start:end].partition(stretch)[0] if stretch else ""
        words = tuple(_WORD.findall(stretch.lower()))
        if words:
            found.append(Sentence(stretch, words, before))
        start = end
    return Prose(normal, tuple(found))


def own_prose(prose: Prose, prompt: str = "") -> Prose:
    """What the student added: each sentence once, without those of which 80 %
    of the words stand in runs of five that the prompt has too.

    So neither pasting the prompt nor saying a sentence again makes an answer longer.
    """
    source = frozenset(shingles(read_prose(prompt).words, _COPY_RUN))
    seen: set[tuple[str, ...]] = set()
    kept = []
    for sentence in prose.sentences:
        if sentence.words not in seen and not _is_copy(sentence.words, source):
            kept.append(sentence)
        seen.add(sentence.words)
    if len(kept) == len(prose.sentences):
        return prose
    text = "".join(sentence.before + sentence.text for sentence in kept)
    return Prose(text.strip(), tuple(kept))


def syllables(word: str) -> int:
    """Groups of vowels, a silent final e not counted; at least 1."""
    groups = len(_VOWELS.findall(word))
    return max(1, groups - 1 if word.endswith("e") and not word.endswith("le") else groups)


def _is_copy(words: tuple[str, ...], source: frozenset[tuple[str, ...]]) -> bool:
    if not source:
        return False
    covered: set[int] = set()
    for at, run in enumerate(shingles(words, _COPY_RUN)):
        if run in source:
            covered.update(range(at, at + _COPY_RUN))
    return len(covered) >= _COPIED_SHARE * len(words)
