"""The evidence lock: a quote counts only where it stands in the answer."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

from scoring.essays.judgement import Quote
from scoring.essays.text import Folded, fold, words

MOST_QUOTED: Final = 1_000
LEAST_WORDS: Final = 2
LEAST_LETTERS: Final = 6
_WRAPPING = re.compile(r"^[\s\"'“”‘’«»…]+|[\s\"'“”‘’«»…]+$")


def locate(answer: str, quoted: str) -> Quote | None:
    """The place of `quoted` in `answer`, or None.

    Sought letter by letter first, then without regard to case, white space, kinds of
    quotation mark and dash, and invisible characters; marks around the quote may be the
    model's. It must begin and end between words. What is returned is the answer's own text,
    at most 1,000 characters of it.
    """
    bare = _WRAPPING.sub("", quoted)
    # Most quotes stand there letter by letter, and folding a whole answer takes long.
    places = chain(_occurrences(answer, bare), _folded_occurrences(answer, bare)) if bare else ()
    for start, end in places:
        if _between_words(answer, start, end):
            end = min(end, start + MOST_QUOTED)
            return Quote(answer[start:end], start, end)
    return None


def is_substantial(quoted: str, answer: str) -> bool:
    """True for a quote that can carry a verdict: two words, or six letters, or the whole of
    a shorter answer."""
    spoken = words(quoted)
    letters = sum(len(word) for word in spoken)
    return (
        len(spoken) >= LEAST_WORDS or letters >= LEAST_LETTERS or (bool(spoken) and spoken == words(answer))
    )


def _occurrences(text: str, needle: str) -> Iterator[tuple[int, int]]:
    at = text.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + 1)


def _folded_occurrences(answer: str, quoted: str) -> Iterator[tuple[int, int]]:
    haystack, needle = _folded(answer), fold(quoted).text
    if not needle:
        return
    for start, end in _occurrences(haystack.text, needle):
        yield haystack.origin[start], haystack.origin[end - 1] + 1


@lru_cache(maxsize=8)
def _folded(answer: str) -> Folded:
    return fold(answer)


def _between_words(text: str, start: int, end: int) -> bool:
    cut_before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    cut_after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not cut_before and not cut_after
