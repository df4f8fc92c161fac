"""Questions that students handed to their advisors."""

import uuid
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from companion.inquiries import STANDINGS, inquiry
from companion.pages import caller, page_asked, refusals_on, staff_page
from companion.queries import PAGE_SIZE
from conversations import queries, services

WRITE: Final = "write"
CLOSE: Final = "close"
DONE: Final = {
    WRITE: "Your message is sent. The student reads it below their question.",
    CLOSE: "The thread is closed, until somebody writes in it again.",
    "read": "The thread is marked as read.",
}


class UpToForm(forms.Form):
    """The last message that the advisor had before their eyes; where it is not given, nothing is asked about that."""

    up_to = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)


class MessageForm(UpToForm):
    """What an advisor writes."""

    text = forms.CharField(
        label="Write to the student",
        max_length=services.LONGEST_REPLY,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write something."},
    )


@require_safe
@staff_page
def questions(request: HttpRequest) -> HttpResponse:
    """List what students in the caller's sight handed over, what is unread first."""
    rows: Any = queries.threads(caller(request))
    page = page_asked(request, rows, PAGE_SIZE)
    listed = [(thread, STANDINGS[thread.escalation]) for thread in page]
    return render(request, "advisor/questions/list.html", {"page": page, "listed": listed})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def question(request: HttpRequest, query_id: uuid.UUID) -> HttpResponse:
    """Show a question with its thread and the conversation around it; a POST writes, or marks it as read or closed."""
    by = caller(request)
    queries.get_thread(by=by, turn_id=query_id)
    given = request.POST if request.method == "POST" else None
    do = given.get("do", WRITE) if given is not None else WRITE
    form = MessageForm(given) if do == WRITE else UpToForm(given)
    if given is not None and form.is_valid() and _done(request, query_id, do, form):
        messages.success(request, DONE.get(do, DONE["read"]))
        return redirect("advisor:question", query_id)
    context = {"inquiry": inquiry(by=by, turn_id=query_id), "form": form if do == WRITE else MessageForm()}
    if do != WRITE:
        context["refused"] = [text for texts in form.errors.values() for text in texts]
    status = 200 if given is None else 400
    return render(request, "advisor/questions/question.html", context, status=status)


def _done(request: HttpRequest, query_id: uuid.UUID, do: str, form: forms.Form) -> bool:
    """Do what the form says, or put on it why that was refused."""
    by, up_to, now = caller(request), form.cleaned_data["up_to"], timezone.now()
    with refusals_on(form):
        if do == WRITE:
            services.write(by=by, turn_id=query_id, text=form.cleaned_data["text"], up_to=up_to, now=now)
        elif do == CLOSE:
            services.close(by=by, turn_id=query_id, up_to=up_to or 0, now=now)
        else:
            services.mark_read(by=by, turn_id=query_id, up_to=up_to or 0)
    return not form.errors
