"""Forms for curating the catalog; what contradicts itself is refused with a sentence to act on."""

import hashlib
import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from jsonschema import Draft202012Validator
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from catalog import queries
from catalog.importing.schemas import LANGUAGE, QUESTION
from catalog.models import Credential, CredentialDocument, Question
from catalog.question_checks import question_problems
from catalog.question_schema import ANSWER_FORMAT_SCHEMA
from microcred.json_field import PrettyJSONField, json_example

CHOICES_HELP = json_example(
    '[{"id": "c1", "text": "Alpha"}, {"id": "c2", "text": "Beta"}]',
    'matching: each with "side": "left" or "right"',
)
FORMAT_HELP = json_example(
    'choices: {"max_choices": 1}', 'numbers: {"unit": "kg"}', 'essays: {"min_words": 80, "max_words": 300}'
)
RULES_HELP = json_example(
    'multiple choice: {"kind": "choice", "correct": ["c2"], "scoring": "all_or_nothing"}'
    ' (or "per_option", "per_option_penalty")',
    'numbers: {"kind": "numeric", "value": "42.5", "absolute_tolerance": "0.5", "unit": "kg"}',
    'short text: {"kind": "short_text", "accepted": [{"text": "select", "credit": "1"},'
    ' {"pattern": "inner (join|query)", "credit": "0.5"}]}',
    'ordering: {"kind": "ordering", "order": ["c3", "c1", "c2"], "scoring": "pairs"} (or "all_or_nothing")',
    'matching: {"kind": "matching", "pairs": {"l1": "r2"}, "scoring": "per_pair"} (or "all_or_nothing")',
    'profile: {"kind": "profile", "signals": [{"choice": "c1", "skill": "python", "level": 2}]}',
    "essays: {}",
)
RUBRIC_HELP = json_example(
    'essays only: {"criteria": [{"key": "clarity", "name": "Clarity", "explanation": "(for the student)",'
    ' "guidance": "(for the judge)", "weight": "2", "levels": [{"id": "l0", "name": "Missing",'
    ' "points": "0", "description": "…"}, {"id": "l1", "name": "Full", "points": "1", "description": "…"}]}],'
    ' "model_answer": "…", "grader_notes": "…"}',
)
FEEDBACK_HELP = json_example(
    '{"student": "(shown after the result, never the key)", "staff": "(may name the key)"}'
)


