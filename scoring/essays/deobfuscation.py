"""The same text as a reader who takes off its disguises would see it.

Each view is a `Folded` text whose characters know where in the answer they came from.
"""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from itertools import chain
from typing import Final
from urllib.parse import unquote

from scoring.essays.text import Folded, fold

# Cyrillic and Greek letters that look like Latin ones.
_ALIKE: Final = str.maketrans("аеорсхуіјѕһԁԛԝкмнвтгαεικνορτυχ", "aeopcxyijshdqwkmhbtraeiknoptux")
_LEET: Final = str.maketrans("431057@$", "aeiostas")
_MIXED: Final = re.compile(r"\b(?=\w*[a-z])(?=\w*[0-9@$])[\w@$]{3,}\b")
_LEAST_MIXED: Final = 2
_BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{16,}={0,2}")
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}){12,}(?![0-9A-Za-z])")
_PERCENT: Final = re.compile(r"[^\s%]{0,40}(?:%[0-9A-Fa-f]{2}[^\s%]{0,40}){3,}")
_READABLE: Final = 0.9


def deobfuscated_views(answer: str) -> Iterator[Folded]:
    """The folded answer, first as it stands, then without each disguise that might fit it."""
    plain = fold(answer)
    straight = Folded(plain.text.translate(_ALIKE), plain.origin)
    yield straight
    yield Folded(codecs.encode(straight.text, "rot13"), straight.origin)
    yield Folded(straight.text[::-1], straight.origin[::-1])
    if len(_MIXED.findall(straight.text)) >= _LEAST_MIXED:
        yield Folded(straight.text.translate(_LEET), straight.origin)
    for start, end, text in hidden_texts(answer):
        if _is_percent(answer[start:end]):
            folded = fold(text).text
            yield Folded(folded, tuple(min(start + at, end - 1) for at in range(len(folded))))


def hidden_texts(answer: str) -> Iterator[tuple[int, int, str]]:
    """``(start, end, decoded)`` of every stretch that is readable text in base64, hexadecimal or percent form."""
    found = chain(
        ((match, _from_base64(match.group())) for match in _BASE64.finditer(answer)),
        ((match, _from_hex(match.group())) for match in _HEX.finditer(answer)),
        ((match, unquote(match.group())) for match in _PERCENT.finditer(answer)),
    )
    for match, text in found:
        if _is_readable(text):
            yield match.start(), match.end(), text


def _is_percent(text: str) -> bool:
    return bool(_PERCENT.fullmatch(text))


def _from_base64(text: str) -> str:
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _from_hex(text: str) -> str:
    try:
        return bytes.fromhex(text).decode("ascii")
    except UnicodeDecodeError:
        return ""


def _is_readable(text: str) -> bool:
    """Words with spaces between them, which chance does not decode to."""
    letters = sum(c.isalpha() or c.isspace() for c in text)
    return " " in text.strip() and letters >= _READABLE * len(text)
