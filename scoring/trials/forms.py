"""The question that is tried, under the names of the fields that it is edited in, and an answer to it."""

from decimal import Decimal
from typing import Any, Final

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultiple,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.enums import QuestionType
from catalog.question_checks import question_problems, scoring_problems
from microcred.json_field import PrettyJSONField
from scoring.trials.trial import DraftQuestion

NOTHING: Final = [("", "—")]


class DraftForm(forms.Form):
    """The parts of a question that bear on the score of an answer."""

    question_type = forms.ChoiceField(
        label="Question type", choices=QuestionType.choices, widget=UnfoldAdminSelectWidget
    )
    prompt = forms.CharField(
        label="Prompt", required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
    choices = PrettyJSONField(label="Choices", required=False)
    answer_format = PrettyJSONField(label="Answer format", required=False, rows=3)
    rules = PrettyJSONField(label="Answer key", required=False)
    rubric = PrettyJSONField(label="Rubric", required=False, rows=3)
    weight = forms.DecimalField(
        label="Weight",
        min_value=Decimal("0.01"),
        max_digits=5,
        decimal_places=2,
        widget=UnfoldAdminTextInputWidget,
    )

    warnings: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot score; what would only be refused when the question is saved is a warning."""
        found: dict[str, Any] = super().clean() or {}
        if self.errors:
            return found
        parts = {name: found[name] or {} for name in ("answer_format", "rules", "rubric")}
        whole = {**parts, "question_type": found["question_type"], "choices": found["choices"]}
        for problem in scoring_problems(**whole):
            self.add_error(None, problem)
        if not self.errors:
            self.warnings = tuple(question_problems(**whole))
        return found

    def question(self) -> DraftQuestion:
        """Return the question of a valid form."""
        found = self.cleaned_data
        return DraftQuestion(
            question_type=found["question_type"],
            prompt=found["prompt"],
            choices=found["choices"] or (),
            answer_format=found["answer_format"] or {},
            rules=found["rules"] or {},
            rubric=found["rubric"] or {},
            maximum=found["weight"],
        )


class AnswerForm(forms.Form):
    """An answer, in the form that suits the question; what is left empty was not answered."""

    def __init__(self, question: DraftQuestion, data: Any = None) -> None:
        super().__init__(data, prefix="answer", label_suffix="")
        self.question = question
        self.kind = _kind(question)
        self.fields.update(_FIELDS[self.kind](question))

    def raw(self) -> object | None:
        """Return the answer of a valid form as a student would send it, or None."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in ("", [], None)}
        if not given:
            return None
        if self.kind == "choice":
            chosen = given["choice"]
            return {"choice_ids": chosen if isinstance(chosen, list) else [chosen]}
        if self.kind == "order":
            return {"order": list(given.values())}
        if self.kind == "pairs":
            lefts = _side(self.question, "left")
            return {"pairs": {lefts[int(name)][0]: right for name, right in given.items()}}
        return given["text"] if self.kind == "text" else given


def _kind(question: DraftQuestion) -> str:
    """Which form suits: choice, order, pairs, number or text."""
    by_type = {"numeric": "number", "ordering": "order", "matching": "pairs", "multiple_choice": "choice"}
    if question.question_type != QuestionType.PROFILE:
        return by_type.get(question.question_type, "text")
    if any(choice.get("side") for choice in question.choices):
        return "pairs"
    return "choice" if question.choices else "text"


def _choice(question: DraftQuestion) -> dict[str, forms.Field]:
    listed = _listed(question.choices)
    if int(question.answer_format.get("max_choices", 1)) == 1:
        radio = UnfoldAdminRadioSelectWidget
        return {"choice": forms.ChoiceField(label="Answer", choices=listed, required=False, widget=radio)}
    boxes = UnfoldAdminCheckboxSelectMultiple
    return {"choice": forms.MultipleChoiceField(label="Answer", choices=listed, required=False, widget=boxes)}


def _order(question: DraftQuestion) -> dict[str, forms.Field]:
    listed = _listed(question.choices)
    return {str(place): _select(f"Place {place + 1}", listed) for place in range(len(listed))}


def _pairs(question: DraftQuestion) -> dict[str, forms.Field]:
    rights = _side(question, "right")
    return {str(at): _select(text, rights) for at, (_, text) in enumerate(_side(question, "left"))}


def _number(question: DraftQuestion) -> dict[str, forms.Field]:
    units = question.answer_format.get("units")
    unit = _select("Unit", [(one, one) for one in units]) if units else _line("Unit", size=20)
    return {"value": _line("Number", size=80), "unit": unit}


def _text(question: DraftQuestion) -> dict[str, forms.Field]:
    if question.question_type != QuestionType.ESSAY:
        return {"text": _line("Answer", size=2_000)}
    area = UnfoldAdminTextareaWidget(attrs={"rows": 8})
    return {"text": forms.CharField(label="Answer", required=False, widget=area, strip=False)}


_FIELDS: Final = {"choice": _choice, "order": _order, "pairs": _pairs, "number": _number, "text": _text}


def _line(label: str, *, size: int) -> forms.CharField:
    line = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=size, strip=False, widget=line)


def _select(label: str, listed: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=NOTHING + listed, required=False, widget=UnfoldAdminSelectWidget
    )


def _listed(choices: Any) -> list[tuple[str, str]]:
    return [(choice["id"], f"{choice['text']} ({choice['id']})") for choice in choices]


def _side(question: DraftQuestion, side: str) -> list[tuple[str, str]]:
    return _listed([choice for choice in question.choices if choice.get("side") == side])


def stored_draft(question: Any) -> dict[str, Any]:
    """Return a stored question as the data of its form."""
    return {name: getattr(question, name) for name in DraftForm.base_fields}