_SHAPES: dict[str, Any] = {**QUESTION["properties"], "answer_format": ANSWER_FORMAT_SCHEMA}


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A question; its parts must fit each other before it is stored."""

    choices = PrettyJSONField(required=False, help_text=CHOICES_HELP)
    answer_format = PrettyJSONField(required=False, rows=4, initial=dict, help_text=FORMAT_HELP)
    rules = PrettyJSONField(required=False, initial=dict, help_text=RULES_HELP, label="Answer key")
    rubric = PrettyJSONField(required=False, rows=20, initial=dict, help_text=RUBRIC_HELP)
    feedback = PrettyJSONField(required=False, rows=5, initial=dict, help_text=FEEDBACK_HELP)

    class Meta:
        model = Question
        fields = [
            "role", "key", "question_type", "prompt", "choices", "answer_format", "rules", "rubric", "feedback",
            "weight", "difficulty", "required",
        ]  # fmt: skip

    def clean_prompt(self) -> str:
        """Keep the line ends that are stored: browsers send others, which would look like an unpublished change."""
        sent, stored = _with_line_feeds(self.cleaned_data["prompt"]), self.instance.prompt
        return stored if _with_line_feeds(stored) == sent else sent

    def clean(self) -> dict[str, Any]:
        """Check every part by its schema, then all of them together."""
        found: dict[str, Any] = super().clean() or {}
        for name in ("answer_format", "rules", "rubric", "feedback"):
            if name in found:
                found[name] = found[name] or {}
                if found[name] or name != "feedback":
                    self._check_shape(name, found[name])
        if "choices" in found:
            # Either way of writing "no choices" is kept: another one would look like an unpublished change.
            found["choices"] = found["choices"] or ([] if self.instance.choices == [] else None)
            self._check_shape("choices", found["choices"])
        if not self.errors:
            self._check_whole(found)
        return found

    def _check_shape(self, name: str, value: Any) -> None:
        for error in Draft202012Validator(_SHAPES[name]).iter_errors(value):
            place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.path)
            self.add_error(name, f"{name}{place}: {error.message}")

    def _check_whole(self, found: dict[str, Any]) -> None:
        problems = question_problems(
            question_type=found["question_type"],
            choices=found["choices"],
            answer_format=found["answer_format"],
            rules=found["rules"],
            rubric=found["rubric"],
        )
        if not problems:
            problems = _unknown_skills(found["rules"], found["rubric"])
        for problem in problems:
            part = next((name for name in ("rubric", "choices") if problem.startswith(name)), "rules")
            self.add_error(part, problem)


def _unknown_skills(rules: dict[str, Any], rubric: dict[str, Any]) -> list[str]:
    """Name the skills that are not in the catalog and so would silently measure nothing."""
    named = {f"rules.signals[{at}].skill": one["skill"] for at, one in enumerate(rules.get("signals", ()))}
    for at, criterion in enumerate(rubric.get("criteria", ())):
        if criterion.get("skill"):
            named[f"rubric.criteria[{at}].skill"] = criterion["skill"]
    known = queries.skill_ids(list(named.values()))
    return [f"{place}: there is no skill {key!r}" for place, key in named.items() if key not in known]


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _language(code: str) -> str:
    if not re.fullmatch(LANGUAGE, code):
        raise ValidationError(
            "Write a language as two letters, with those of a country where it matters: en, pt-BR."
        )
    return code


class CredentialForm(forms.ModelForm):  # type: ignore[type-arg]
    """A credential."""

    metadata = PrettyJSONField(required=False, rows=5, initial=dict)

    class Meta:
        model = Credential
        fields = [
            "key", "title", "description", "provider", "level", "hours", "language", "uri", "roles",
            "prerequisites", "metadata",
        ]  # fmt: skip
        widgets = {"title": UnfoldAdminTextInputWidget, "provider": UnfoldAdminTextInputWidget}
        labels = {"uri": "URI"}

    def clean_language(self) -> str:
        """Take what a catalog's files can say."""
        return _language(self.cleaned_data["language"])

    def clean_metadata(self) -> dict[str, Any]:
        """Take nothing for an empty object."""
        metadata = self.cleaned_data["metadata"] or {}
        if not isinstance(metadata, dict):
            raise ValidationError("Write an object, such as {}.")
        return metadata


# In bytes: two such documents and what a browser puts around them stay below DATA_UPLOAD_MAX_MEMORY_SIZE.
LONGEST_DOCUMENT: Final = 4 * 1024 * 1024
_WORD: Final = re.compile(r"\w")


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A credential's document; traces cite it by place, so line ends are stored in one form only."""

    class Meta:
        model = CredentialDocument
        fields = ["uri", "title", "language", "text"]
        labels = {"uri": "URI"}
        widgets = {
            "title": UnfoldAdminTextInputWidget,
            "text": UnfoldAdminTextareaWidget(attrs={"rows": 18, "class": "json"}),
        }

    def clean_language(self) -> str:
        """Take what a catalog's files can say."""
        return _language(self.cleaned_data["language"])

    def clean_text(self) -> str:
        """Store line ends as the catalog's files have them, of a text that has words and fits into the form again."""
        text = _with_line_feeds(self.cleaned_data["text"])
        if not _WORD.search(text):
            raise ValidationError("There are no words in it.")
        if len(text.encode()) > LONGEST_DOCUMENT:
            raise ValidationError("At most 4 MB; put the rest into another document.")
        return text

    def save(self, commit: bool = True) -> CredentialDocument:
        """Store the text with its hash."""
        self.instance.content_hash = hashlib.sha256(self.instance.text.encode()).hexdigest()
        document: CredentialDocument = super().save(commit)
        return document
