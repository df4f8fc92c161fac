"""Laying out a credential's source document, with the cited passage marked where it stands."""

import re
from dataclasses import dataclass

from companion.highlight import Segment, Span, segments

_BLOCK = re.compile(r"(?:(?!\n[ \t]*\n).)+", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})[ \t]+(?=\S)")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (``level`` 1 to 6) or a paragraph (``level`` 0); ``is_cited`` the first one with the passage."""

    level: int
    segments: tuple[Segment, ...]
    is_cited: bool = False


def blocks(text: str, *, start: int = 0, end: int = 0) -> list[Block]:
    """Split a Markdown document into headings and paragraphs, marking characters ``start`` to ``end``.

    Only headings are recognised; all other signs stay as they were written.
    """
    found: list[Block] = []
    is_open = True
    for first, last in _pieces(text):
        opening = _HEADING.match(text, first, last)
        body = opening.end() if opening else first
        parts = segments(text[body:last], [Span(start - body, end - body)])
        cited = is_open and any(part.marked for part in parts)
        is_open = is_open and not cited
        found.append(Block(len(opening[1]) if opening else 0, tuple(parts), cited))
    return found


def _pieces(text: str) -> list[tuple[int, int]]:
    """Where blocks begin and end: at empty lines, and around headings, which are one line each."""
    pieces = []
    for block in _BLOCK.finditer(text):
        first = block.start()
        for line in re.finditer(r"[^\n]*\n?", block[0]):
            begin, finish = block.start() + line.start(), block.start() + line.end()
            if _HEADING.match(text, begin, finish):
                pieces += [(first, begin), (begin, finish)]
                first = finish
        pieces.append((first, block.end()))
    trimmed = (_trimmed(text, first, last) for first, last in pieces)
    return [(first, last) for first, last in trimmed if first < last]


def _trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return first, last
