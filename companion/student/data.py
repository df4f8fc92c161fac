"""Where students see and decide what becomes of their data: what a model may read, a copy, who read it, its erasure."""

import datetime as dt
import uuid
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import attempt_limits, recent_authentication, services
from accounts.forms import ProofForm
from accounts.models import User
from accounts.personal_data import consents, erasing, exports
from accounts.personal_data.models import DataExport, ErasureRequest
from companion.pages import caller, page_asked
from companion.post_only import post_only
from companion.student.access import student_page
from microcred.errors import DomainError, Missing
from partners import queries as partners
from partners import services as telling

READINGS: Final = 10
#: A copy takes seconds; a page that still waits after this long stops looking by itself.
LOOKS_FOR: Final = dt.timedelta(minutes=5)
CHOSEN: Final = {
    True: "You let a language model help. You may change that at any time.",
    False: "No language model reads what you write from now on. You may change that at any time.",
}
CHOICES: Final = [("yes", "I agree"), ("no", "I refuse")]


class ModelForm(forms.Form):
    """What is chosen, of which text, and the version of the account that was shown."""

    allowed = forms.TypedChoiceField(
        choices=[("yes", "I agree"), ("no", "I refuse")], coerce=lambda said: said == "yes"
    )
    version = forms.CharField(max_length=16)
    seen = forms.CharField(max_length=32)


@require_safe
@student_page
def data(request: HttpRequest) -> HttpResponse:
    """Show what can be decided, and how far what was asked for is."""
    by, now = caller(request), timezone.now()
    said = consents.newest(by, consents.MODEL_SCORING)
    copy = _copy(by, now)
    is_making = copy is not None and copy.ready_at is None and copy.failed_at is None
    readings: Any = partners.readings_of(by.pk)
    context = {
        "text": consents.TEXTS[consents.MODEL_SCORING],
        "version": consents.CURRENT[consents.MODEL_SCORING],
        "said": said,
        "is_current": said is not None and said.version == consents.CURRENT[consents.MODEL_SCORING],
        "copy": copy,
        "is_making": is_making,
        "looks_again": is_making and copy is not None and now - copy.requested_at < LOOKS_FOR,
        "keep_days": settings.EXPORT_KEEP_DAYS,
        "erasure": _erasure(by),
        "courses": partners.courses_of(by.pk),
        "page": page_asked(request, readings, READINGS),
    }
    return render(request, "student/data/data.html", context)


@student_page
@post_only("student:data")
def choose_model(request: HttpRequest) -> HttpResponse:
    """Keep whether a model may read what the student writes; the same form sent twice says so once."""
    by, form = caller(request), ModelForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was changed. Choose one of the two.")
        return redirect("student:data")
    given = form.cleaned_data
    try:
        services.choose_model_scoring(
            by=by,
            allowed=given["allowed"],
            version=given["version"],
            expected={given["seen"]},
            now=timezone.now(),
        )
    except DomainError as error:
        said = consents.newest(by, consents.MODEL_SCORING)
        if said is None or (said.given, said.version) != (given["allowed"], given["version"]):
            messages.error(request, f"Nothing was changed. {error.message}")
            return redirect("student:data")
    messages.success(request, CHOSEN[given["allowed"]])
    return redirect("student:data")


@student_page
@post_only("student:data")
def ask_for_copy(request: HttpRequest) -> HttpResponse:
    """Have a copy made of everything about the student."""
    exports.request_copy(by=caller(request), now=timezone.now())
    return redirect("student:data")


@require_safe
@student_page
def fetch_copy(request: HttpRequest) -> HttpResponseBase:
    """Give the copy; back to the page where it is not ready yet. A HEAD fetches nothing."""
    by = caller(request)
    found = exports.newest(by=by, now=timezone.now())
    if found.ready_at is None:
        return redirect("student:data")
    is_fetched = request.method == "GET"
    if is_fetched:
        exports.note_fetched(by=by, export=found)
    parts = exports.pieces(found) if is_fetched else ()
    answer = StreamingHttpResponse(parts, content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="my-data-{found.ready_at:%Y-%m-%d}.zip"'
    return answer


@student_page
@post_only("student:data")
def unlink_course(request: HttpRequest, link_id: uuid.UUID) -> HttpResponse:
    """Have a course lead to the student's account no more; whoever came from one has to log in otherwise."""
    try:
        link = telling.unlink_own(by=caller(request), link_id=link_id, now=timezone.now())
    except Missing:
        raise Http404 from None
    except DomainError as error:
        messages.error(request, f"Nothing was changed. {error.message}")
    else:
        messages.success(request, f"{link.platform} does not lead to your account any more.")
    return redirect("student:data")


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def erase(request: HttpRequest) -> HttpResponse:
    """Ask once more, and have everything erased after the cool-off, for whoever shows that it is them."""
    by = caller(request)
    elsewhere = recent_authentication.instead_of_password(request, by)
    if elsewhere:
        return elsewhere
    form = ProofForm(by, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        wait = attempt_limits.count_page_attempt(request, email=by.email)
        if wait:
            return attempt_limits.too_many_attempts(request, wait)
        if form.is_valid():
            erasing.request_erasure(by=by, person=by, now=timezone.now())
            return redirect("student:data")
    context = {"form": form, "erasure": _erasure(by), "days": settings.ERASURE_COOL_OFF_DAYS}
    return render(request, "student/data/erase.html", context, status=400 if form.errors else 200)


@student_page
@post_only("student:data")
def keep(request: HttpRequest) -> HttpResponse:
    """Call the erasure off."""
    by = caller(request)
    try:
        erasing.cancel(by=by, person=by, now=timezone.now())
    except erasing.ErasureMissing:
        messages.info(request, "Nothing is to be erased.")
    except erasing.ErasureBegun as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The erasure is called off. Everything stays as it is.")
    return redirect("student:data")


def _copy(by: User, now: dt.datetime) -> DataExport | None:
    try:
        return exports.newest(by=by, now=now)
    except exports.ExportMissing:
        return None


def _erasure(by: User) -> ErasureRequest | None:
    try:
        return erasing.live_request(by)
    except erasing.ErasureMissing:
        return None
