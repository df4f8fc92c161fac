"""Reading prose: cleaning, folding with a map back to the original, words, sentences.

Offsets always count the characters of the answer as the student wrote it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_QUOTE_MARKS: Final = str.maketrans("‘’‚‛′`´“”„‟″«»‐‑‒–—−", "'" * 7 + '"' * 7 + "-" * 6)
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['’-][^\W_{_CJK}]+)*")
_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"'”’)\]]*(?=\s|$))|\n+|[。！？]")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|Dr|Mr|Mrs|Ms|Prof|St|No|approx|Fig)|\b[A-Z])\.$")
_LONGEST_ABBREVIATION: Final = 10
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the answer: `text` is ``answer[start:end]``."""

    text: str
    start: int
    end: int

    def moved(self, by: int) -> "Span":
        """The same stretch of a longer text that begins `by` characters earlier."""
        return Span(self.text, self.start + by, self.end + by)


@dataclass(frozen=True, slots=True)
class Folded:
    """Text in comparable form; `origin[i]` is where character `i` of it came from."""

    text: str
    origin: tuple[int, ...]


def is_invisible(character: str) -> bool:
    """True for control, zero-width, bidirectional, tag and filler characters, surrogates
    and private use; False for ordinary white space."""
    if character in "\n\t\r":
        return False
    return (
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}
        or character in _INVISIBLE
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


class _Visible(dict[int, int | None]):
    """A table for `str.translate` that leaves invisible characters out; it learns each character once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if is_invisible(chr(code)) else code
        return self[code]


_VISIBLE: Final = _Visible()


def visible(text: str) -> str:
    """The text without its invisible characters."""
    return text.translate(_VISIBLE)


def clean(text: str) -> str:
    """The form in which an answer leaves for a model: NFKC, nothing invisible, at most one
    blank line in a row. Cleaning twice changes nothing."""
    seen = visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    normal = unicodedata.normalize("NFKC", seen)
    return _BLANK_LINES.sub("\n\n", normal).strip()


def fold(text: str) -> Folded:
    """Comparable form: compatibility decomposition, case folded, one kind of quotation mark
    and dash, white space collapsed, nothing invisible."""
    if text.isascii() and len(plain := text.translate(_ASCII)) == len(text):
        return _collapsed(plain)
    characters: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(text):
        for folded in _fold_character(character):
            if folded == " " and (not characters or characters[-1] == " "):
                continue
            characters.append(folded)
            origin.append(at)
    if characters and characters[-1] == " ":
        characters.pop()
        origin.pop()
    return Folded("".join(characters), tuple(origin))


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if is_invisible(character):
        return ""
    # Translated before and after: decomposing makes a space and an accent of a lone acute.
    plain = unicodedata.normalize("NFKD", character.translate(_QUOTE_MARKS)).translate(_QUOTE_MARKS)
    return "".join(" " if part.isspace() else part for part in plain.casefold())


# For the most frequent case, in a fifth of the time: each of these becomes one character, or none.
_ASCII: Final = str.maketrans({chr(code): _fold_character(chr(code)) for code in range(128)})


def _collapsed(plain: str) -> Folded:
    """White space collapsed, for a text of which every character is folded where it stands."""
    if "  " not in plain and plain.strip(" ") == plain:
        return Folded(plain, tuple(range(len(plain))))
    kept = [at for at, one in enumerate(plain) if one != " " or (at and plain[at - 1] != " ")]
    if kept and plain[kept[-1]] == " ":
        kept.pop()
    return Folded("".join([plain[at] for at in kept]), tuple(kept))


def words(text: str) -> list[str]:
    """Lower-case words; each ideograph or kana counts as one, invisible characters do not."""
    seen = visible(text)
    if seen.isascii():
        # The same, for the most frequent case in a quarter of the time.
        return _WORD.findall(seen.lower())
    return [word.casefold() for word in _WORD.findall(unicodedata.normalize("NFKC", seen))]


def sentences(text: str) -> list[Span]:
    """The sentences of `text` with offsets: cut after closing punctuation and at line ends,
    not after common abbreviations and initials. Stretches without a word are left out."""
    cuts = [m.end() for m in _SENTENCE_END.finditer(text) if not _ends_abbreviated(text, m.end())]
    starts, ends = [0, *cuts], [*cuts, len(text)]
    found = (_trimmed(text, start, end) for start, end in zip(starts, ends, strict=True))
    return [span for span in found if _WORD.search(span.text)]


def _ends_abbreviated(text: str, end: int) -> bool:
    return bool(_ABBREVIATION.search(text[max(0, end - _LONGEST_ABBREVIATION) : end]))


def _trimmed(text: str, start: int, end: int) -> Span:
    stretch = text[start:end]
    start += len(stretch) - len(stretch.lstrip())
    stretch = stretch.strip()
    return Span(stretch, start, start + len(stretch))


def passages(spans: Sequence[Span], size: int) -> list[str]:
    """The spans joined in order into passages; one closes with the span that brings it to
    `size` words."""
    found: list[str] = []
    open_passage: list[str] = []
    length = 0
    for span in spans:
        open_passage.append(span.text)
        length += len(words(span.text))
        if length >= size:
            found.append(" ".join(open_passage))
            open_passage, length = [], 0
    return [*found, " ".join(open_passage)] if open_passage else found


def cut_long(spans: Sequence[Span], most: int) -> list[Span]:
    """The spans, those of more than `most` words cut into pieces of at most that many."""
    pieces: list[Span] = []
    for span in spans:
        starts = [match.start() for match in _WORD.finditer(span.text)][::most]
        ends = [*starts[1:], len(span.text)]
        pieces += [
            _trimmed(span.text, start if at else 0, end).moved(span.start)
            for at, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]
    return pieces


def shingles(tokens: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Every run of `size` neighbouring words, in order."""
    return [tuple(tokens[at : at + size]) for at in range(len(tokens) - size + 1)]
