"""Items that a model wrote, in the admin: what the checks found, how a student would see them, and the decision."""

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from microcred.errors import DomainError
from ops.admin_forms import FormAdmin
from practice import services
from practice.enums import UNDECIDED
from practice.item_schema import model_answer
from practice.models import PracticeDraft
from practice.services.drafting import MOST_AT_ONCE

TONES: Final = {
    "Rejected": "danger", "Waiting": "warning", "Trial": "info", "Approved": "success", "Declined": "danger",
}  # fmt: skip
#: Checks in words, in the order in which they are made.
CHECKS: Final = {
    "schema": "Can be shown and scored",
    "key_solves": "The key's own answer earns everything",
    "wrong_earns_less": "Wrong answers earn less",
    "solution_agrees": "The solution comes to the key",
    "giveaways": "Prompt and hints do not hold the answer",
    "distinct_choices": "No two choices say the same",
    "lengths": "Neither too short nor too long",
    "readable": "Sentences are short enough",
    "numbers": "Numbers, units and rounding are clear",
    "new_in_bank": "Asks nothing that another item asks",
    "not_in_assessments": "Asks nothing that an assessment asks",
    "about_its_skill": "Is about its skill",
    "answered_blindly": "A second call without the key answers it rightly, twice",
}
LONGEST_SHOWN: Final = 90


