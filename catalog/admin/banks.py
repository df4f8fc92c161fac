"""The page on which question banks of other systems are taken into a pool: choosing a file, looking, agreeing.

Between looking and doing nothing is kept on the server: the page holds what was read, sealed.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.core import signing
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
)

from catalog.answer_views import AnswerView, answer_view
from catalog.enums import QuestionType
from catalog.importing.banks.question import BankInvalid
from catalog.importing.banks.reading import FORMATS, MOST_BYTES, read_bank
from catalog.importing.banks.shaping import ShapedQuestion
from catalog.importing.banks.storing import Measure, Plan, Taken, plan, take
from catalog.models import JobRole, Skill
from ops.refusals import as_domain_error

PAGE: Final = "admin/banks/page.html"
PUBLISH: Final = "publish"
MOST_ON_PAGE: Final = 300
MOST_LEFT_OUT_SHOWN: Final = 300
SEAL: Final = "catalog.question_bank"
SEALED_SECONDS: Final = 4 * 60 * 60
# The bound of a form that Django takes is 2.5 MB in all.
MOST_SEALED: Final = 2_000_000
DIFFICULTIES: Final = [(1, "1, easy"), (2, "2"), (3, "3, middling"), (4, "4"), (5, "5, hard")]


class BankForm(forms.Form):
    """A file, and what its questions are for."""

    file = forms.FileField(label="Question bank", widget=UnfoldAdminFileFieldWidget)
    role = forms.ModelChoiceField(
        JobRole.objects.filter(active=True).order_by("name"),
        label="Role whose pool they are for",
        widget=UnfoldAdminSelectWidget,
    )
    skills = forms.ModelMultipleChoiceField(
        Skill.objects.order_by("name"),
        label="Skills that they measure",
        required=False,
        widget=UnfoldAdminSelectMultipleWidget(attrs={"size": 8}),
        help_text="Each counts alike. A question without a skill gives points and says nothing of the profile.",
    )
    difficulty = forms.TypedChoiceField(
        choices=DIFFICULTIES, coerce=int, initial=3, label="Difficulty", widget=UnfoldAdminSelectWidget
    )


class AgreedForm(forms.Form):
    """What was read and looked at, which of it is wanted, and whether it is published at once."""

    sealed = forms.CharField(strip=False, widget=forms.HiddenInput)
    publish = forms.BooleanField(
        required=False, label="Publish them at once: assessments started from then on may ask them"
    )


@dataclass(frozen=True)
class Shown:
    """A question as the page shows it; one that ``is_broken`` lacks what it may not be understood without."""

    question: ShapedQuestion
    kind: str
    answer: AnswerView
    is_broken: bool


class ImportsQuestions:
    """An admin of questions whose list leads to the page."""

    actions_list: ClassVar[Sequence[str]] = ("import_questions",)

    @action(description="Import questions", url_path="import", permissions=["add"])  # type: ignore[untyped-decorator]
    def import_questions(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file, show what would come of it, and do that once it is agreed to."""
        response = _answer(self, request)
        add_never_cache_headers(response)
        return response


