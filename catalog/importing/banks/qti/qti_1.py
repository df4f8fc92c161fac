"""Reads IMS QTI 1.2, as Canvas, Blackboard and others write it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from xml.etree.ElementTree import Element

from catalog.importing.banks.qti.elements import number, outside, parsed
from catalog.importing.banks.qti.qti_1_feedback import LEFT_OUT, said_of
from catalog.importing.banks.qti.qti_1_item import Item, item_of
from catalog.importing.banks.qti.qti_1_key import conditions_of
from catalog.importing.banks.qti.qti_1_tasks import prompt_of, task_of
from catalog.importing.banks.qti.texts import Texts, cleaned, joined, weight_of
from catalog.importing.banks.question import (
    MAX_ENTRIES,
    BankInvalid,
    BankQuestion,
    ChoiceTask,
    EssayItemTask,
    LeftOut,
    UnsupportedQuestion,
)

ROOT: Final = "questestinterop"
_POINTS: Final = ("points_possible", "cc_weighting", "qmd_weighting", "qmd_absolutescore_max")
_ELSEWHERE: Final = ("bankentry_item", "sourcebank_ref", "itemref")


def read_qti_1(data: bytes, *, place: str) -> list[BankQuestion | LeftOut]:
    """Return the questions of a file in QTI 1.2 in its order; ``place`` is how the file is called.

    Raise BankInvalid when it is no XML, no QTI 1.2, or has more than ``MAX_ENTRIES`` items.
    """
    return questions_of(parsed(data), place=place)


def questions_of(root: Element, *, place: str) -> list[BankQuestion | LeftOut]:
    """Return the questions below the root of a file in QTI 1.2; raise BankInvalid as ``read_qti_1`` does."""
    if root.tag != ROOT:
        raise BankInvalid(f"This is no QTI 1.2: it begins with <{cleaned(root.tag)}>.")
    entries: list[BankQuestion | LeftOut] = []
    for found in _items(root):
        if len(entries) == MAX_ENTRIES:
            raise BankInvalid(f"This file has more than {MAX_ENTRIES:,} questions.")
        entries.append(_entry(found, f"{place}, question {len(entries) + 1}"))
    return entries


def _items(root: Element) -> Iterator[Element]:
    return (found for found in outside(root, "item") if found.tag == "item" or found.tag in _ELSEWHERE)


def _entry(element: Element, place: str) -> BankQuestion | LeftOut:
    name = cleaned(element.get("title") or element.get("ident") or "")
    if element.tag != "item":
        return LeftOut(place, name, "It is drawn from a question bank that is not in this file.")
    texts = Texts()
    try:
        return _question(item_of(element), place, name, texts)
    except UnsupportedQuestion as reason:
        return LeftOut(place, name, str(reason))


def _question(item: Item, place: str, name: str, texts: Texts) -> BankQuestion:
    rules = conditions_of(item.element)
    said = said_of(item, rules, texts)
    task = task_of(item, rules, said, texts)
    feedback = said.general
    if isinstance(task, EssayItemTask):
        task = replace(task, model_answer=said.solution)
    else:
        feedback = joined(feedback, said.solution)
    is_choice = isinstance(task, ChoiceTask)
    if said.is_lost(options=is_choice, several=isinstance(task, ChoiceTask) and task.several):
        texts.note(LEFT_OUT)
    if item.metadata.get("parent_stimulus_item_ident"):
        texts.note("the text that it refers to is left out")
    prompt = prompt_of(item, texts)
    points = next(
        (given for label in _POINTS if (given := number(item.metadata.get(label))) is not None), None
    )
    weight = weight_of(points, texts)
    return BankQuestion(place, name, prompt, task, weight, feedback, tuple(texts.notes))
