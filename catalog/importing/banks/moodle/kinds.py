"""The kinds of questions that Moodle's XML states, each as a task of this product."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from catalog.importing.banks.moodle import checked
from catalog.importing.banks.moodle.elements import Asked, child, children, credit_of, said
from catalog.importing.banks.moodle.gaps import cloze, gap_choice
from catalog.importing.banks.moodle.marks import number
from catalog.importing.banks.question import (
    ChoiceTask,
    EssayItemTask,
    MatchingTask,
    NumericTask,
    Option,
    OrderingTask,
    Range,
    ShortTextTask,
    Task,
    UnsupportedQuestion,
)

_WHY_NOT: Final = {
    "": "It does not say what kind of question it is.",
    "description": "It is a text without a question.",
    "calculated": "Its numbers are drawn anew for each attempt.",
    "calculatedsimple": "Its numbers are drawn anew for each attempt.",
    "calculatedmulti": "Its numbers are drawn anew for each attempt.",
    "random": "It stands for a question that is drawn from a category.",
    "randomsamatch": "It is put together from other questions for each attempt.",
    "ddimageortext": "It is answered on a picture.",
    "ddmarker": "It is answered on a picture.",
}


def read(kind: str, asked: Asked) -> tuple[Task, str]:
    """Return what is to be done, and the question as a reader would see it.

    Raises:
        NotTaken: the kind has no counterpart here, or something that it needs is missing.
    """
    if kind in _WITH_GAPS:
        return _WITH_GAPS[kind](asked)
    if kind not in _TASKS:
        raise UnsupportedQuestion(
            _WHY_NOT.get(kind, f"Questions of the kind “{kind[:40]}” have no counterpart here.")
        )
    return _TASKS[kind](asked), asked.prompt


def _choosing(asked: Asked) -> ChoiceTask:
    return checked.choice_task(_options(asked), several=not asked.says("single", default=True))


def _choosing_exactly(asked: Asked) -> ChoiceTask:
    return checked.choice_task(_options(asked), several=True, is_exact=True)


def _options(asked: Asked) -> list[Option]:
    return [
        Option(asked.shown_in(answer), credit_of(answer), asked.shown_in(child(answer, "feedback")))
        for answer in children(asked.element, "answer")
    ]


def _judging(asked: Asked) -> ChoiceTask:
    answers = {said(answer).strip().lower(): answer for answer in children(asked.element, "answer")}
    if set(answers) != {"true", "false"}:
        raise UnsupportedQuestion("Its answers are not true and false.")
    is_true, is_false = (credit_of(answers[word]) > 0 for word in ("true", "false"))
    if is_true == is_false:
        raise UnsupportedQuestion("It does not say whether true or false is right.")
    when_true, when_false = (asked.shown_in(child(answers[word], "feedback")) for word in ("true", "false"))
    return checked.true_or_false(is_true=is_true, when_true=when_true, when_false=when_false)


def _wording(asked: Asked) -> ShortTextTask:
    answers = [(said(answer).strip(), credit_of(answer)) for answer in children(asked.element, "answer")]
    _note_unsaid(asked, answers)
    return checked.short_text_task(answers, case_sensitive=asked.says("usecase"))


def _reckoning(asked: Asked) -> NumericTask:
    answers = children(asked.element, "answer")
    _note_unsaid(asked, [(said(answer).strip(), credit_of(answer)) for answer in answers])
    if asked.count("unitgradingtype"):
        asked.texts.note("what a wrong unit costs is left out")
    ranges = [_range(answer) for answer in answers if credit_of(answer) > 0]
    return checked.numeric_task(ranges, _units(asked))


def _range(answer: Element) -> Range:
    middle = _known(said(answer))
    tolerance = said(child(answer, "tolerance"))
    return checked.around(
        middle, abs(_known(tolerance)) if tolerance.strip() else Decimal(0), credit_of(answer)
    )


def _units(asked: Asked) -> dict[str, Decimal]:
    """Moodle says how many of a unit the answer's one is: 100 for cm where the answer is in m."""
    units = {}
    for unit in children(child(asked.element, "units"), "unit"):
        multiplier = _known(said(child(unit, "multiplier")))
        name = said(child(unit, "unit_name")).strip()
        if multiplier <= 0 or not name:
            raise UnsupportedQuestion("A unit has no name, or no multiplier above zero.")
        units[name] = 1 / multiplier
    return units


def _pairing(asked: Asked) -> MatchingTask:
    return checked.matching_task(
        [
            (asked.shown_in(pair), asked.texts.read(said(child(pair, "answer")), "moodle"))
            for pair in children(asked.element, "subquestion")
        ]
    )


def _composing(asked: Asked) -> EssayItemTask:
    if said(child(asked.element, "responseformat")).strip() == "noinline":
        raise UnsupportedQuestion("It is answered by a file.")
    if asked.shown("responsetemplate"):
        asked.texts.note("the text that answers begin with is left out")
    if asked.count("attachments"):
        asked.texts.note("files of students are left out")
    return EssayItemTask(
        looked_for=asked.shown("graderinfo"),
        min_words=asked.count("minwordlimit") or None,
        max_words=asked.count("maxwordlimit") or None,
    )


def _arranging(asked: Asked) -> OrderingTask:
    """Where the file numbers the texts, the numbers say their order, as their fractions."""
    answers = children(asked.element, "answer")
    numbers = [number(answer.get("fraction", "")) for answer in answers]
    order = {place: stated for place, stated in enumerate(numbers) if stated is not None}
    places = sorted(range(len(answers)), key=lambda place: order.get(place, Decimal(0)))
    texts = tuple(asked.shown_in(answers[place]) for place in places)
    if len(texts) < 2 or not all(texts):
        raise UnsupportedQuestion("It has fewer than two texts to put in order, or one that cannot be shown.")
    if said(child(asked.element, "selecttype")).strip().upper() not in ("", "0", "ALL"):
        asked.texts.note("all of its texts are put in order, not a selection")
    return OrderingTask(texts)


def _note_unsaid(asked: Asked, answers: list[tuple[str, Decimal]]) -> None:
    if any(credit <= 0 and text != "*" for text, credit in answers):
        asked.texts.note("answers that give no points are left out")
    if any(said(child(answer, "feedback")).strip() for answer in children(asked.element, "answer")):
        asked.texts.note("feedback to single answers is left out")


def _known(text: str) -> Decimal:
    found = number(text)
    if found is None:
        raise UnsupportedQuestion(f"“{text.strip()[:40]}” is not a number with a decimal point.")
    return found


_TASKS: Final[dict[str, Callable[[Asked], Task]]] = {
    "multichoice": _choosing,
    "multichoiceset": _choosing_exactly,
    "truefalse": _judging,
    "shortanswer": _wording,
    "numerical": _reckoning,
    "matching": _pairing,
    "ddmatch": _pairing,
    "essay": _composing,
    "ordering": _arranging,
    "ddorder": _arranging,
}
_WITH_GAPS: Final[dict[str, Callable[[Asked], tuple[Task, str]]]] = {
    "gapselect": gap_choice,
    "ddwtos": gap_choice,
    "cloze": cloze,
    "multianswer": cloze,
}
