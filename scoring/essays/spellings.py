"""The ways in which people write one name or number: without accents, with letters written out or left out,
joined, letter by letter, with other separators."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Final

from scoring.essays.text import Folded, fold, words

SHORTEST: Final = 2
_SHORTEST_JOINED: Final = 3
_SHORTEST_LEFT_OUT: Final = 6
_SHORTEST_MARK_INSIDE: Final = 5
_MOST_JOINED: Final = 5
_SEPARATOR: Final = "[-_/. ]"
# Letters that no decomposition makes plain.
_STROKES: Final = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
_WRITTEN_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_LEFT_OUT: Final = re.compile(r"(?<=[aou])e")


def bare(text: str) -> Folded:
    """The folded text without accents and strokes."""
    folded = fold(text)
    if folded.text.isascii():
        return folded
    kept = [
        (plain, origin)
        for character, origin in zip(folded.text, folded.origin, strict=True)
        if not unicodedata.combining(character)
        for plain in character.translate(_STROKES)
    ]
    return Folded("".join(plain for plain, _ in kept), tuple(origin for _, origin in kept))


def flat(text: str) -> str:
    """A name or number in the form in which it is sought."""
    return bare(text).text.strip(" .,;")


def parts_of_names(names: Sequence[str], particles: frozenset[str]) -> set[str]:
    """The words that names are made of, in each of their spellings but the joined ones."""
    found: set[str] = set()
    for name in names:
        for text in (flat(name), flat(unicodedata.normalize("NFC", name).casefold().translate(_WRITTEN_OUT))):
            whole = words(text)
            # O'Connor is also written OConnor, Anna-Lena also Anna or AnnaLena.
            found.update(whole, re.split(r"[\s'-]+", text), (re.sub("['’-]", "", word) for word in whole))
    found |= {_LEFT_OUT.sub("", part) for part in found if len(part) >= _SHORTEST_LEFT_OUT}
    return {
        part
        for part in found
        if len(part) >= SHORTEST and part not in particles and any(c.isalpha() for c in part)
    }


def joined_names(names: Sequence[str], particles: frozenset[str]) -> Iterator[str]:
    """Two words of one name without anything between, as in accounts: annagruen."""
    for name in names:
        own = [part for part in sorted(parts_of_names([name], particles)) if len(part) >= _SHORTEST_JOINED]
        yield from ("".join(two) for two in permutations(own[: 2 * _MOST_JOINED], 2))


def letter_by_letter(part: str) -> str:
    """A pattern for a word with something between all of its letters."""
    return r"[ .*_\-]{1,2}".join(re.escape(letter) for letter in part)


def mark_pattern(mark: str) -> str:
    """A pattern for a log-in or number, whatever separates its pieces; a longer one with digits in it also counts
    inside a word."""
    has_digits = any(c.isdigit() for c in mark)
    pieces = [piece for piece in re.findall(r"\d+|[^\W\d_]+", mark) if piece]
    is_long = sum(map(len, pieces)) >= _SHORTEST_MARK_INSIDE
    if "@" in mark or not pieces or (has_digits and not is_long):
        return rf"(?<![^\W_]){re.escape(mark)}(?![^\W_])"
    pattern = f"{_SEPARATOR}?".join(re.escape(piece) for piece in pieces)
    if not has_digits:
        return rf"(?<![^\W_]){pattern}(?![^\W_])"
    before = r"(?<!\d)" if mark[:1].isdigit() else ""
    after = r"(?!\d)" if mark[-1:].isdigit() else ""
    return f"{before}{pattern}{after}"
