"""Reads the items of IMS QTI 2.1, 2.2 and 3.0."""

from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from catalog.importing.banks.qti.elements import number, outside, parsed, text_of
from catalog.importing.banks.qti.qti_2_body import prompt_of
from catalog.importing.banks.qti.qti_2_tasks import LEFT_OUT, asking
from catalog.importing.banks.qti.texts import Texts, cleaned, weight_of
from catalog.importing.banks.question import (
    MAX_ENTRIES,
    BankInvalid,
    BankQuestion,
    LeftOut,
    UnsupportedQuestion,
)

ITEM: Final = "assessmentItem"
_DRAWN: Final = ("templateDeclaration", "templateProcessing")


def read_qti_2(data: bytes, *, place: str) -> list[BankQuestion | LeftOut]:
    """Return the items of a file in QTI 2.1, 2.2 or 3.0 in its order; ``place`` is how the file is called.

    Raise BankInvalid when it is no XML, holds no item, or more than ``MAX_ENTRIES``.
    """
    return questions_of(parsed(data), place=place)


def questions_of(root: Element, *, place: str) -> list[BankQuestion | LeftOut]:
    """Return the questions at and below the root of a file; raise BankInvalid as ``read_qti_2`` does."""
    items = [root] if root.tag == ITEM else [found for found in outside(root, ITEM) if found.tag == ITEM]
    if not items and root.tag == "assessmentTest":
        raise BankInvalid(
            "This is a test in QTI; its questions stand in files of their own, so choose the whole package."
        )
    if not items:
        raise BankInvalid(f"This is no QTI 2 or 3: it begins with <{cleaned(root.tag)}> and has no items.")
    if len(items) > MAX_ENTRIES:
        raise BankInvalid(f"This file has more than {MAX_ENTRIES:,} questions.")
    if len(items) == 1:
        return [_entry(items[0], place)]
    return [_entry(item, f"{place}, question {count}") for count, item in enumerate(items, start=1)]


def _entry(item: Element, place: str) -> BankQuestion | LeftOut:
    name = cleaned(item.get("title") or item.get("identifier") or "")
    texts = Texts()
    try:
        return _question(item, place, name, texts)
    except UnsupportedQuestion as reason:
        return LeftOut(place, name, str(reason))


def _question(item: Element, place: str, name: str, texts: Texts) -> BankQuestion:
    if item.get("adaptive", "").lower() == "true":
        raise UnsupportedQuestion("It goes on in several steps, each depending on the answer before.")
    if any(item.find(part) is not None for part in _DRAWN):
        raise UnsupportedQuestion("Its numbers or words are drawn anew for each person.")
    body = item.find("itemBody")
    interaction = _interaction(body)
    if body is None or interaction is None:
        raise UnsupportedQuestion("It is a text that asks nothing.")
    asked = asking(item, interaction, texts)
    prompt = prompt_of(body, interaction, texts)
    weight = weight_of(_points(item, asked.most), texts)
    return BankQuestion(place, name, prompt, asked.task, weight, asked.feedback, tuple(texts.notes))


def _interaction(body: Element | None) -> Element | None:
    """Return the one interaction of an item; raise NotTaken where it has several."""
    found = [part for part in (body.iter() if body is not None else ()) if part.tag.endswith("Interaction")]
    asking_for = [part for part in found if part.tag != "endAttemptInteraction"]
    if len(asking_for) > 1:
        only = {part.tag for part in asking_for}
        if len(only) == 1 and (reason := LEFT_OUT.get(asking_for[0].tag)):
            raise UnsupportedQuestion(reason)
        raise UnsupportedQuestion(f"It asks {len(asking_for)} things in one.")
    return asking_for[0] if asking_for else None


def _points(item: Element, mapped: Decimal | None) -> Decimal | None:
    """Return the most points of an item: what it declares, else what its mapping gives."""
    declared = {found.get("identifier"): found for found in item.findall("outcomeDeclaration")}
    most, score = declared.get("MAXSCORE"), declared.get("SCORE")
    if most is not None and (stated := number(text_of(most.find("defaultValue/value")))) is not None:
        return stated
    if score is not None and (stated := number(score.get("normalMaximum"))) is not None:
        return stated
    return mapped
