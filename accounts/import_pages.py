"""The administration's page on which people are brought in by a file: choosing it, looking, agreeing.

Between looking and doing the file is kept nowhere: the page holds it, and it is read and judged again.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from accounts import password_links
from accounts.importing import reading, services
from accounts.importing.planning import Plan, plan
from accounts.importing.reading import FileRefused, Row
from accounts.importing.services import Handed, Imported, LinesRefused, PeopleChangedMeanwhile
from accounts.recent_authentication import reauthentication_required
from microcred import email_delivery
from microcred.csv_export import csv_lines

PAGE: Final = "admin/accounts/import.html"
DONE_PAGE: Final = "admin/accounts/imported.html"
LETTER, SHOWN, FILE = "letter", "shown", "file"
MOST_SHOWN: Final = 20
MOST_REFUSED_SHOWN: Final = 200


class FileForm(forms.Form):
    """The file."""

    file = forms.FileField(label="CSV file", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))

    def clean_file(self) -> bytes:
        """Return what is in it, of one that is too large only so much as shows that."""
        return bytes(self.cleaned_data["file"].read(reading.MOST_BYTES + 1))


class AgreedForm(forms.Form):
    """The file that was looked at, what was seen of it, and what is to be done."""

    text = forms.CharField(strip=False, widget=forms.HiddenInput)
    expected = forms.CharField(max_length=64, widget=forms.HiddenInput)
    skip_bad = forms.BooleanField(required=False, label="Leave the refused lines out and take the others")
    links = forms.ChoiceField(
        label="Links by which the new people set their password", widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_letter = [(LETTER, "Send each a letter")] if email_delivery.is_email_configured() else []
        by_hand = [(SHOWN, "Show them to me, this once"), (FILE, "Give them to me as a CSV file, this once")]
        field: Any = self.fields["links"]
        field.choices = [*by_letter, *by_hand]


class ImportsPeople:
    """An admin of people whose list leads to the page."""

    actions_list: ClassVar[Sequence[str]] = ("import_people",)

    @action(description="Import people", url_path="import", permissions=["add"])  # type: ignore[untyped-decorator]
    def import_people(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file, show what would come of it, and do that once it is agreed to."""
        response = reauthentication_required(request) or _answer(self, request)
        add_never_cache_headers(response)
        return response


def _answer(model_admin: Any, request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(model_admin, request, FileForm())
    if "text" in request.POST:
        return _do(model_admin, request)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(model_admin, request, form)
    try:
        data = form.cleaned_data["file"]
        found = plan(reading.read(data))
        return _preview(model_admin, request, data.decode("utf-8-sig"), found)
    except FileRefused as refusal:
        form.add_error("file", refusal.message)
        return _page(model_admin, request, form)


def _preview(model_admin: Any, request: HttpRequest, text: str, found: Plan) -> HttpResponse:
    agreed = AgreedForm(initial={"text": text, "expected": found.fingerprint})
    agreed.initial["links"] = agreed.fields["links"].choices[0][0]  # type: ignore[attr-defined]
    if not found.refused:
        del agreed.fields["skip_bad"]
    if not found.new:
        agreed.fields["links"].widget = forms.HiddenInput()
    refused = found.refused
    return _page(
        model_admin, request, agreed, plan=found, new=found.new[:MOST_SHOWN],
        left=max(0, len(found.new) - MOST_SHOWN), refused=refused[:MOST_REFUSED_SHOWN],
        refused_left=max(0, len(refused) - MOST_REFUSED_SHOWN), can_begin=bool(found.new or found.links),
    )  # fmt: skip


def _do(model_admin: Any, request: HttpRequest) -> HttpResponse:
    form = AgreedForm(request.POST)
    if not form.is_valid():
        messages.error(request, "That could not be read. Choose the file again.")
        return redirect(request.path)
    given = form.cleaned_data
    try:
        rows = reading.read(given["text"].encode())
        done = _imported(request, rows, given)
    except FileRefused as refusal:
        messages.error(request, refusal.message)
        return redirect(request.path)
    except (LinesRefused, PeopleChangedMeanwhile) as refusal:
        messages.error(request, refusal.message)
        return _preview(model_admin, request, given["text"], plan(rows))
    return _said(model_admin, request, done, as_file=given["links"] == FILE)


def _imported(request: HttpRequest, rows: Sequence[Row], given: dict[str, Any]) -> Imported:
    return services.import_people(
        by=request.user,  # type: ignore[arg-type]
        rows=rows,
        now=timezone.now(),
        by_letter=given["links"] == LETTER,
        skip_bad=given["skip_bad"],
        expected=given["expected"],
    )


def _said(model_admin: Any, request: HttpRequest, done: Imported, *, as_file: bool) -> HttpResponse:
    told = f"{len(done.plan.new)} people are made, {len(done.plan.there)} were there already."
    if not done.handed:
        messages.success(request, told)
        return redirect("admin:accounts_user_changelist")
    handed = _addressed(done.handed, site=request.build_absolute_uri("/"))
    if as_file:
        return _file(handed)
    return _rendered(model_admin, request, DONE_PAGE, told=told, handed=handed)


def _addressed(handed: Iterable[Handed], *, site: str) -> list[tuple[str, str, str]]:
    return [
        (one.person.email, one.person.name, password_links.address(one.code, site=site)) for one in handed
    ]


def _file(handed: Iterable[tuple[str, str, str]]) -> HttpResponse:
    response = HttpResponse(table(handed), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="password-links.csv"'
    return response


def table(handed: Iterable[tuple[str, str, str]]) -> str:
    """Return links as CSV that spreadsheets show as it is: nothing in it is a formula."""
    return "".join(csv_lines(["email", "name", "link"], handed))


def _page(model_admin: Any, request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    limits = {"columns": reading.COLUMNS, "most_rows": reading.MOST_ROWS}
    return _rendered(model_admin, request, PAGE, form=form, **limits, **context)


def _rendered(model_admin: Any, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    shared = model_admin.admin_site.each_context(request)
    own = {"title": "Import people", "opts": model_admin.model._meta}
    return TemplateResponse(request, template, {**shared, **own, **context})
