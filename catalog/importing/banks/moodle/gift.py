"""GIFT, the text format in which Moodle takes and gives questions (docs.moodle.org, "GIFT format")."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from catalog.importing.banks.moodle import checked, gift_lexing
from catalog.importing.banks.moodle.gathering import MOST_NAME, gathered, refuse_binary
from catalog.importing.banks.moodle.gift_lexing import Block, unescaped
from catalog.importing.banks.moodle.marks import credit, number
from catalog.importing.banks.moodle.wordings import Wordings, format_named
from catalog.importing.banks.question import (
    WHOLE,
    Bank,
    BankQuestion,
    ChoiceTask,
    EssayItemTask,
    LeftOut,
    MatchingTask,
    NumericTask,
    Option,
    Range,
    ShortTextTask,
    Task,
    UnsupportedQuestion,
)

BLANK: Final = "_____"
_NOTHING: Final = Decimal(0)


def read_gift(text: str) -> Bank:
    """Return the questions of a GIFT file; what cannot be read of it is left out, with its line.

    Raises:
        BankInvalid: there is nothing to read in it, or too much.
    """
    refuse_binary(text)
    return gathered("GIFT", (_entry(block) for block in gift_lexing.blocks(text)))


@dataclass(frozen=True)
class _Answer:
    """One of the answers between the braces: the part of the points that it gives, its text and what is said to it."""

    text: str
    credit: Decimal
    feedback: str


def _entry(block: Block) -> BankQuestion | LeftOut:
    title, body = _titled(block.text)
    ids = gift_lexing.marked(block.comments, "id")
    name = (title or (ids[0] if ids else ""))[:MOST_NAME]
    place = f"line {block.line}" + (f", {block.category}" if block.category else "")
    texts = Wordings()
    tags = gift_lexing.marked(block.comments, "tag")
    if tags:
        texts.note_tags(tags)
    try:
        around, answers = _parted(body)
        answers, _, general = answers.rpartition("####") if "####" in answers else (answers, "", "")
        prompt, form = _formatted(around, "moodle", texts)
        if not prompt:
            raise UnsupportedQuestion("It has no text that can be shown.")
        task = _Reader(texts, form).task(answers.strip())
        feedback = _formatted(general, form, texts)[0]
    except UnsupportedQuestion as reason:
        return LeftOut(place, name, str(reason))
    return BankQuestion(place, name, prompt, task, feedback=feedback, notes=texts.notes)


def _titled(text: str) -> tuple[str, str]:
    body = text.strip()
    if not body.startswith("::"):
        return "", body
    title, ending, rest = body[2:].partition("::")
    return (unescaped(title).strip(), rest.strip()) if ending else ("", title)


def _parted(body: str) -> tuple[str, str]:
    """Return a question's text, with a blank where the answers stood within it, and its answers."""
    opening, closing = body.find("{"), body.find("}")
    if opening < 0 and closing < 0:
        raise UnsupportedQuestion("It is a text without a question.")
    if opening < 0 or closing < opening:
        raise UnsupportedQuestion("A brace is not closed, or not opened, between two empty lines.")
    before, answers, after = body[:opening], body[opening + 1 : closing], body[closing + 1 :]
    if "{" in answers or "{" in after or "}" in after:
        raise UnsupportedQuestion(
            "It has more braces than one pair: part questions by an empty line, put a backslash before braces of text."
        )
    return (f"{before}{BLANK}{after}" if after else before), answers


def _formatted(written: str, form: str, texts: Wordings) -> tuple[str, str]:
    """Return a text and the format that it says it is in, or the given one where it says nothing."""
    bare = written.strip()
    if bare.startswith("["):
        named, closing, rest = bare[1:].partition("]")
        own = format_named(named) if closing and len(named) <= 20 else None
        if own is not None:
            bare, form = rest.strip(), own
    return texts.read(unescaped(bare), form), form


