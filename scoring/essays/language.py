"""Signs of prose that need no model: function words, plausible words, broken word order.

The word lists are closed classes (articles, prepositions, pronouns, auxiliaries), which make
up about half of running English text; a text with next to none is not English sentences.
"""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

_LISTS: Final = json.loads((Path(__file__).parent / "word_lists.json").read_text(encoding="utf-8"))
FUNCTION_WORDS: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(listed.split()) for language, listed in _LISTS["function_words"].items()
}
_NEVER_AFTER: Final[Mapping[str, frozenset[str]]] = {
    word: frozenset(_LISTS[never].split())
    for kind, never in (("determiners", "never_after_a_determiner"), ("modals", "never_after_a_modal"))
    for word in _LISTS[kind].split()
}
_DETERMINERS: Final = frozenset(_LISTS["determiners"].split())
_TELLING_FROM: Final = 4
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[,;.!?]")
_CONNECTIVE = re.compile(rf"\b(?:{'|'.join(sorted(_LISTS['connectives'], key=len, reverse=True))})\b")
_LATIN_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*")
_FIVE_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{6}")
_SAME_FOUR = re.compile(r"(.)\1{3}")


def function_share(tokens: Sequence[str], language: str = "en") -> float:
    """The share of function words of `language` among lower-case `tokens`, in [0, 1]."""
    known = FUNCTION_WORDS[language]
    return sum(map(known.__contains__, tokens)) / len(tokens) if tokens else 0.0


def other_language(tokens: Sequence[str], expected: str = "en") -> str | None:
    """A language that fits clearly better than `expected`, or None."""
    if expected not in FUNCTION_WORDS:
        return None
    shares = {code: function_share(tokens, code) for code in FUNCTION_WORDS}
    best = max(shares, key=lambda code: (shares[code], code == expected))
    return best if shares[best] >= 0.2 and shares[expected] < shares[best] / 2 else None


def latin_share(text: str) -> float:
    """The share of letters of the basic and extended Latin blocks among all letters."""
    letters = [c for c in text if c.isalpha()]
    return sum(c < "\u0250" for c in letters) / len(letters) if letters else 0.0


def letter_share(text: str) -> float:
    """The share of letters among characters that are not white space."""
    visible = [c for c in text if not c.isspace()]
    return sum(map(str.isalpha, visible)) / len(visible) if visible else 0.0


def is_implausible(token: str) -> bool:
    """True for a lower-case Latin token that no European language would write: no vowel in
    five letters or more, six consonants in a row, one letter four times, 30 letters."""
    if not _LATIN_WORD.fullmatch(token):
        return False
    no_vowel = len(token) >= 5 and not re.search(r"[aeiouy]", token)
    return no_vowel or len(token) >= 30 or bool(_FIVE_CONSONANTS.search(token) or _SAME_FOUR.search(token))


def implausible_share(tokens: Sequence[str]) -> float:
    """The share of tokens that no European language would write."""
    return sum(map(is_implausible, tokens)) / len(tokens) if tokens else 0.0


def connectives(text: str) -> int:
    """How many English words and phrases in `text` join or order thoughts."""
    return len(_CONNECTIVE.findall(text.casefold()))


def diversity(tokens: Sequence[str], window: int = 50) -> float:
    """Moving-average type-token ratio: the mean share of different words in every run of
    `window` words (M. A. Covington and J. D. McFall, "Cutting the Gordian Knot", Journal of
    Quantitative Linguistics 17, 2010); unlike the plain ratio it does not fall with length."""
    if len(tokens) <= window:
        return len(set(tokens)) / len(tokens) if tokens else 0.0
    ratios = [len(set(tokens[at : at + window])) / window for at in range(len(tokens) - window + 1)]
    return sum(ratios) / len(ratios)


def broken_share(text: str) -> float | None:
    """How often an English determiner or modal verb is followed by what cannot follow it: a
    word of another closed class, or the end of a clause after a determiner.

    Near 0 in prose and about one half when the words have been shuffled; None with fewer
    than four such words, which is too few to tell.
    """
    tokens = _TOKEN.findall(text.casefold())
    pairs = [(first, second) for first, second in pairwise(tokens) if first in _NEVER_AFTER]
    if len(pairs) < _TELLING_FROM:
        return None
    broken = sum(second in _NEVER_AFTER[first] or _dangles(first, second) for first, second in pairs)
    return broken / len(pairs)


def _dangles(first: str, second: str) -> bool:
    return first in _DETERMINERS and second in ",;.!?"
