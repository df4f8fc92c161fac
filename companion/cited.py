"""Sentences with their sources, cut so that a page can lead from a source to the place where it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SOURCE = re.compile(r"(\[[0-9a-z]+\])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text; ``place`` is the part of the page that a source stands in, empty for words between."""

    text: str
    place: str = ""


def pieces(text: str, places: Mapping[str, str]) -> tuple[Piece, ...]:
    """Cut ``text`` at the sources for which there is a place; the pieces joined are the text again.

    ``places`` are by what stands in the brackets: the number of a passage, or a word such as ``profile``.
    """
    joined: list[Piece] = []
    for part in _SOURCE.split(text):
        place = places.get(part[1:-1], "") if _SOURCE.fullmatch(part) else ""
        if not place and joined and not joined[-1].place:
            joined[-1] = Piece(joined[-1].text + part)
        elif part:
            joined.append(Piece(part, place))
    return tuple(joined)
