"""Elements of Moodle's XML, read with the defaults that Moodle has for what is missing."""

from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from catalog.importing.banks.moodle.marks import credit, number
from catalog.importing.banks.moodle.wordings import Wordings, format_named
from catalog.importing.banks.question import UnsupportedQuestion

_YES: Final = {"1", "true"}


def child(element: Element | None, name: str) -> Element | None:
    """Return the first element of the name directly below, if any."""
    return None if element is None else element.find(name)


def children(element: Element | None, name: str) -> list[Element]:
    """Return all elements of the name directly below."""
    return [] if element is None else element.findall(name)


def said(element: Element | None) -> str:
    """Return what stands in the element's ``text``, or in itself where it has none, as it is written."""
    if element is None:
        return ""
    inner = element.find("text")
    return (element if inner is None else inner).text or ""


class Asked:
    """A question's element, and its texts in the format of the question where they name none."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.texts = Wordings()
        stem = child(element, "questiontext")
        self._form = format_named(stem.get("format", "") if stem is not None else "") or "html"

    @property
    def prompt(self) -> str:
        """The question itself, as a reader would see it."""
        return self.shown("questiontext")

    def shown(self, name: str) -> str:
        """Return the text of the element of that name, as a reader would see it."""
        return self.shown_in(child(self.element, name))

    def shown_in(self, element: Element | None) -> str:
        """Return the text of an element, as a reader would see it."""
        if element is None:
            return ""
        form = format_named(element.get("format", "")) or self._form
        return self.texts.read(said(element), form)

    def says(self, name: str, *, default: bool = False) -> bool:
        """Whether the element of that name says yes."""
        word = said(child(self.element, name)).strip().lower()
        return word in _YES if word else default

    def count(self, name: str) -> int:
        """Return the whole number above zero in the element of that name, and zero where there is none."""
        word = said(child(self.element, name)).strip()
        return int(word) if word.isascii() and word.isdecimal() and len(word) <= 9 else 0


def credit_of(answer: Element) -> Decimal:
    """Return the part of the points that an answer gives.

    Raises:
        NotTaken: it is no number, or none of Moodle's grades.
    """
    stated = answer.get("fraction", "0").strip()
    percentage = number(stated)
    if percentage is None:
        raise UnsupportedQuestion(f"An answer's fraction is “{stated[:40]}”, which is no number.")
    return credit(percentage)
