"""The page on which lists of credentials that others keep are taken over: choosing a file, looking, agreeing.

Between looking and doing nothing is kept on the server: the page holds the file, sealed, and it is read and compared
again. What is done is what was shown; where anything else would come of it, that is shown first.
"""

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from unfold.decorators import action

from catalog.admin.list_forms import AgreedForm, ListForm, skills_offered, wishes_of
from catalog.admin.signed_state import sealed, unsealed
from catalog.importing.credentials.applying import CatalogChangedMeanwhile, Taken, take
from catalog.importing.credentials.columns import COLUMNS
from catalog.importing.credentials.exporting import FILE_NAME, csv_of
from catalog.importing.credentials.listed import CredentialFile, FileInvalid
from catalog.importing.credentials.plan import Change, Choice, Entry, ImportDefaults, Plan
from catalog.importing.credentials.planning import plan
from catalog.importing.credentials.reading import FORMATS, MOST_BYTES, read_credentials

PAGE: Final = "admin/credential_lists/page.html"
MOST_ON_PAGE: Final = 300
SEAL: Final = "catalog.credential_list"
MOST_SEALED: Final = 4_000_000
# Django takes so many fields of a form; some are not ours.
_FIELDS_OF_DJANGO: Final = 40


@dataclass(frozen=True)
class Held:
    """A change that would undo what somebody has changed here, with its box on the page."""

    change: Change
    box: str
    is_ticked: bool


@dataclass(frozen=True)
class Shown:
    """An entry as the page shows it, and whether it is ticked."""

    entry: Entry
    is_ticked: bool
    held: tuple[Held, ...]