class _Reader:
    def __init__(self, texts: Wordings, form: str) -> None:
        self._texts = texts
        self._form = form

    def task(self, answers: str) -> Task:
        """Tell the kinds of questions apart as Moodle does: by what their answers hold."""
        if not answers:
            return EssayItemTask()
        if answers.startswith("#"):
            return self._reckoning(answers[1:])
        if "~" in answers:
            return self._choosing(answers)
        if "=" in answers and "->" in answers:
            return self._pairing(answers)
        said = answers.partition("#")[0].strip().upper()
        if said in ("T", "TRUE", "F", "FALSE"):
            return self._judging(answers, is_true=said.startswith("T"))
        return self._wording(answers)

    def _choosing(self, answers: str) -> ChoiceTask:
        parts = [part.strip() for part in answers.replace("=", "~=").split("~")]
        options = []
        for part in filter(None, parts):
            is_right = part.startswith("=")
            one = self._answer(part.removeprefix("="), WHOLE if is_right else _NOTHING)
            options.append(Option(one.text, one.credit, one.feedback))
        return checked.choice_task(options, several="=" not in answers)

    def _judging(self, answers: str, *, is_true: bool) -> ChoiceTask:
        """The first feedback is for those who are wrong, the second for those who are right."""
        wrong, _, right = answers.partition("#")[2].partition("#")
        wrong, right = self._read(wrong), self._read(right)
        if is_true:
            return checked.true_or_false(is_true=True, when_true=right, when_false=wrong)
        return checked.true_or_false(is_true=False, when_true=wrong, when_false=right)

    def _wording(self, answers: str) -> ShortTextTask:
        found = [self._answer(part, WHOLE) for part in answers.split("=") if part.strip()]
        self._note_unsaid(found)
        return checked.short_text_task((one.text, one.credit) for one in found)

    def _reckoning(self, answers: str) -> NumericTask:
        right, _, wrong = answers.partition("~")
        if wrong.strip():
            self._note_feedback()
        found = [self._answer(part, WHOLE) for part in right.split("=") if part.strip()]
        self._note_unsaid(found)
        return checked.numeric_task([_range(one) for one in found if one.credit > 0])

    def _pairing(self, answers: str) -> MatchingTask:
        pairs = []
        for part in filter(str.strip, answers.split("=")):
            left, arrow, right = part.partition("->")
            if not arrow:
                raise UnsupportedQuestion("A pair has no arrow (->) between its sides.")
            pairs.append((self._read(left), self._texts.read(unescaped(right), "plain")))
        return checked.matching_task(pairs)

    def _answer(self, part: str, given: Decimal) -> _Answer:
        said, _, feedback = part.partition("#")
        weight, text = _weighed(said.strip(), given)
        return _Answer(self._read(text), weight, self._read(feedback))

    def _read(self, written: str) -> str:
        return _formatted(written, self._form, self._texts)[0]

    def _note_unsaid(self, answers: list[_Answer]) -> None:
        if any(one.credit <= 0 and one.text != "*" for one in answers):
            self._texts.note("answers that give no points are left out")
        if any(one.feedback for one in answers):
            self._note_feedback()

    def _note_feedback(self) -> None:
        self._texts.note("feedback to single answers is left out")


def _weighed(text: str, given: Decimal) -> tuple[Decimal, str]:
    """Return the part of the points that stands before an answer as ``%50%``, or the given one, and the answer."""
    if text.startswith("%"):
        percentage, closing, rest = text[1:].partition("%")
        stated = number(percentage)
        if closing and stated is not None:
            return credit(stated), rest
    return given, text


def _range(answer: _Answer) -> Range:
    least, dots, most = answer.text.partition("..")
    if dots:
        return Range(_known(least), _known(most), answer.credit)
    middle, colon, tolerance = answer.text.partition(":")
    return checked.around(_known(middle), abs(_known(tolerance)) if colon else _NOTHING, answer.credit)


def _known(text: str) -> Decimal:
    found = number(text)
    if found is None:
        raise UnsupportedQuestion(f"“{text.strip()[:40]}” is not a number with a decimal point.")
    return found
