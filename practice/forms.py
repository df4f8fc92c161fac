"""The form for writing practice items; what cannot be practised with is refused with a sentence to act on."""

import re
from typing import Any, Final

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from microcred.json_field import PrettyJSONField, json_example
from practice.item_schema import ITEM, item_problems
from practice.models import PracticeItem
from practice.services import content_of

CHOICES_HELP: Final = json_example(
    '[{"id": "c1", "text": "Alpha"}, {"id": "c2", "text": "Beta"}]',
    'matching: each with "side": "left" or "right"',
    "numbers and short text have none",
)
FORMAT_HELP: Final = json_example('choices: {"max_choices": 1}', 'numbers: {"unit": "kg"}')
RULES_HELP: Final = json_example(
    'multiple choice: {"kind": "choice", "correct": ["c2"], "scoring": "all_or_nothing"}',
    'numbers: {"kind": "numeric", "value": "42.5", "absolute_tolerance": "0.5", "unit": "kg"}',
    'short text: {"kind": "short_text", "accepted": [{"text": "inner join"}, {"pattern": "(equi|natural)[- ]?join"}]}',
    'ordering: {"kind": "ordering", "order": ["c3", "c1", "c2"], "scoring": "pairs"}',
    'matching: {"kind": "matching", "pairs": {"l1": "r2", "l2": "r1"}, "scoring": "per_pair"}',
)
KEY: Final = re.compile(ITEM["properties"]["key"]["pattern"])
SECONDS: Final = ITEM["properties"]["seconds"]
HINTS: Final = ITEM["properties"]["hints"]["maxItems"]
HINT: Final = re.compile(r"^hints\[(\d+)\]: ")
PLACES: Final = {"type": "question_type"}


class TextField(forms.CharField):
    """Text of several lines, which end as they do in the files of practice items."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> Any:
        """Take the line ends of browsers for plain ones."""
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class LinesField(TextField):
    """A list of texts, each on a line of its own."""

    def prepare_value(self, value: Any) -> Any:
        """Put each on its line."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read a text for each line that has any."""
        lines = (line.strip() for line in super().to_python(value).splitlines())
        return [line for line in lines if line]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the texts."""
        return bool((initial or []) != self.to_python(data))


class ItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """An item of practice; its parts must fit each other, and its hints must leave the answer to be found."""

    key = forms.CharField(
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text="Such as joins-keep-all-rows. It is chosen once.",
    )
    prompt = TextField(rows=5)
    choices = PrettyJSONField(required=False, help_text=CHOICES_HELP)
    answer_format = PrettyJSONField(required=False, rows=3, initial=dict, help_text=FORMAT_HELP)
    rules = PrettyJSONField(help_text=RULES_HELP, label="Answer key")
    hints = LinesField(
        rows=4,
        help_text=f"One to {HINTS}, each on a line of its own, from the slightest on. None names the answer.",
    )
    solution = TextField(rows=4, help_text="Shown when it is over: what is right, and how one gets there.")
    difficulty = forms.IntegerField(
        min_value=1,
        max_value=10,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="From 1 (easiest) to 10, as you think; answers then move where it stands. "
        "Another difficulty starts that anew: what answers have shown so far no longer counts.",
    )
    seconds = forms.IntegerField(
        min_value=SECONDS["minimum"],
        max_value=SECONDS["maximum"],
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="A fair time for it, reading included; who takes longer earns less.",
    )

    class Meta:
        model = PracticeItem
        fields = [
            "skill", "key", "question_type", "prompt", "choices", "answer_format", "rules", "hints", "solution",
            "difficulty", "seconds",
        ]  # fmt: skip

    def clean_key(self) -> str:
        """Take what a file of practice items can say."""
        key = str(self.cleaned_data["key"])
        if not KEY.search(key):
            raise forms.ValidationError("Write small letters and digits, with single hyphens between them.")
        return key

    def clean_choices(self) -> Any:
        """Take an empty list for none."""
        return self.cleaned_data["choices"] or None

    def clean_answer_format(self) -> Any:
        """Take nothing for an empty object."""
        return self.cleaned_data["answer_format"] or {}

    def clean_hints(self) -> list[str]:
        """Refuse what a student would find odd."""
        hints: list[str] = self.cleaned_data["hints"]
        if len(hints) > HINTS:
            raise forms.ValidationError(f"These are {len(hints)} hints; write at most {HINTS}.")
        if len(set(hints)) < len(hints):
            raise forms.ValidationError("One of them stands here twice.")
        return hints

    def _post_clean(self) -> None:
        """Check the whole item, as it would be stored, where each part can be read."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        for problem in item_problems(content_of(self.instance)):
            name = re.split(r"\W", problem, maxsplit=1)[0]
            place = PLACES.get(name, name)
            told = HINT.sub(lambda found: f"Hint {int(found[1]) + 1} ", problem)
            self.add_error(place if place in self.fields else None, told)
