"""Words as they are compared, whatever form of them stands in a name."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:[+#]+)?")
_SMALL: Final = frozenset(
    [
        "a",
        "all",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "other",
        "the",
        "to",
        "with",
    ]
)
_ENDINGS: Final = (
    "isations",
    "izations",
    "isation",
    "ization",
    "ations",
    "ation",
    "ings",
    "ing",
    "ies",
    "ers",
    "er",
    "ed",
    "es",
    "s",
    "y",
    "e",
)
_SHORTEST: Final = 3
# Negotiation and negotiating begin alike, and part where their endings begin.
_LONGEST: Final = 6


def folded(text: str) -> str:
    """Return a name as it is compared with another: without regard to case, accents' forms and runs of white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def stems(text: str) -> list[str]:
    """Return how the words of a text begin, without endings that only their form has; little words are left out."""
    return [_stem(word) for word in _WORD.findall(folded(text)) if word not in _SMALL]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)][:_LONGEST]
    return word[:_LONGEST]
