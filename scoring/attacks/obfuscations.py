"""The disguises an order can wear; each is a function from plain text to disguised text."""

import base64
import codecs
import string
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

_LEET: Final = str.maketrans("aeiostAEIOST", "431057431057")
_ALIKE: Final = str.maketrans("aeopcxyiAEOPCXTHKBM", "аеорсхуіАЕОРСХТНКВМ")
_FULL_WIDTH: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_LOWER: Final = string.ascii_lowercase
_CAESAR: Final = str.maketrans(
    _LOWER + _LOWER.upper(), _LOWER[3:] + _LOWER[:3] + (_LOWER[3:] + _LOWER[:3]).upper()
)
_ATBASH: Final = str.maketrans(_LOWER + _LOWER.upper(), _LOWER[::-1] + _LOWER[::-1].upper())
_CIRCLED: Final = {ord(c): 0x24D0 + at for at, c in enumerate(_LOWER)}
_MORSE: Final = {
    "a": ".-", "b": "-...", "c": "-.-.", "d": "-..", "e": ".", "f": "..-.", "g": "--.", "h": "....", "i": "..",
    "j": ".---", "k": "-.-", "l": ".-..", "m": "--", "n": "-.", "o": "---", "p": ".--.", "q": "--.-", "r": ".-.",
    "s": "...", "t": "-", "u": "..-", "v": "...-", "w": ".--", "x": "-..-", "y": "-.--", "z": "--..",
}  # fmt: skip


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


def _base32(text: str) -> str:
    return base64.b32encode(text.encode()).decode()


def _binary(text: str) -> str:
    return " ".join(f"{byte:08b}" for byte in text.encode())


def _morse(text: str) -> str:
    return " / ".join(" ".join(_MORSE.get(c, "") for c in word) for word in text.lower().split())


def _pig_latin(text: str) -> str:
    return " ".join(f"{word[1:]}{word[0].lower()}ay" for word in text.split())


def _no_vowels(text: str) -> str:
    return "".join(c for c in text if c not in "aeiou")


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
    "base32": _base32,
    "binary": _binary,
    "morse": _morse,
    "caesar": lambda text: text.translate(_CAESAR),
    "atbash": lambda text: text.translate(_ATBASH),
    "pig-latin": _pig_latin,
    "words-reversed": lambda text: " ".join(reversed(text.split())),
    "no-vowels": _no_vowels,
    "circled": lambda text: text.lower().translate(_CIRCLED),
    "dotted": lambda text: " ".join(".".join(word) for word in text.split()),
    "entities": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "variation": "\ufe0f".join,
}
