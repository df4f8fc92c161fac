"""Cutting a document into passages that can be embedded whole and cited at their place.

A passage never crosses a heading. Paragraphs stay whole while they fit; a longer one is cut between
sentences, and each cut repeats the last sentence so that nothing is lost between two passages. The limit of
110 words keeps a passage below the 256 tokens at which all-MiniLM-L6-v2 stops reading (English needs about
1.4 tokens a word). Nine characters count as a word at least, so that scripts without spaces are cut too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

MAX_WORDS: Final = 110
CHARACTERS_A_WORD: Final = 9

_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+(?P<title>.*?)[ \t]*#*[ \t]*")
_FENCE = re.compile(r"[ ]{0,3}(?P<mark>`{3,}|~{3,})")
_SENTENCE_END = re.compile(
    r"[.!?…]['\"”’)\]]*(?=\s+[\"'“‘(\[]?[^\W_a-z])"
    r"|[。！？]['\"”’」』）)\]]*"
    r"|\n(?=[ \t]*(?:[-*•]|\d+[.)])[ \t])"
)
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|no|approx|Dr|Mr|Mrs|Ms|Prof|St|[A-Z])\.$")
_LONGEST_ABBREVIATION: Final = len("approx.")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, from the character ``start`` up to, not including, ``end``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: ``text`` is the document's text from ``start`` to ``end``, under ``heading``."""

    position: int
    heading: str
    start: int
    end: int
    text: str


def chunk(text: str, *, max_words: int = MAX_WORDS) -> list[Chunk]:
    """Cut ``text`` (plain or Markdown) into passages of at most ``max_words`` words, in order."""
    passages = [
        (heading, span)
        for heading, paragraphs in _sections(text)
        for span in _pack(text, paragraphs, max_words)
    ]
    if not passages and text.strip():
        # Nothing but headings: then they are what it says.
        passages = [("", span) for span in _pack(text, [_trim(text, Span(0, len(text)))], max_words)]
    return [
        Chunk(position, heading, span.start, span.end, text[span.start : span.end])
        for position, (heading, span) in enumerate(passages)
    ]


def sentences(text: str, within: Span | None = None) -> list[Span]:
    """Return the sentences and list items of ``text`` (or of a part of it), without surrounding space."""
    whole = within or Span(0, len(text))
    found: list[Span] = []
    start = whole.start
    for match in _SENTENCE_END.finditer(text, whole.start, whole.end):
        if not _ABBREVIATION.search(text, max(start, match.end() - _LONGEST_ABBREVIATION), match.end()):
            found.append(Span(start, match.end()))
            start = match.end()
    found.append(Span(start, whole.end))
    trimmed = (_trim(text, span) for span in found)
    return [span for span in trimmed if span.start < span.end]


def size(text: str) -> int:
    """Return the length of ``text`` in words, a word having at most nine characters."""
    return max(len(text.split()), -(-len(text) // CHARACTERS_A_WORD))


def _sections(text: str) -> Iterator[tuple[str, list[Span]]]:
    heading = ""
    paragraphs: list[Span] = []
    open_at: int | None = None
    fence = ""
    for start, end in _lines(text):
        fence, fenced = _fenced(text, start, end, fence)
        title = None if fenced else _HEADING.fullmatch(text, start, end)
        if title or not text[start:end].strip():
            if open_at is not None:
                paragraphs.append(_trim(text, Span(open_at, start)))
                open_at = None
        elif open_at is None:
            open_at = start
        if title:
            yield heading, paragraphs
            heading, paragraphs = title["title"], []
    if open_at is not None:
        paragraphs.append(_trim(text, Span(open_at, len(text))))
    yield heading, paragraphs


def _fenced(text: str, start: int, end: int, fence: str) -> tuple[str, bool]:
    """Return the mark of the block of code that is open after this line, and whether the line belongs to one.

    In a block a line that begins with # is a comment and no heading. A block ends with a mark as long as the one that
    opened it; one that never ends reaches to the end of the text.
    """
    mark = _FENCE.match(text, start, end)
    if not fence:
        return (mark["mark"], True) if mark else ("", False)
    closes = mark and mark["mark"].startswith(fence) and not text[mark.end() : end].strip()
    return ("" if closes else fence), True


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends, its end of line (one or two characters) left out."""
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line.removesuffix("\r"))
        start += len(line) + 1


def _pack(text: str, paragraphs: Sequence[Span], max_words: int) -> Iterator[Span]:
    """Join neighbouring paragraphs while they fit together; cut those that do not fit alone."""
    current: Span | None = None
    for paragraph in paragraphs:
        joined = Span(current.start, paragraph.end) if current else paragraph
        if _fits(text, joined, max_words):
            current = joined
            continue
        if current:
            yield current
            current = None
        if _fits(text, paragraph, max_words):
            current = paragraph
        else:
            yield from _cut(text, paragraph, max_words)
    if current:
        yield current


def _cut(text: str, paragraph: Span, max_words: int) -> Iterator[Span]:
    pieces = [piece for span in sentences(text, paragraph) for piece in _bound(text, span, max_words)]
    first = 0
    for index in range(1, len(pieces)):
        if _fits(text, Span(pieces[first].start, pieces[index].end), max_words):
            continue
        yield Span(pieces[first].start, pieces[index - 1].end)
        overlap = index - 1
        repeats = overlap > first and _fits(text, Span(pieces[overlap].start, pieces[index].end), max_words)
        first = overlap if repeats else index
    yield Span(pieces[first].start, pieces[-1].end)


def _bound(text: str, sentence: Span, max_words: int) -> Iterator[Span]:
    """Cut a sentence that is too long on its own between words, or inside a word as the last resort."""
    start, end = sentence.start, sentence.start
    for word in _WORD.finditer(text, sentence.start, sentence.end):
        if not _fits(text, Span(start, word.end()), max_words) and end > start:
            yield Span(start, end)
            start = word.start()
        while not _fits(text, Span(start, word.end()), max_words):
            yield Span(start, start + max_words * CHARACTERS_A_WORD)
            start += max_words * CHARACTERS_A_WORD
        end = word.end()
    yield Span(start, end)


def _fits(text: str, span: Span, max_words: int) -> bool:
    # Too many characters are too many words: a long stretch need not be read to know that.
    if span.end - span.start > max_words * CHARACTERS_A_WORD:
        return False
    return size(text[span.start : span.end]) <= max_words


def _trim(text: str, span: Span) -> Span:
    piece = text[span.start : span.end]
    start = span.start + len(piece) - len(piece.lstrip())
    return Span(start, max(start, span.start + len(piece.rstrip())))
