"""Marked-up texts as plain ones, and what of them a plain text cannot show."""

import re
from dataclasses import dataclass
from typing import Final

from catalog.importing.banks.tags import TagReader

_BLOCKS: Final = frozenset(
    {
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figcaption",
        ),
        *(
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "nav",
            "ol",
        ),
        *("p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"),
    }
)
_PARTED: Final = frozenset(
    {"p", "pre", "table", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_UNSEEN: Final = frozenset({"script", "style", "template", "head", "noscript"})
_LOST: Final = {
    "img": "a picture", "audio": "a sound", "video": "a film", "object": "an embedded object", "iframe": "a frame",
    "embed": "an embedded object", "svg": "a drawing", "math": "a formula", "canvas": "a drawing",
}  # fmt: skip
_RAISED: Final = {"sup": "^", "sub": "_"}
_NAME_OF_FILE: Final = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp|bmp|mp[34])", re.IGNORECASE)
# What is noted of a question that may not be understood without what is missing.
LOSSES: Final = frozenset(f"{lost} is left out" for lost in _LOST.values())


@dataclass(frozen=True)
class Plain:
    """A text without markup; ``lost`` names, once each, what stood in it and could not be taken over."""

    text: str
    lost: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be noted of a question with this text; of ``LOSSES``."""
        return tuple(f"{lost} is left out" for lost in self.lost)


def plain(marked_up: str) -> Plain:
    """Return what a reader of the HTML would read.

    Paragraphs are parted by an empty line, other blocks by a line end; items of a list begin with a dash, cells of a
    row are parted by a bar. Of a picture its description stays. Scripts and styles are nothing that is read.
    """
    reader = _Reader()
    reader.feed(marked_up)
    return Plain(_tidied("".join(reader.parts)), tuple(dict.fromkeys(reader.lost)))


def _tidied(text: str) -> str:
    lines = [line.rstrip() for line in text.replace("\xa0", " ").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


class _Reader(TagReader):
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.lost: list[str] = []
        self._unseen = 0
        self._as_written = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag in _LOST:
            self._lose(tag, dict(attrs).get("alt") or "")
        elif tag in _BLOCKS:
            self._break(tag)
            if tag == "li":
                self.parts.append("- ")
        elif tag in ("td", "th") and not self._ends_with("\n"):
            self.parts.append(" | ")
        elif tag in _RAISED:
            self.parts.append(_RAISED[tag])
        self._as_written += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS and tag != "li":
            self._break(tag)
        self._as_written = max(0, self._as_written - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        shown = data if self._as_written else re.sub(r"[ \t\r\n\f]+", " ", data)
        if self._ends_with(("\n", " ")) and not self._as_written:
            shown = shown.lstrip(" ")
        if shown:
            self.parts.append(shown)

    def _break(self, tag: str) -> None:
        """Begin a new line, after an empty one where paragraphs are parted, unless one has begun."""
        for wanted in ("\n", "\n\n") if tag in _PARTED else ("\n",):
            if not self._ends_with(wanted):
                self.parts.append("\n")

    def _ends_with(self, endings: str | tuple[str, ...]) -> bool:
        """Whether what is read so far ends so; as good as so where nothing is."""
        tail = "".join(part[-2:] for part in self.parts[-2:])
        return not tail or tail.endswith(endings)

    def _lose(self, tag: str, described: str) -> None:
        self.lost.append(_LOST[tag])
        if described and not _NAME_OF_FILE.fullmatch(described.strip()):
            self.parts.append(f"[{described}]")
