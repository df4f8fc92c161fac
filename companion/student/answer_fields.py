"""A question as the fields of a form, and the answer that is read back from what was sent.

=======  ===========================================================================
kind     fields
=======  ===========================================================================
choice   ``choice``: one of the options, or several where the question takes several
number   ``value``, and ``unit`` where units are offered
order    ``place-0``, …: the place, from 1, of each item in the order it is shown in
pairs    ``pair-0``, …: what belongs to each item on the left
text     ``text``
=======  ===========================================================================
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms

from assessments.answers import MAX_ESSAY, MAX_SHORT_TEXT, MAX_UNIT, Answer, AnswerInvalid, Choice, normalise
from catalog.enums import QuestionType
from companion.student.numbers import ReadInTwoWays, with_a_point

NOTHING: Final = [("", "–")]
_KINDS: Final = {
    QuestionType.MULTIPLE_CHOICE: "choice",
    QuestionType.NUMERIC: "number",
    QuestionType.ORDERING: "order",
    QuestionType.MATCHING: "pairs",
}


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """What it takes to ask a question: nothing that only staff may know."""

    question_type: str
    choices: Sequence[Choice] = ()
    answer_format: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Which fields suit it."""
        if self.question_type == QuestionType.PROFILE and self.choices:
            return "pairs" if any(one.get("side") for one in self.choices) else "choice"
        return _KINDS.get(QuestionType(self.question_type), "text")

    @property
    def most(self) -> int:
        """How many options may be chosen."""
        return int(self.answer_format.get("max_choices", 1))

    def side(self, name: str) -> list[Choice]:
        """Return the items on the left, or on the right."""
        return [one for one in self.choices if one.get("side") == name]


class AnswerForm(forms.Form):
    """The fields for one answer; ``label`` says of what, to whoever does not see the question beside them.

    ``answer`` is a stored answer to begin with. Where several questions stand on a page, ``prefix`` tells them apart.
    """

    def __init__(
        self,
        question: AskedQuestion,
        data: Any = None,
        *,
        prefix: str = "answer",
        answer: Mapping[str, Any] | None = None,
        label: str = "Your answer",
    ) -> None:
        self.question, self.kind, self.label = question, question.kind, label
        super().__init__(data, prefix=prefix, label_suffix="", initial=_initial(question, answer or {}))
        self.fields.update(_FIELDS[self.kind](question, answer or {}))
        for one in self.fields.values():
            one.widget.attrs["aria-describedby"] = self.problem_id
        self.answer: Answer | None = None

    @property
    def problem_id(self) -> str:
        """Where the page says what is wrong with the answer."""
        return f"{self.prefix}-problem"

    @property
    def hint(self) -> str:
        """What there is to do, where the question's own words may not say it."""
        return _HINTS[self.kind](self.question)

    @property
    def problems(self) -> list[str]:
        """What is wrong with the answer, in sentences."""
        return [str(text) for texts in self.errors.values() for text in texts] if self.is_bound else []

    @property
    def unit(self) -> str:
        """The unit that the number is in, where there is only one."""
        return "" if "unit" in self.fields else str(self.question.answer_format.get("unit", ""))

    @property
    def is_long(self) -> bool:
        """Whether a text of some length is asked for."""
        return self.question.question_type == QuestionType.ESSAY

    def clean(self) -> dict[str, Any]:
        """Refuse what the question does not take; ``answer`` is then what was answered as it is stored, or None."""
        found: dict[str, Any] = super().clean() or {}
        if self.errors:
            return found
        try:
            raw = _READERS[self.kind](self.question, found)
            question = self.question
            if raw is not None:
                self.answer = normalise(question.question_type, question.choices, question.answer_format, raw)
        except AnswerInvalid as error:
            self.add_error(None, f"Your answer {error.message}.")
        except (_Unfinished, ReadInTwoWays) as error:
            self.add_error(None, str(error))
        return found


def in_words(question: AskedQuestion, answer: Mapping[str, Any]) -> list[str]:
    """Return a stored answer in the words of its question, line by line."""
    texts = {one["id"]: str(one["text"]) for one in question.choices}
    if "order" in answer:
        return [f"{place}. {texts.get(key, key)}" for place, key in enumerate(answer["order"], start=1)]
    if "pairs" in answer:
        return [f"{texts.get(one, one)} – {texts.get(two, two)}" for one, two in answer["pairs"].items()]
    if "choice_ids" in answer:
        return [texts.get(key, key) for key in answer["choice_ids"]]
    if "value" in answer:
        return [f"{answer['value']} {answer.get('unit') or ''}".strip()]
    return str(answer.get("text", "")).splitlines()


class _Unfinished(ValueError):
    """What was filled in is not an answer yet; said to the student as it is."""