@admin.register(PracticeDraft)
class PracticeDraftAdmin(FormAdmin):
    """What a model wrote; staff decides, and changes nothing of it before it is an item."""

    list_display = ("asks", "skill", "kind", "difficulty", "stands", "found", "model", "made_at")
    list_filter = ("status", ("skill", admin.RelatedOnlyFieldListFilter), "model")
    list_select_related = ("skill",)
    list_per_page = 25
    actions = ("approve_chosen", "decline_chosen")
    actions_submit_line = ("approve", "decline")
    fields = (
        "stands", "skill", "preview", "checked", "model", "prompt_version", "made_at", "decided_by", "decided_at",
        "item",
    )  # fmt: skip
    readonly_fields = fields

    class Media:
        css = {"all": ["curation.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: they are asked for."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PracticeDraft | None = None) -> bool:
        """Refuse: a rejected one says what a model gets wrong."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """Offer the two decisions in place of saving."""
        hidden = {"show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False}
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **hidden})

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> Any:
        """Offer them as long as nothing is decided."""
        # Not every text at the end of an address is an id.
        draft = self.get_object(request, str(object_id))
        if draft is None or draft.status not in UNDECIDED:
            return []
        return super().get_actions_submit_line(request, object_id)

    def save_model(self, request: HttpRequest, obj: PracticeDraft, form: Any, change: bool) -> None:
        """Do what the pressed button says."""
        for offered in self.get_actions_submit_line(request, obj.pk):
            if offered.action_name in request.POST:
                offered.method(request, obj)

    def response_change(self, request: HttpRequest, obj: PracticeDraft) -> Any:
        """Go back to the list; what was decided is said, and nothing else was changed."""
        return self.response_post_save_change(request, obj)

    @display(description="asks")  # type: ignore[untyped-decorator]
    def asks(self, draft: PracticeDraft) -> str:
        """Show how it begins."""
        prompt = str(draft.content.get("prompt", ""))
        return prompt if len(prompt) <= LONGEST_SHOWN else f"{prompt[:LONGEST_SHOWN]}…"

    @display(description="type")  # type: ignore[untyped-decorator]
    def kind(self, draft: PracticeDraft) -> str:
        """Show how it is answered."""
        return str(draft.content.get("type", "")).replace("_", " ")

    @display(description="difficulty (model)")  # type: ignore[untyped-decorator]
    def difficulty(self, draft: PracticeDraft) -> str:
        """Show what the model thinks."""
        return str(draft.content.get("difficulty", ""))

    @display(description="status", ordering="status", label=TONES)  # type: ignore[untyped-decorator]
    def stands(self, draft: PracticeDraft) -> str:
        """Show how it stands."""
        return str(draft.get_status_display())

    @display(description="checks")  # type: ignore[untyped-decorator]
    def found(self, draft: PracticeDraft) -> str:
        """Name the checks that it failed."""
        failed = [CHECKS.get(one["name"], one["name"]) for one in draft.failed]
        return f"Failed: {'; '.join(failed)}" if failed else f"Passed {len(draft.checks)}"

    @display(description="checks")  # type: ignore[untyped-decorator]
    def checked(self, draft: PracticeDraft) -> SafeString:
        """Show every check with what it found."""
        lines = [
            {"name": CHECKS.get(one["name"], one["name"]), "problems": one["problems"]}
            for one in draft.checks
        ]
        left = [told for name, told in CHECKS.items() if name not in {one["name"] for one in draft.checks}]
        return render_to_string("admin/practice/checks.html", {"lines": lines, "left": left})

    @display(description="as a student sees it")  # type: ignore[untyped-decorator]
    def preview(self, draft: PracticeDraft) -> SafeString:
        """Show what is asked, and folded away what students see later or never."""
        return render_to_string("admin/practice/preview.html", _shown(draft.content))

    @action(description="Approve: give it to students", permissions=["change"])  # type: ignore[untyped-decorator]
    def approve(self, request: HttpRequest, obj: PracticeDraft) -> None:
        """Take it."""
        self._decide(request, [obj], services.approve_draft, "approved")

    @action(description="Decline", permissions=["change"])  # type: ignore[untyped-decorator]
    def decline(self, request: HttpRequest, obj: PracticeDraft) -> None:
        """Turn it down."""
        self._decide(request, [obj], services.decline_draft, "declined")

    @admin.action(description="Approve the chosen drafts", permissions=["change"])
    def approve_chosen(self, request: HttpRequest, queryset: QuerySet[PracticeDraft]) -> None:
        """Take all of them that passed."""
        self._decide(request, queryset, services.approve_draft, "approved")

    @admin.action(description="Decline the chosen drafts", permissions=["change"])
    def decline_chosen(self, request: HttpRequest, queryset: QuerySet[PracticeDraft]) -> None:
        """Turn all of them down."""
        self._decide(request, queryset, services.decline_draft, "declined")

    def _decide(self, request: HttpRequest, drafts: Any, decide: Any, deed: str) -> None:
        done = 0
        for draft in drafts:
            try:
                decide(by=request.user, draft_id=draft.pk, now=timezone.now())
                done += 1
            except DomainError as refusal:
                self.message_user(request, refusal.message, messages.WARNING)
        self.message_user(request, f"{done} draft{pluralize(done)} {deed}.")


class WantedDrafts(forms.Form):
    """How many items a model is to write, and how difficult."""

    count = forms.IntegerField(
        min_value=1,
        max_value=MOST_AT_ONCE,
        initial=5,
        widget=UnfoldAdminIntegerFieldWidget,
        label="Items of each skill",
    )
    difficulty = forms.IntegerField(
        min_value=1, max_value=10, required=False, widget=UnfoldAdminIntegerFieldWidget,
        help_text="1 (easiest) to 10; different ones if left empty.",
    )  # fmt: skip


@admin.action(description="Have a model draft practice items", permissions=["change"])
def draft_items(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> TemplateResponse | None:
    """Ask how many, and have them written for the chosen skills."""
    form = WantedDrafts(request.POST if "count" in request.POST else None)
    if not form.is_valid():
        context = {
            **model_admin.admin_site.each_context(request), "title": "Have a model draft practice items",
            "opts": model_admin.model._meta, "form": form, "rows": queryset,
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME), "action": "draft_items",
            "select_across": request.POST.get("select_across", "0"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/practice/draft_items.html", context)
    by: Any = request.user
    wanted = form.cleaned_data
    for skill in queryset:
        try:
            services.request_drafts(
                by=by, skill_key=skill.key, count=wanted["count"], difficulty=wanted["difficulty"]
            )
        except DomainError as refusal:
            model_admin.message_user(request, f"{skill.key}: {refusal.message}", messages.WARNING)
        else:
            told = f"{skill.key}: {wanted['count']} items are being written; look under drafts of practice items."
            model_admin.message_user(request, told)
    return None


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    """Return an item for the preview; of a rejected one parts may be missing."""
    choices = content.get("choices") or []
    texts = {one.get("id"): one.get("text", "") for one in choices}
    try:
        answer = _told(model_answer(content["rules"]) or {}, texts)
    except (KeyError, TypeError, ValueError, AttributeError):
        answer = ""
    return {
        "item": content,
        "left": [one for one in choices if one.get("side") == "left"],
        "right": [one for one in choices if one.get("side") == "right"],
        "answer": answer or content.get("rules"),
    }


def _told(answer: dict[str, Any], texts: dict[Any, str]) -> str:
    """Return an answer in the words of the choices."""
    if "pairs" in answer:
        return "; ".join(
            f"{texts.get(left, left)} – {texts.get(right, right)}" for left, right in answer["pairs"].items()
        )
    names = answer.get("choice_ids") or answer.get("order") or ()
    if names:
        return (" → " if "order" in answer else "; ").join(str(texts.get(name, name)) for name in names)
    return str(
        answer.get("text") or " ".join(str(one) for one in (answer.get("value"), answer.get("unit")) if one)
    )
