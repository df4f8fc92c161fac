"""The disguises an order can wear; each is a function from plain text to disguised text."""

import base64
import codecs
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

_LEET: Final = str.maketrans("aeiostAEIOST", "431057431057")
_ALIKE: Final = str.maketrans("aeopcxyiAEOPCXTHKBM", "аеорсхуіАЕОРСХТНКВМ")
_FULL_WIDTH: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _hex(text: str) -> str:
    return text.encode().hex()


def _spaced(text: str) -> str:
    return "  ".join(" ".join(word) for word in text.split())


def _tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(character)) for character in text)


def _bidi(text: str) -> str:
    return f"\u202e{text[::-1]}\u202c"


CODINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "": str,
    "base64": _base64,
    "hex": _hex,
    "percent": quote,
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "leet": lambda text: text.translate(_LEET),
    "reversed": lambda text: text[::-1],
    "spaced": _spaced,
    "zero-width": "\u200b".join,
    "soft-hyphen": "\u00ad".join,
    "tags": _tags,
    "bidi": _bidi,
    "homoglyph": lambda text: text.translate(_ALIKE),
    "fullwidth": lambda text: text.translate(_FULL_WIDTH),
}
