"""A GIFT file cut into blocks, with escaped characters kept apart from those that mean something."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Escaped characters wait as noncharacters, which no text may hold: until then nothing finds them.
_WAITING: Final = {escaped: chr(0xFDD0 + place) for place, escaped in enumerate("~=#{}:\\n")}
_MEANT: Final = str.maketrans(
    {waiting: "\n" if escaped == "n" else escaped for escaped, waiting in _WAITING.items()}
)
_REPLACED: Final = str.maketrans(dict.fromkeys(_WAITING.values(), "�"))
_ESCAPE: Final = re.compile(r"\\([~=#{}:\\n])")
_CATEGORY: Final = "$CATEGORY:"


@dataclass(frozen=True)
class Block:
    """Lines between two empty ones: the number of the first, and the category that they stand under.

    ``text`` is without comments, which are ``comments``; what is escaped in it is to be ``unescaped`` at last.
    """

    line: int
    category: str
    text: str
    comments: tuple[str, ...] = ()


def blocks(text: str) -> Iterator[Block]:
    """Yield what stands between empty lines, except where there are comments or categories only."""
    category, first, lines, comments = "", 0, list[str](), list[str]()
    for number, line in enumerate([*_lines(text), ""], start=1):
        bare = line.strip()
        if bare.startswith("//"):
            comments.append(bare[2:].strip())
        elif bare and not bare.startswith(_CATEGORY):
            first = first or number
            lines.append(line.rstrip("\r"))
        else:
            if lines:
                yield Block(first, category, _escaped("\n".join(lines)), tuple(comments))
            first, lines, comments = 0, [], []
            if bare:
                category = unescaped(_escaped(bare.removeprefix(_CATEGORY).strip()))


def unescaped(text: str) -> str:
    """Return the text with what was escaped in it as the characters that are meant."""
    return text.translate(_MEANT)


def marked(comments: tuple[str, ...], mark: str) -> list[str]:
    """Return what comments say of a question in brackets, such as ``[id:12]`` or ``[tag:easy]``."""
    opening, found = f"[{mark}:", list[str]()
    for comment in comments:
        for part in comment.split(opening)[1:]:
            value, closing, _ = part.partition("]")
            if closing and value.strip():
                found.append(value.strip())
    return found


def _lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _escaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _WAITING[found[1]], text.translate(_REPLACED))