def _answer(model_admin: Any, request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(model_admin, request, BankForm())
    if "sealed" in request.POST:
        return _do(request)
    form = BankForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(model_admin, request, form)
    given = form.cleaned_data
    try:
        data = given["file"].read(MOST_BYTES + 1)
        return _preview(
            model_admin, request, plan(read_bank(data, name=given["file"].name), role=given["role"]), given
        )
    except BankInvalid as refusal:
        form.add_error("file", str(refusal))
        return _page(model_admin, request, form)


def _preview(model_admin: Any, request: HttpRequest, found: Plan, given: Mapping[str, Any]) -> HttpResponse:
    shown = found.new[:MOST_ON_PAGE]
    sealed = _sealed(request, shown, given)
    if len(sealed) > MOST_SEALED:
        raise BankInvalid("The file holds too much for a page; `manage.py import_questions` takes it.")
    return _page(
        model_admin, request, AgreedForm(initial={"sealed": sealed}), plan=found, role=given["role"],
        skills=given["skills"], questions=[_shown(one) for one in shown], more=len(found.new) - len(shown),
        left_out=found.left_out[:MOST_LEFT_OUT_SHOWN],
        more_left_out=max(0, len(found.left_out) - MOST_LEFT_OUT_SHOWN),
    )  # fmt: skip


def _shown(one: ShapedQuestion) -> Shown:
    fields = one.fields
    kind = QuestionType(fields["question_type"])
    is_broken = not one.is_ready and kind != QuestionType.ESSAY
    answer = answer_view(None, fields["choices"], fields["rules"])
    return Shown(one, kind.label.capitalize(), answer, is_broken)


def _sealed(request: HttpRequest, questions: Sequence[ShapedQuestion], given: Mapping[str, Any]) -> str:
    held = {
        "by": str(request.user.pk),
        "role": str(given["role"].pk),
        "skills": [str(skill.pk) for skill in given["skills"]],
        "difficulty": given["difficulty"],
        "questions": [asdict(one) for one in questions],
    }
    return signing.dumps(held, salt=SEAL, compress=True)


def _do(request: HttpRequest) -> HttpResponse:
    form = AgreedForm(request.POST)
    held = _held(request, form.cleaned_data["sealed"]) if form.is_valid() else None
    role = JobRole.objects.filter(pk=held["role"]).first() if held else None
    if held is None or role is None:
        messages.error(request, "That is not valid any more. Choose the file again.")
        return redirect(request.path)
    wanted = set(request.POST.getlist("take"))
    chosen = [one for one in map(_question, held["questions"]) if one.key in wanted]
    if not chosen:
        messages.warning(request, "No question was chosen, so none was made.")
        return redirect(request.path)
    skills = list(Skill.objects.filter(pk__in=[uuid.UUID(key) for key in held["skills"]]))
    try:
        taken = take(
            chosen, role=role, measure=Measure(skills, held["difficulty"]),
            by=request.user, now=timezone.now(), publish=form.cleaned_data[PUBLISH],  # type: ignore[arg-type]
        )  # fmt: skip
    except IntegrityError as error:
        messages.error(request, as_domain_error(error).message)
        return redirect(request.path)
    messages.success(request, _told(taken))
    return redirect(_list(role, taken))


def _held(request: HttpRequest, sealed: str) -> dict[str, Any] | None:
    """What the page was given to hold, if it was given to this person lately."""
    try:
        held: dict[str, Any] = signing.loads(sealed, salt=SEAL, max_age=SEALED_SECONDS)
    except signing.BadSignature:
        return None
    return held if held["by"] == str(request.user.pk) else None


def _question(held: Mapping[str, Any]) -> ShapedQuestion:
    return ShapedQuestion(**{**held, "notes": tuple(held["notes"])})


def _list(role: JobRole, taken: Taken) -> str:
    """The address of the pool, or of its drafts where any were made."""
    drafts = "&published=no" if taken.published < taken.made else ""
    return f"{reverse('admin:catalog_question_changelist')}?role__id__exact={role.pk}{drafts}"


def _told(taken: Taken) -> str:
    made = f"{taken.made} question{pluralize(taken.made)} {pluralize(taken.made, 'is,are')} made"
    told = f"{made}, {taken.published} of them published" if taken.made else "No question is made"
    there = f"{taken.there} {pluralize(taken.there, 'was,were')} there already"
    return f"{told}; {there}." if taken.there else f"{told}."


def _page(model_admin: Any, request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    shared = model_admin.admin_site.each_context(request)
    own = {"title": "Import questions", "opts": model_admin.model._meta, "form": form, "formats": FORMATS}
    return TemplateResponse(request, PAGE, {**shared, **own, **context})