class ImportsCredentials:
    """An admin of credentials whose list leads to the page, and to a table of what it shows."""

    actions_list: ClassVar[Sequence[str]] = ("import_credentials", "export_credentials")

    @action(description="Import credentials", url_path="import", permissions=["add"])  # type: ignore[untyped-decorator]
    def import_credentials(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file, show what would come of it, and do that once it is agreed to."""
        response = _answer(self, request)
        add_never_cache_headers(response)
        return response

    @action(description="Download as CSV", url_path="export", permissions=["view"])  # type: ignore[untyped-decorator]
    def export_credentials(self, request: HttpRequest) -> HttpResponseBase:
        """Give the credentials of the list, as it is filtered, as a table."""
        shown = self.get_changelist_instance(request).get_queryset(request)  # type: ignore[attr-defined]
        answer = StreamingHttpResponse(csv_of(shown.order_by("key")), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
        return answer

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Have the download hold what the list shows."""
        response: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
        if isinstance(response, TemplateResponse) and response.context_data and request.GET:
            for one in response.context_data.get("actions_list", ()):
                if str(one.get("path", "")).endswith("/export/"):
                    one["path"] = f"{one['path']}?{request.GET.urlencode()}"
        return response


def _answer(model_admin: Any, request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(model_admin, request, ListForm())
    if "sealed" in request.POST:
        return _agreed(model_admin, request)
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(model_admin, request, form)
    try:
        data = form.cleaned_data["file"].read(MOST_BYTES + 1)
        wishes = wishes_of(form.cleaned_data, {})
        held = _sealed(request, data)
        found = plan(read_credentials(data, language=wishes.language), wishes)
    except FileInvalid as refusal:
        form.add_error("file", str(refusal))
        return _page(model_admin, request, form)
    return _preview(model_admin, request, found, {**form.cleaned_data, "sealed": held}, None)


def _agreed(model_admin: Any, request: HttpRequest) -> HttpResponse:
    form = AgreedForm(request.POST)
    held = unsealed(request, salt=SEAL)
    if held is None:
        messages.error(request, "That is not valid any more. Choose the file again.")
        return redirect(request.path)
    is_valid = form.is_valid()
    given = {**{name: field.initial for name, field in form.fields.items()}, **form.cleaned_data}
    wishes = wishes_of(given, request.POST)
    file = read_credentials(zlib.decompress(base64.b64decode(held["file"])), language=wishes.language)
    found = plan(file, wishes)
    choice = _choice(request, given, found)
    if not is_valid or found.fingerprint != given["expected"]:
        for name, problems in form.errors.items():
            messages.error(request, f"{form.fields[name].label}: {' '.join(map(str, problems))}")
        if is_valid:
            messages.info(
                request, "Other things come of the list now than were shown. Look at them once more."
            )
        return _preview(model_admin, request, found, given, _ticks(request, found, choice))
    if not _does_anything(found, choice):
        messages.warning(request, "Nothing was chosen, so nothing was done.")
        return _preview(model_admin, request, found, given, choice)
    return _done(model_admin, request, file, wishes, choice, given)


def _done(
    model_admin: Any,
    request: HttpRequest,
    file: CredentialFile,
    wishes: ImportDefaults,
    choice: Choice,
    given: Mapping[str, Any],
) -> HttpResponse:
    by: Any = request.user
    try:
        done = take(file, wishes, choice, by=by, now=timezone.now(), expected=given["expected"])
    except CatalogChangedMeanwhile as refusal:
        messages.error(request, refusal.message)
        return _preview(model_admin, request, plan(file, wishes), given, choice)
    messages.success(request, _told(done))
    return redirect("admin:catalog_credential_changelist")


def _choice(request: HttpRequest, given: Mapping[str, Any], found: Plan) -> Choice:
    """Return what is ticked; what was not shown is not taken."""
    over = {
        (int(at), name)
        for at, _, name in (one.partition(":") for one in request.POST.getlist("over"))
        if at.isdecimal()
    }
    entries = {int(one) for one in request.POST.getlist("take") if one.isdecimal() and len(one) < 9}
    return Choice(
        entries=entries, over=over, retire_missing=bool(given["retire_missing"]) and _may_retire(found)
    )


def _ticks(request: HttpRequest, found: Plan, choice: Choice) -> Choice:
    """Return what is ticked on a page that is shown again: what was, and what was not on it."""
    shown = {int(one) for one in request.POST.get("shown", "").split(",") if one.isdecimal() and len(one) < 9}
    entries = {one.at for one in (*found.new, *found.changed) if one.at not in shown}
    return replace(choice, entries=entries | set(choice.entries or ()))


def _does_anything(found: Plan, choice: Choice) -> bool:
    return (
        any(choice.takes(one) for one in found.new)
        or any(choice.changes(one) for one in (*found.changed, *found.held))
        or (choice.retire_missing and bool(found.missing))
    )


def _preview(
    model_admin: Any, request: HttpRequest, found: Plan, given: Mapping[str, Any], choice: Choice | None
) -> HttpResponse:
    new, changed, held = _first(found)
    retires = choice is not None and choice.retire_missing
    form = AgreedForm(initial={**given, "expected": found.fingerprint, "retire_missing": retires})
    shown = [one.at for one in (*new, *changed)]
    form.initial["shown"] = ",".join(map(str, shown))
    return _page(
        model_admin, request, form, plan=found,
        new=_shown(new, choice), changed=_shown(changed, choice), held=_shown(held, choice),
        more=len(found.new) + len(found.changed) + len(found.held) - len(new) - len(changed) - len(held),
        is_something=bool(found.new or found.changed or found.held or found.missing),
        without_skill=sum(1 for one in found.new if not one.fields.get("skills")),
        without_document=sum(1 for one in found.new if not one.fields.get("document")),
        names=skills_offered(found), left_out=found.left_out[:MOST_ON_PAGE],
        more_left_out=max(0, len(found.left_out) - MOST_ON_PAGE),
        missing=found.missing[:MOST_ON_PAGE], more_missing=max(0, len(found.missing) - MOST_ON_PAGE),
        may_retire=_may_retire(found),
    )  # fmt: skip


def _may_retire(found: Plan) -> bool:
    """Whether the page names all that would be retired."""
    return 0 < len(found.missing) <= MOST_ON_PAGE


def _first(found: Plan) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """Return what a page shows of the new, the changed and the held: as many as Django takes ticks of."""
    room = min(MOST_ON_PAGE, _most_fields() - _FIELDS_OF_DJANGO - len(found.names))
    shown: list[list[Entry]] = []
    for entries in (found.new, found.changed, found.held):
        some: list[Entry] = []
        for one in entries:
            room -= 1 + len(one.held)
            if room < 0:
                break
            some.append(one)
        shown.append(some)
    return shown[0], shown[1], shown[2]


def _most_fields() -> int:
    return int(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS or 1000)


def _shown(entries: Sequence[Entry], choice: Choice | None) -> list[Shown]:
    """Return entries with their ticks: those that were set, else on all but what was changed here."""
    return [
        Shown(
            entry=one,
            is_ticked=choice is None or choice.takes(one),
            held=tuple(
                Held(change, f"{one.at}:{change.name}", choice is not None and change in choice.changes(one))
                for change in one.held
            ),
        )
        for one in entries
    ]


def _sealed(request: HttpRequest, data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise FileInvalid(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    text = base64.b64encode(zlib.compress(data, 6)).decode()
    held = sealed(request, {"file": text}, salt=SEAL)
    if len(held) > MOST_SEALED:
        raise FileInvalid("The file holds too much for a page; `manage.py import_credentials` takes it.")
    return held


def _told(done: Taken) -> str:
    parts = [
        f"{number} {deed}"
        for number, deed in ((done.made, "made"), (done.changed, "changed"), (done.retired, "retired"))
        if number
    ]
    total = done.made + done.changed + done.retired
    return f"{total} credential{pluralize(total)}: {', '.join(parts)}." if parts else "Nothing is different."


def _page(model_admin: Any, request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    shared = model_admin.admin_site.each_context(request)
    own = {
        "title": "Import credentials", "opts": model_admin.model._meta, "form": form, "formats": FORMATS,
        "columns": COLUMNS,
    }  # fmt: skip
    return TemplateResponse(request, PAGE, {**shared, **own, **context})
