"""The XML in which Moodle takes and gives questions (docs.moodle.org, "Moodle XML format")."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree

from catalog.importing.banks.moodle import kinds
from catalog.importing.banks.moodle.elements import Asked, child, children, said
from catalog.importing.banks.moodle.gathering import MOST_NAME, gathered
from catalog.importing.banks.moodle.marks import number
from catalog.importing.banks.question import (
    WHOLE,
    Bank,
    BankInvalid,
    BankQuestion,
    LeftOut,
    UnsupportedQuestion,
)

_USUAL: Final = {
    "", "Your answer is correct.", "Your answer is partially correct.", "Your answer is incorrect.",
}  # fmt: skip
_COMBINED: Final = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


def read_moodle_xml(data: bytes) -> Bank:
    """Return the questions of a Moodle XML file; what cannot be taken over is left out, with its place and why.

    Raises:
        BankInvalid: it is no XML, it is not Moodle's, it declares entities, or there is nothing or too much in it.
    """
    try:
        root = ElementTree.fromstring(data)
    except (ParseError, ValueError, LookupError) as reason:
        raise BankInvalid(f"The file is no XML that can be read: {str(reason)[:200]}.") from reason
    if root.tag != "quiz":
        raise BankInvalid("The file is XML, but not Moodle's: it does not begin with quiz.")
    return gathered("Moodle XML", _entries(root))


def _entries(root: Element) -> Iterator[BankQuestion | LeftOut]:
    category, place = "", 0
    for element in children(root, "question"):
        if _kind(element) == "category":
            category = said(child(element, "category")).strip()
        else:
            place += 1
            yield _entry(element, f"question {place}" + (f", {category}" if category else ""))


def _entry(element: Element, place: str) -> BankQuestion | LeftOut:
    asked = Asked(element)
    name = (said(child(element, "name")).strip() or said(child(element, "idnumber")).strip())[:MOST_NAME]
    try:
        task, prompt = kinds.read(_kind(element), asked)
        if not prompt:
            raise UnsupportedQuestion("It has no text that can be shown.")
        weight, feedback = _weight(element), asked.shown("generalfeedback")
    except UnsupportedQuestion as reason:
        return LeftOut(place, name, str(reason))
    _note_rest(asked)
    return BankQuestion(place, name, prompt, task, weight, feedback, asked.texts.notes)


def _kind(element: Element) -> str:
    return element.get("type", "").strip().lower()


def _weight(element: Element) -> Decimal:
    stated = said(child(element, "defaultgrade")).strip()
    if not stated:
        return WHOLE
    weight = number(stated)
    if weight is None or weight <= 0:
        raise UnsupportedQuestion(f"Its points are “{stated[:40]}”, which is no number above zero.")
    return weight


def _note_rest(asked: Asked) -> None:
    """Note what of a question has no counterpart here."""
    if any(asked.shown(name) not in _USUAL for name in _COMBINED):
        asked.texts.note("feedback to right and wrong results is left out")
    if any(said(hint).strip() for hint in children(asked.element, "hint")):
        asked.texts.note("hints are left out")
    tags = [text for tag in children(child(asked.element, "tags"), "tag") if (text := said(tag).strip())]
    if tags:
        asked.texts.note_tags(tags)
    if next(asked.element.iter("file"), None) is not None:
        asked.texts.note("files that belong to it are left out")
