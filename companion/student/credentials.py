"""Where students say which credentials they hold, and prove it by a badge."""

import base64
import uuid
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from catalog import queries as catalog
from companion.pages import caller, page_asked, refusals_on
from companion.post_only import post_only
from companion.student.access import student_page
from companion.student.held_credentials import held_line
from companion.student.notices import by_itself
from companion.student.text_fields import MultilineField
from microcred.errors import DomainError
from recommendations import queries, services

PAGE_SIZE: Final = 20
#: More than any badge has; what is larger is refused in the words of whoever reads badges.
MOST_BYTES: Final = 1_000_001
SAID: Final = "It is kept as you said it."
BROUGHT: Final = "Your badge was read. Below stands what it is worth here."
NOT_SAID: Final = "You do not say that you hold it."
TAKEN_BACK: Final = "Your word is taken back, with the badge if you had brought one."


class BadgeForm(forms.Form):
    """A badge, as a file or as text."""

    badge_file = forms.FileField(
        label="Badge as a file",
        required=False,
        help_text="A picture (PNG or SVG) with the badge in it, or a JSON file.",
    )
    badge_text = forms.CharField(
        label="Or as text",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text="A badge of the kind Open Badge 3.0, such as a long token with two dots in it.",
    )

    def badge(self) -> str:
        """Return what was brought as the reader of badges takes it, empty where nothing was."""
        given = self.cleaned_data["badge_file"]
        return _as_text(given.read(MOST_BYTES)) if given else str(self.cleaned_data["badge_text"])


class LooseBadgeForm(BadgeForm):
    """A badge that says itself which credential it is for."""

    def clean(self) -> dict[str, Any]:
        """Refuse a form that brings none."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("badge_file") and not given.get("badge_text"):
            raise forms.ValidationError("Choose the file of a badge, or paste its text.")
        return given


class HeldForm(BadgeForm):
    """A student's word about one credential, and a badge if they have one."""

    obtained_on = forms.DateField(
        label="On which day you obtained it",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="May be left out.",
    )
    note = MultilineField(
        label="Note",
        rows=2,
        required=False,
        max_length=services.LONGEST_NOTE,
        help_text="Where you obtained it, for example. Your advisor reads it.",
    )


class SeenForm(forms.Form):
    """When that was decided which was on the page."""

    decided_at = forms.DateTimeField()


class SearchForm(forms.Form):
    """Words to find a credential by."""

    search = forms.CharField(label="Title, provider or words about it", max_length=100, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def credentials(request: HttpRequest) -> HttpResponse:
    """List what the student holds, the latest first; a POST brings a badge."""
    by = caller(request)
    form = LooseBadgeForm(request.POST, request.FILES) if request.method == "POST" else LooseBadgeForm()
    if request.method == "POST":
        credential_id = _bring(request, form)
        if credential_id:
            return redirect("student:credential", credential_id)
    page = page_asked(request, queries.held_by(by.pk), PAGE_SIZE)
    context = {"page": page, "lines": [held_line(one) for one in page], "form": form, "search": SearchForm()}
    return render(request, "student/credentials/list.html", context, status=400 if form.errors else 200)


@require_safe
@student_page
def find(request: HttpRequest) -> HttpResponse:
    """Find a credential of the catalog by words, to say that one holds it."""
    form = SearchForm(request.GET)
    searched = str(form.cleaned_data["search"]) if form.is_valid() else ""
    own = {one.credential.pk for one in queries.held_by(caller(request).pk)}
    found: Any = catalog.credentials(search=searched)
    page = page_asked(request, found, PAGE_SIZE)
    listed = [(one, one.pk in own) for one in page]
    return render(request, "student/credentials/find.html", {"form": form, "page": page, "listed": listed})


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def credential(request: HttpRequest, credential_id: uuid.UUID) -> HttpResponse:
    """Show what there is to one credential; a POST says that the student holds it, by a badge if one is there."""
    held = _held(request, credential_id)
    known: Any = held.credential if held else catalog.credential(credential_id)
    line = held_line(held) if held else None
    if request.method == "POST":
        form = HeldForm(request.POST, request.FILES)
        if form.is_valid() and _said(request, credential_id, form):
            return redirect("student:credential", credential_id)
    else:
        word = line.word if line else None
        form = HeldForm(initial={"obtained_on": word.obtained_on, "note": word.note} if word else None)
    context = {"credential": known, "line": line, "form": form}
    return render(request, "student/credentials/credential.html", context, status=400 if form.errors else 200)


@student_page
@post_only("student:credential", "credential_id")
def take_back(request: HttpRequest, credential_id: uuid.UUID) -> HttpResponse:
    """Take back the student's word about a credential; done twice, it is done."""
    try:
        services.take_back_claim(by=caller(request), credential_id=credential_id, now=timezone.now())
    except queries.ClaimMissing:
        catalog.credential(credential_id)
        messages.info(request, NOT_SAID)
        return redirect("student:credentials")
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("student:credential", credential_id)
    messages.success(request, TAKEN_BACK)
    return redirect("student:credentials")


@student_page
@post_only("student:credential", "credential_id")
def note_seen(request: HttpRequest, credential_id: uuid.UUID) -> HttpResponse:
    """Note that the student has seen what was decided; what is decided by now otherwise stays new."""
    form, by, now = SeenForm(request.POST), caller(request), timezone.now()
    if form.is_valid():
        with suppress(services.DecisionMoved):
            services.see_decision(by=by, credential_id=credential_id, now=now, **form.cleaned_data)
            if by_itself(request):
                return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return redirect("student:credential", credential_id)


def _held(request: HttpRequest, credential_id: uuid.UUID) -> queries.Held | None:
    try:
        return queries.one_held(caller(request).pk, credential_id)
    except queries.ClaimMissing:
        return None


def _bring(request: HttpRequest, form: LooseBadgeForm) -> uuid.UUID | None:
    """Take a badge, and return which credential it is for; or None, and put on the form why it was refused."""
    if not form.is_valid():
        return None
    try:
        claim: Any = services.bring_badge(by=caller(request), badge=form.badge(), now=timezone.now())
    except DomainError as error:
        form.add_error(None, error.message)
        return None
    messages.success(request, BROUGHT)
    made: uuid.UUID = claim.credential_id
    return made


def _said(request: HttpRequest, credential_id: uuid.UUID, form: HeldForm) -> bool:
    """Take the student's word or badge, or put on the form why it was refused."""
    badge, given = form.badge(), {name: form.cleaned_data[name] for name in ("obtained_on", "note")}
    which: Mapping[str, Any] = {"by": caller(request), "credential_id": credential_id, "now": timezone.now()}
    with refusals_on(form):
        if badge:
            services.bring_badge(badge=badge, **which, **given)
        else:
            services.say_held(**which, **given)
        messages.success(request, BROUGHT if badge else SAID)
    return not form.errors


def _as_text(data: bytes) -> str:
    """Return a file as badges are sent: text as it stands, a picture that is none in base64."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()
