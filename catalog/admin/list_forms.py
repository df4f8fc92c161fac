"""The forms of the page on which lists of credentials are taken over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.importing.credentials import values
from catalog.importing.credentials.listed import InvalidValue
from catalog.importing.credentials.plan import ImportDefaults, Plan, Unmatched
from catalog.models import Skill

LEVELS: Final = [("", "none: leave them out"), *((number, str(number)) for number in range(1, 6))]
PICK: Final = "pick:"
#: So many options in all are written out; more would make the page slow, and the nearest are offered alone.
MOST_OPTIONS: Final = 12_000


class WishesForm(forms.Form):
    """What new credentials are taken to be of which the list says nothing."""

    level = forms.TypedChoiceField(
        choices=LEVELS, coerce=int, empty_value=None, required=False, widget=UnfoldAdminSelectWidget,
        label="Level of new ones that say none",
    )  # fmt: skip
    hours = forms.IntegerField(
        min_value=1, max_value=values.MOST_HOURS, required=False, widget=UnfoldAdminIntegerFieldWidget,
        label="Hours of new ones that say none", help_text="Without a number they are left out.",
    )  # fmt: skip
    language = forms.CharField(
        initial="en", max_length=60, widget=UnfoldAdminTextInputWidget,
        label="Language of new ones that say none",
        help_text="Of texts in several languages this one is read.",
    )  # fmt: skip
    provider = forms.CharField(
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        label="Provider of those that name none",
    )

    def clean_language(self) -> str:
        """Take codes and names of languages."""
        try:
            return values.language(self.cleaned_data["language"])
        except InvalidValue as wrong:
            raise ValidationError(f"{wrong}.") from None


class ListForm(WishesForm):
    """A file, and what is taken where it says nothing."""

    file = forms.FileField(label="List of credentials", widget=UnfoldAdminFileFieldWidget)
    field_order = ("file", "level", "hours", "language", "provider")


class AgreedForm(WishesForm):
    """What was read and looked at, what was seen of it, and what else is wished."""

    sealed = forms.CharField(strip=False, widget=forms.HiddenInput)
    expected = forms.CharField(max_length=64, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    retire_missing = forms.BooleanField(required=False, label="Retire those that the list does not have")


@dataclass(frozen=True)
class Offered:
    """A name that no skill has, with the skills to choose from: those that come near, and all."""

    name: Unmatched
    field: str
    others: Sequence[tuple[str, str]]


def skills_offered(found: Plan) -> list[Offered]:
    """Return the names of a list that are no skills, each with what it may be."""
    skills = list(Skill.objects.order_by("name").values_list("key", "name"))
    is_short = len(skills) * len(found.names) <= MOST_OPTIONS
    return [Offered(one, f"{PICK}{one.name}", _others(one, skills, is_short=is_short)) for one in found.names]


def _others(one: Unmatched, skills: Sequence[tuple[str, str]], *, is_short: bool) -> list[tuple[str, str]]:
    near = {near.key for near in one.near}
    return [skill for skill in skills if skill[0] not in near and (is_short or skill[0] == one.picked)]


def wishes_of(given: Mapping[str, Any], sent: Mapping[str, Any]) -> ImportDefaults:
    """Return what was wished, with the skills that were picked for names."""
    picked = {name.removeprefix(PICK): str(sent[name]) for name in sent if name.startswith(PICK)}
    return ImportDefaults(
        level=given["level"],
        hours=given["hours"],
        language=given["language"],
        provider=given["provider"],
        skills=picked,
    )
