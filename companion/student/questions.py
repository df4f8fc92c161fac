"""Where students ask about the catalog, read their answers, and write with their advisor."""

import uuid
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from companion.pages import caller, page_asked, refusals_on
from companion.post_only import post_only
from companion.student.access import student_page
from companion.student.notices import by_itself
from companion.student.question_threads import asked, lines, unread_threads
from companion.student.text_fields import MultilineField
from conversations import queries, services
from conversations.enums import Side

PAGE_SIZE: Final = 20
NOTHING_ASKED: Final = uuid.UUID(int=0)
SENT: Final = "Your message is sent. You read the reply here."
HANDED_OVER: Final = "Your advisor has your question now. You read the reply here."


class QuestionForm(forms.Form):
    """A question, and the latest that its writer had asked by then."""

    question = MultilineField(
        label="Your question",
        rows=3,
        max_length=services.LONGEST_QUESTION,
        error_messages={"required": "Write your question."},
    )
    seen = forms.UUIDField(widget=forms.HiddenInput)


class MessageForm(forms.Form):
    """What a student writes to their advisor, and the last message that they had before their eyes."""

    text = MultilineField(
        label="Write to your advisor",
        max_length=services.LONGEST_REPLY,
        error_messages={"required": "Write something."},
    )
    up_to = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class UpToForm(forms.Form):
    """The number of the last message that was on the page."""

    up_to = forms.IntegerField(min_value=0)


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def questions(request: HttpRequest) -> HttpResponse:
    """List what the student has asked, the latest first; a POST asks."""
    form = _question_form(request, given=_given(request))
    turn_id = _ask(request, form, None) if request.method == "POST" else None
    if turn_id:
        return redirect("student:question", turn_id)
    by = caller(request)
    own: Any = queries.own_turns(by)
    page = page_asked(request, own, PAGE_SIZE)
    unread = unread_threads(by)
    context = {
        "form": form,
        "page": page,
        "lines": lines(list(page), threads=unread),
        "unread": unread[:PAGE_SIZE],
    }
    return render(request, "student/questions/list.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def question(request: HttpRequest, query_id: uuid.UUID) -> HttpResponse:
    """Show a question with its answer and what was said about it; a POST writes to the advisor."""
    by = caller(request)
    queries.get_visible(by=by, turn_id=query_id)
    form = MessageForm(_given(request))
    if request.method == "POST" and _write(request, query_id, form):
        messages.success(request, SENT)
        return redirect("student:question", query_id)
    return _shown(request, query_id, form=form)


@student_page
@post_only("student:question", "query_id")
def ask_on(request: HttpRequest, query_id: uuid.UUID) -> HttpResponse:
    """Ask another question in the conversation of this one."""
    turn: Any = queries.get_visible(by=caller(request), turn_id=query_id)
    form = _question_form(request, given=request.POST)
    turn_id = _ask(request, form, turn.conversation_id)
    return redirect("student:question", turn_id) if turn_id else _shown(request, query_id, question_form=form)


@student_page
@post_only("student:question", "query_id")
def hand_over(request: HttpRequest, query_id: uuid.UUID) -> HttpResponse:
    """Hand a question to the student's advisor; done twice, it is done."""
    try:
        services.escalate(by=caller(request), turn_id=query_id, now=timezone.now())
    except services.AlreadyEscalated:
        pass
    except services.NotAnswered as error:
        messages.error(request, error.message)
        return redirect("student:question", query_id)
    messages.success(request, HANDED_OVER)
    return redirect("student:question", query_id)


@student_page
@post_only("student:question", "query_id")
def note_read(request: HttpRequest, query_id: uuid.UUID) -> HttpResponse:
    """Note that the student has read what their advisor wrote, up to the last message that they saw."""
    form = UpToForm(request.POST)
    up_to = form.cleaned_data["up_to"] if form.is_valid() else 0
    services.mark_read(by=caller(request), turn_id=query_id, up_to=up_to)
    if by_itself(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return redirect("student:question", query_id)


def _given(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _question_form(request: HttpRequest, *, given: QueryDict | None = None) -> QuestionForm:
    latest: Any = queries.own_turns(caller(request)).first()
    return QuestionForm(given, initial={"seen": latest.pk if latest else NOTHING_ASKED})


def _shown(
    request: HttpRequest,
    query_id: uuid.UUID,
    *,
    form: forms.Form | None = None,
    question_form: forms.Form | None = None,
) -> HttpResponse:
    """Show a question, with what was refused of a form in it."""
    found = asked(by=caller(request), turn_id=query_id, now=timezone.now())
    is_refused = any(one is not None and one.errors for one in (form, question_form))
    context = {
        "asked": found,
        "form": form or MessageForm(),
        "question_form": question_form or _question_form(request),
    }
    return render(request, "student/questions/question.html", context, status=400 if is_refused else 200)


def _ask(request: HttpRequest, form: QuestionForm, conversation_id: uuid.UUID | None) -> uuid.UUID | None:
    """Ask what the form says, and return the question; or None, and put on the form why it was refused."""
    if not form.is_valid():
        return None
    turn = None
    with refusals_on(form):
        turn = services.ask(
            by=caller(request), conversation_id=conversation_id, now=timezone.now(), **form.cleaned_data
        )
    return turn.pk if turn else None


def _write(request: HttpRequest, query_id: uuid.UUID, form: MessageForm) -> bool:
    """Write what the form says, once, or put on it why that was refused."""
    by = caller(request)
    if not form.is_valid():
        queries.get_thread(by=by, turn_id=query_id)
        return False
    with refusals_on(form):
        try:
            services.write(by=by, turn_id=query_id, now=timezone.now(), **form.cleaned_data)
        except services.ThreadMoved:
            if not _is_there(query_id, request, **form.cleaned_data):
                raise
    return not form.errors


def _is_there(query_id: uuid.UUID, request: HttpRequest, *, text: str, up_to: int) -> bool:
    """Whether this is the message that came next: the form was sent twice."""
    thread = queries.get_thread(by=caller(request), turn_id=query_id)
    return queries.messages_of(thread).filter(number=up_to + 1, side=Side.STUDENT, text=text.strip()).exists()
