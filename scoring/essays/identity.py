"""Whose answer it is, and where the answer says so."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from scoring.essays.spellings import (
    SHORTEST,
    flat,
    joined_names,
    letter_by_letter,
    mark_pattern,
    parts_of_names,
)
from scoring.essays.text import Folded

Kind = Literal["NAME", "EMAIL", "PHONE", "URL", "ID"]

_SHORTEST_SPACED: Final = 3
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LISTS: Final = json.loads((Path(__file__).parent / "word_lists.json").read_text(encoding="utf-8"))
_PARTICLES: Final = frozenset(_LISTS["particles_of_names"].split())
# Names that are also words of the language: as a word they stay.
_ALSO_WORDS: Final = frozenset(_LISTS["names_that_are_words"].split()).union(
    *(listed.split() for listed in _LISTS["function_words"].values())
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who wrote an answer: `names` as they are written, `marks` that are as good as a name
    (log-in, e-mail address, number), and `also`: names to be replaced in every answer."""

    names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def found_names(plain: Folded, answer: str, identity: Identity) -> Iterator[tuple[Kind, int, int]]:
    """Yield the kind and the place in `plain` of every name and mark of `identity`.

    A name that is also a word counts where it stands beside another of the names, or with a
    capital letter inside a sentence.
    """
    for mark in map(flat, identity.marks):
        if len(mark) >= SHORTEST:
            yield from (("ID", *match.span()) for match in re.finditer(mark_pattern(mark), plain.text))
    for term in identity.also:
        yield from (("NAME", *place) for place in _places(plain.text, flat(term)))
    parts = parts_of_names(identity.names, _PARTICLES)
    if not parts:
        return
    yield from (("NAME", *match.span()) for match in _disguised(parts, identity).finditer(plain.text))
    run = re.compile("|".join(_standing(part) for part in sorted(parts, key=len, reverse=True)))
    matches = list(run.finditer(plain.text))
    for at, match in enumerate(matches):
        beside = _is_beside(plain.text, matches, at)
        if beside or not _is_word(match[0]) or _is_capital_inside(plain, answer, match.start()):
            yield "NAME", match.start(), match.end()


def _standing(part: str) -> str:
    """A pattern for a word of a name; one that can be nothing else may carry the s of a possessive."""
    possessive = not _is_word(part) and not _CJK.search(part)
    after = r"(?!(?!s(?![^\W_]))[^\W_])" if possessive else _edge(part)
    return f"{_edge(part, before=True)}{re.escape(part)}{after}"


def _disguised(parts: set[str], identity: Identity) -> re.Pattern[str]:
    """A pattern for two words of a name in one, also with digits around them, and for words letter by letter."""
    joined = {re.escape(one) for one in joined_names(identity.names, _PARTICLES)}
    spaced = {letter_by_letter(one) for one in parts if len(one) >= _SHORTEST_SPACED and one.isalpha()}
    whole = "|".join(sorted(joined, key=len, reverse=True)) or "(?!)"
    letters = "|".join(sorted(spaced, key=len, reverse=True)) or "(?!)"
    return re.compile(rf"(?<![^\W\d_])(?:{whole})(?![^\W\d_])|(?<![^\W_])(?:{letters})(?![^\W_])")


def _places(text: str, term: str) -> Iterator[tuple[int, int]]:
    if len(term) >= SHORTEST:
        pattern = rf"{_edge(term, before=True)}{re.escape(term)}{_edge(term)}"
        yield from (match.span() for match in re.finditer(pattern, text))


def _edge(part: str, *, before: bool = False) -> str:
    """A name ends where its word ends, except in scripts that do not part words."""
    if _CJK.search(part):
        return ""
    return r"(?<![^\W_])" if before else r"(?![^\W_])"


def _is_word(name: str) -> bool:
    return len(name) <= SHORTEST or name in _ALSO_WORDS


def _is_beside(text: str, matches: Sequence[re.Match[str]], at: int) -> bool:
    """Whether another of the person's names stands right before or after."""
    return any(
        0 <= other < len(matches)
        and matches[other][0] != matches[at][0]
        and not text[matches[min(at, other)].end() : matches[max(at, other)].start()].strip(" .,-'")
        and abs(matches[at].start() - matches[other].start()) <= len(matches[min(at, other)][0]) + 3
        for other in (at - 1, at + 1)
    )


def _is_capital_inside(plain: Folded, answer: str, start: int) -> bool:
    before = plain.text[:start].rstrip(" \"'([-")
    return answer[plain.origin[start]].isupper() and bool(before) and before[-1] not in ".!?:…"
