"""Texts with one gap in Moodle's XML; those with more ask several things at once, which no question here does."""

import re
from decimal import Decimal
from typing import Final

from catalog.importing.banks.moodle import checked
from catalog.importing.banks.moodle.elements import Asked, children, said
from catalog.importing.banks.moodle.marks import credit, number
from catalog.importing.banks.question import ChoiceTask, Option, Task, UnsupportedQuestion

BLANK: Final = "_____"
_GAP: Final = re.compile(r"\[\[([0-9]{1,3})\]\]")
_CLOZE: Final = re.compile(r"\{[0-9]{0,4}:([A-Z_]{2,20}):")
_UNESCAPED_END: Final = re.compile(r"(?<!\\)\}")
_CHOICES: Final = {
    f"{name}{suffix}" for name in ("MULTICHOICE", "MC") for suffix in ("", "_V", "_H", "_S", "_VS", "_HS")
} | {"MCV", "MCH", "MCS", "MCVS", "MCHS"}
_WORDS: Final = {
    "SHORTANSWER": False,
    "SA": False,
    "MW": False,
    "SHORTANSWER_C": True,
    "SAC": True,
    "MWC": True,
}
_NUMBERS: Final = {"NUMERICAL", "NM"}


def gap_choice(asked: Asked) -> tuple[ChoiceTask, str]:
    """Return the choice of the text for the one gap, and the text around it.

    Raises:
        NotTaken: there is not one gap, or its number names no text.
    """
    prompt = asked.prompt
    gaps = _GAP.findall(prompt)
    if len(gaps) != 1:
        raise UnsupportedQuestion(
            f"It has {len(gaps)} gaps in one text, where a question here asks one thing."
        )
    boxes = children(asked.element, "selectoption") or children(asked.element, "dragbox")
    right = int(gaps[0]) - 1
    if not 0 <= right < len(boxes):
        raise UnsupportedQuestion("Its gap names a text that is not there.")
    groups = [said(box.find("group")).strip() for box in boxes]
    options = [
        Option(asked.texts.read(said(box), "moodle"), Decimal(place == right))
        for place, box in enumerate(boxes)
        if groups[place] == groups[right]
    ]
    return checked.choice_task(options, several=False), _GAP.sub(BLANK, prompt)


def cloze(asked: Asked) -> tuple[Task, str]:
    """Return what the one gap asks for, and the text around it.

    Raises:
        NotTaken: there is not one gap, or it is of a kind that has no counterpart here.
    """
    prompt = asked.prompt
    gaps = list(_CLOZE.finditer(prompt))
    if len(gaps) != 1:
        raise UnsupportedQuestion(
            f"It has {len(gaps)} gaps in one text, where a question here asks one thing."
        )
    ending = _UNESCAPED_END.search(prompt, gaps[0].end())
    if ending is None:
        raise UnsupportedQuestion("Its gap has no end.")
    answers = [_answer(part) for part in _split(prompt[gaps[0].end() : ending.start()], "~")]
    around = f"{prompt[: gaps[0].start()]}{BLANK}{prompt[ending.end() :]}"
    return _cloze_task(asked, gaps[0][1], answers), around


def _cloze_task(asked: Asked, kind: str, answers: list[Option]) -> Task:
    if kind in _CHOICES:
        return checked.choice_task(answers, several=False)
    if any(one.feedback for one in answers):
        asked.texts.note("feedback to single answers is left out")
    if kind in _WORDS:
        return checked.short_text_task(
            ((one.text, one.credit) for one in answers), case_sensitive=_WORDS[kind]
        )
    if kind not in _NUMBERS:
        raise UnsupportedQuestion(f"Gaps of the kind {kind} have no counterpart here.")
    ranges = []
    for one in answers:
        middle, colon, tolerance = one.text.partition(":")
        known, near = number(middle), number(tolerance) if colon else Decimal(0)
        if one.credit > 0 and (known is None or near is None):
            raise UnsupportedQuestion(f"“{one.text[:40]}” is not a number with a decimal point.")
        if known is not None and near is not None:
            ranges.append(checked.around(known, abs(near), one.credit))
    return checked.numeric_task(ranges)


def _answer(written: str) -> Option:
    """Read an answer such as ``=right#well done`` or ``%50%nearly``."""
    said_, *feedback = _split(written.strip(), "#")
    given = Decimal(0)
    if said_.startswith("="):
        said_, given = said_[1:], Decimal(1)
    elif said_.startswith("%"):
        percentage, closing, rest = said_[1:].partition("%")
        stated = number(percentage)
        if closing and stated is not None:
            said_, given = rest, credit(stated)
    return Option(_bare(said_), given, _bare("#".join(feedback)))


def _split(text: str, sign: str) -> list[str]:
    return re.split(rf"(?<!\\){sign}", text)


def _bare(text: str) -> str:
    return re.sub(r"\\([}#~/\"\\])", r"\1", text).strip()
