"""Sentences with their sources: the marks that engines write, shown as numbers that lead to where a source stands."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

# What is cited by a word instead of a number, in the order in which pages number it.
FACTS: Final = ("profile", "catalog", "neighbours", "run")
_WORD: Final = rf"\[(?:[0-9]+|{'|'.join(FACTS)})\]"
_MARK: Final = re.compile(rf"\[([0-9]+|{'|'.join(FACTS)})\]")
_MARKS: Final = re.compile(rf"( ?)((?:{_WORD})+)")


@dataclass(frozen=True, slots=True)
class Source:
    """What a mark stands for: the number that is shown for it, where it stands, and what to call it.

    ``closer`` are places by the names of what stands there: where the words before a mark name one of them alone, the
    source is meant that stands there.
    """

    number: str
    href: str
    name: str
    closer: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text; ``href`` leads to a source and is empty for words between, ``name`` says what is there."""

    text: str
    href: str = ""
    name: str = ""


def pieces(text: str, sources: Mapping[str, Source]) -> tuple[Piece, ...]:
    """Cut ``text`` at its marks, and put in place of each the number of its source; what has no source is left out.

    ``sources`` are by what stands in the brackets: the number of a passage, or a word such as ``profile``.
    """
    found: list[Piece] = []
    words, at = "", 0
    for marks in _MARKS.finditer(text):
        said = text[at : marks.start()]
        links = [_link(sources[mark], said) for mark in _MARK.findall(marks[2]) if mark in sources]
        words, at = words + said, marks.end()
        if links:
            found += [Piece(words + marks[1]), *links]
            words = ""
    found.append(Piece(words + text[at:]))
    return tuple(piece for piece in found if piece.text)


def sources_of(
    texts: Iterable[str], passages: Collection[int], facts: Mapping[str, tuple[str, str]]
) -> dict[str, Source]:
    """Return what the texts of a page may cite: its passages, by their numbers, and then those of the facts that are
    cited in ``texts``; of each of ``facts`` where it stands and what to call it."""
    cited = {mark for text in texts for mark in _MARK.findall(text)}
    first = max(passages, default=0) + 1
    shown = [mark for mark in FACTS if mark in cited]
    quoted = {str(one): Source(str(one), f"#passage-{one}", "quoted passage") for one in passages}
    return quoted | {mark: Source(str(at), *facts[mark]) for at, mark in enumerate(shown, start=first)}


def moved(sources: Mapping[str, Source], places: Mapping[str, str]) -> dict[str, Source]:
    """Return the sources with some of them in other places, by their marks."""
    return {
        mark: replace(source, href=places[mark]) if mark in places else source
        for mark, source in sources.items()
    }


def facts_of(sources: Mapping[str, Source]) -> list[Source]:
    """Return the sources that are no passages, in the order of their numbers."""
    return [sources[mark] for mark in FACTS if mark in sources]


def _link(source: Source, said: str) -> Piece:
    named = [place for name, place in source.closer.items() if re.search(rf"\b{re.escape(name)}\b", said)]
    return Piece(f"[{source.number}]", named[0] if len(named) == 1 else source.href, source.name)
