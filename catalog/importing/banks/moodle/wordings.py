"""Texts of one question as plain ones, whichever of Moodle's text formats they are written in."""

from collections.abc import Sequence
from typing import Final

from catalog.importing.banks.markup import plain

# The names that GIFT gives Moodle's formats, and those that its XML gives them.
_FORMATS: Final = {
    "html": "html", "markdown": "markdown", "moodle": "moodle", "plain": "plain",
    "moodle_auto_format": "moodle", "plain_text": "plain",
}  # fmt: skip
_MOST_TAGS: Final = 200
_SIGNS: Final = ("</", "<br", "<img", "&lt;", "&gt;", "&amp;", "&nbsp;", "&quot;")


def format_named(name: str) -> str | None:
    """Return the format that a file names so, or None."""
    return _FORMATS.get(name.strip().lower())


class Wordings:
    """Reads the texts of one question and remembers what of them could not be taken over."""

    def __init__(self) -> None:
        self._notes: dict[str, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What is left out, once each, in the order in which it was met."""
        return tuple(self._notes)

    def note(self, sentence: str) -> None:
        """Remember something that is left out."""
        self._notes.setdefault(sentence)

    def note_tags(self, tags: Sequence[str]) -> None:
        """Remember the first of the words that a question was filed under."""
        self.note(f"tags are left out: {', '.join(tags)[:_MOST_TAGS]}")

    def read(self, written: str, form: str) -> str:
        """Return a text as a reader would see it; Markdown stays as it is written."""
        if form == "markdown":
            return "\n".join(line.rstrip("\r") for line in written.split("\n")).strip()
        if form == "html":
            return self._shown(written)
        lines = "\n".join(line.strip() for line in written.strip().split("\n"))
        if form == "moodle" and _is_marked_up(lines):
            return self._shown(lines.replace("\n", "<br>"))
        return lines

    def _shown(self, marked_up: str) -> str:
        shown = plain(marked_up)
        for note in shown.notes:
            self.note(note)
        return shown.text.strip()


def _is_marked_up(text: str) -> bool:
    """Whether Moodle's own format holds HTML, which it shows as such."""
    lower = text.lower()
    return any(sign in lower for sign in _SIGNS)
