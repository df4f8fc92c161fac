"""Questions that students handed to their advisors."""

import uuid

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from companion.inquiries import Inquiry, inquiry
from companion.pages import caller, staff_page
from companion.queries import PAGE_SIZE
from conversations import queries, services
from microcred.errors import DomainError, Missing


class ReplyForm(forms.Form):
    """What an advisor replies."""

    text = forms.CharField(
        label="Reply to the student",
        max_length=services.LONGEST_REPLY,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write something."},
    )


@require_safe
@staff_page
def questions(request: HttpRequest) -> HttpResponse:
    """List what students in the caller's sight handed over, what waits first."""
    rows = queries.handed_over(caller(request))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    return render(request, "advisor/questions/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def question(request: HttpRequest, query_id: uuid.UUID) -> HttpResponse:
    """Show a question with the conversation around it; a POST replies."""
    found = inquiry(by=caller(request), turn_id=query_id)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _replied(request, found, form):
        messages.success(request, "Your reply is sent. The student reads it below their question.")
        return redirect("advisor:question", query_id)
    status = 400 if request.method == "POST" else 200
    return render(request, "advisor/questions/question.html", {"inquiry": found, "form": form}, status=status)


def _replied(request: HttpRequest, found: Inquiry, form: ReplyForm) -> bool:
    """Send the reply, or put on the form why it was refused."""
    try:
        services.reply(
            by=caller(request), turn_id=found.pk, text=form.cleaned_data["text"], now=timezone.now()
        )
    except Missing:
        raise
    except DomainError as error:
        form.add_error(None, f"{error.message} You had written: “{form.cleaned_data['text']}”")
        return False
    return True
