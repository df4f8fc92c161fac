"""What a page holds between two of its steps: sealed, bound to the person, and only for some hours."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core import signing
from django.http import HttpRequest

SECONDS: Final = 4 * 60 * 60
EXPIRED: Final = "That is not valid any more. Choose the file again."


class SealedForm(forms.Form):
    """What was found and looked at."""

    sealed = forms.CharField(strip=False, widget=forms.HiddenInput)


def sealed(request: HttpRequest, values: Mapping[str, Any], *, salt: str) -> str:
    """Return values as a text that `unsealed` takes from this person alone."""
    return signing.dumps({"by": str(request.user.pk), **values}, salt=salt, compress=True)


def unsealed(request: HttpRequest, *, salt: str) -> dict[str, Any] | None:
    """Return what the page was given to hold, or None where it was not given to this person lately."""
    form = SealedForm(request.POST)
    if not form.is_valid():
        return None
    try:
        values: dict[str, Any] = signing.loads(form.cleaned_data["sealed"], salt=salt, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return values if values["by"] == str(request.user.pk) else None