def _initial(question: AskedQuestion, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields begin with; nothing where the fields cannot show such an answer."""
    places = {one["id"]: at for at, one in enumerate(question.choices)}
    match question.kind:
        case "choice":
            chosen = list(answer.get("choice_ids", ()))
            return {"choice": chosen if question.most > 1 else chosen[0]} if chosen else {}
        case "order":
            given = answer.get("order", ())
            return {f"place-{places[key]}": str(place) for place, key in enumerate(given, start=1)}
        case "pairs":
            lefts, given = question.side("left"), answer.get("pairs", {})
            return {f"pair-{at}": given[one["id"]] for at, one in enumerate(lefts) if one["id"] in given}
        case "number":
            return {name: answer[name] for name in ("value", "unit") if answer.get(name) is not None}
    return {"text": answer["text"]} if "text" in answer else {}


def _choice_fields(question: AskedQuestion, answer: Mapping[str, Any]) -> dict[str, forms.Field]:
    listed = _listed(question.choices)
    if question.most == 1:
        return {"choice": forms.ChoiceField(choices=listed, required=False, widget=forms.RadioSelect)}
    boxes = forms.CheckboxSelectMultiple
    return {"choice": forms.MultipleChoiceField(choices=listed, required=False, widget=boxes)}


def _order_fields(question: AskedQuestion, answer: Mapping[str, Any]) -> dict[str, forms.Field]:
    places = [(str(place), str(place)) for place in range(1, len(question.choices) + 1)]
    return {
        f"place-{at}": _select(str(one["text"]), places, asked="Place of: ")
        for at, one in enumerate(question.choices)
    }


def _pair_fields(question: AskedQuestion, answer: Mapping[str, Any]) -> dict[str, forms.Field]:
    rights = _listed(question.side("right"))
    return {
        f"pair-{at}": _select(str(one["text"]), rights, asked="Belongs to: ")
        for at, one in enumerate(question.side("left"))
    }


def _number_fields(question: AskedQuestion, answer: Mapping[str, Any]) -> dict[str, forms.Field]:
    line = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 80})
    fields: dict[str, forms.Field] = {"value": forms.CharField(label="Number", required=False, widget=line)}
    offered, given = question.answer_format.get("units"), answer.get("unit")
    if offered:
        fields["unit"] = _select("Unit", [(one, one) for one in offered])
    elif given:
        short = forms.TextInput(attrs={"autocomplete": "off", "maxlength": MAX_UNIT})
        fields["unit"] = forms.CharField(label="Unit", required=False, widget=short)
    return fields


def _text_fields(question: AskedQuestion, answer: Mapping[str, Any]) -> dict[str, forms.Field]:
    is_essay = question.question_type == QuestionType.ESSAY
    limit = MAX_ESSAY if is_essay else MAX_SHORT_TEXT
    shape = question.answer_format
    attrs: dict[str, Any] = {"rows": 12 if is_essay else 2}
    attrs["maxlength"] = min(limit, int(shape.get("max_chars", limit)))
    if is_essay:
        attrs |= {f"data-{name.replace('_', '-')}": shape[name] for name in _WORDS if name in shape}
        attrs["data-counted"] = ""
    area = forms.Textarea(attrs=attrs)
    return {"text": forms.CharField(required=False, strip=False, widget=area)}


def _select(label: str, listed: list[tuple[str, str]], *, asked: str = "") -> forms.ChoiceField:
    found = forms.ChoiceField(label=label, choices=NOTHING + listed, required=False)
    found.help_text = asked
    return found


def _listed(choices: Sequence[Choice]) -> list[tuple[str, str]]:
    return [(str(one["id"]), str(one["text"])) for one in choices]


def _chosen(question: AskedQuestion, found: Mapping[str, Any]) -> object | None:
    chosen = found["choice"]
    if not chosen:
        return None
    return {"choice_ids": chosen if isinstance(chosen, list) else [chosen]}


def _ordered(question: AskedQuestion, found: Mapping[str, Any]) -> object | None:
    places = [found[f"place-{at}"] for at in range(len(question.choices))]
    if not any(places):
        return None
    if not all(places):
        raise _Unfinished(f"Give each of the {len(places)} a place.")
    if len(set(places)) < len(places):
        raise _Unfinished("Two of them have the same place. Give each a place of its own.")
    by_place = sorted(range(len(places)), key=lambda at: int(places[at]))
    return {"order": [question.choices[at]["id"] for at in by_place]}


def _paired(question: AskedQuestion, found: Mapping[str, Any]) -> object | None:
    lefts = question.side("left")
    pairs = {one["id"]: found[f"pair-{at}"] for at, one in enumerate(lefts) if found[f"pair-{at}"]}
    return {"pairs": pairs} if pairs else None


def _numbered(question: AskedQuestion, found: Mapping[str, Any]) -> object | None:
    if found["value"]:
        return {"value": with_a_point(found["value"]), "unit": found.get("unit") or None}
    if found.get("unit"):
        raise _Unfinished("Write the number, too.")
    return None


def _written(question: AskedQuestion, found: Mapping[str, Any]) -> object | None:
    return {"text": found["text"]} if found["text"] else None


def _told_choice(question: AskedQuestion) -> str:
    if question.most == 1:
        return "Choose one."
    all_of_them = question.most >= len(question.choices)
    return "Choose all that fit." if all_of_them else f"Choose up to {question.most}."


def _told_text(question: AskedQuestion) -> str:
    least, most = (question.answer_format.get(name) for name in _WORDS)
    if least and most:
        return f"Write {least} to {most} words."
    if least or most:
        return f"Write at least {least} words." if least else f"Write at most {most} words."
    return ""


_WORDS: Final = ("min_words", "max_words")
_Fields = Callable[[AskedQuestion, Mapping[str, Any]], dict[str, forms.Field]]
_FIELDS: Final[Mapping[str, _Fields]] = {
    "choice": _choice_fields,
    "order": _order_fields,
    "pairs": _pair_fields,
    "number": _number_fields,
    "text": _text_fields,
}
_READERS: Final[Mapping[str, Callable[[AskedQuestion, Mapping[str, Any]], object | None]]] = {
    "choice": _chosen,
    "order": _ordered,
    "pairs": _paired,
    "number": _numbered,
    "text": _written,
}
_HINTS: Final[Mapping[str, Callable[[AskedQuestion], str]]] = {
    "choice": _told_choice,
    "order": lambda _: "Give each its place, from 1.",
    "pairs": lambda _: "Choose what belongs to each.",
    "number": lambda _: "Write fractions with a point or a comma, such as 42.5.",
    "text": _told_text,
}
