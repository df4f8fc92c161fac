"""Gates, releases and trained scorers in the admin: figures to read, and the switch between those that passed."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.admin import StackedInline

from accounts.models import User
from accounts.policy import Permission, allows
from microcred.errors import DomainError
from ops.admin import ReadOnly, ReadOnlyAdmin
from ops.jobs import enqueue
from scoring import releasing
from scoring.models import ScorerActivation, ScorerRelease, ScorerVersion
from scoring.releasing import versions
from scoring.releasing.activation import LONGEST_REASON

# What the figures of gates and of trained scorers are called on pages.
FIGURES: Final[Mapping[str, str]] = {
    "in_band": "Levels in their band",
    "agreement": "Agreement (quadratic weighted kappa)",
    "agreement_low": "Agreement, lower end of the interval",
    "ordered": "Better essays scored higher",
    "held": "Verdicts left to a person",
    "metamorphic": "Spoilt texts that did not rise",
    "answers": "Scored answers",
    "rmse": "Root mean square error",
    "against_active": "Kappa less that of the version in use",
    "n": "Scored answers",
    "qwk": "Quadratic weighted kappa",
    "qwk_low": "Kappa, lower end",
    "qwk_high": "Kappa, upper end",
    "human_qwk": "Kappa of two people",
    "exact": "Exact agreement",
    "adjacent": "Adjacent agreement",
    "ms_per_text": "Milliseconds a text",
}


class ReasonForm(forms.Form):
    """Why another scorer scores from now on."""

    reason = forms.CharField(max_length=LONGEST_REASON, label="Reason", widget=forms.Textarea({"rows": 3}))


class ActivationInline(ReadOnly, StackedInline):  # type: ignore[misc]
    """When it came into use, by whom and why."""

    model = ScorerActivation
    extra = 0
    fields = readonly_fields = ("made_at", "made_by", "reason", "replaced")


class SwitchAdmin(ReadOnlyAdmin):
    """Rows of which one at a time is in use; which one is chosen with a reason, on a page that asks first."""

    list_per_page = 25
    actions = ("use",)
    inlines = (ActivationInline,)

    class Media:
        css = {"all": ["curation.css"]}

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """Ask the policy."""
        return isinstance(request.user, User) and allows(request.user, Permission.RELEASE_SCORERS)

    @admin.action(description="Use for scoring (asks for a reason)", permissions=["switch"])
    def use(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Ask for a reason, then let the chosen one score; an earlier one is gone back to in the same way."""
        chosen = list(queryset)
        if len(chosen) != 1:
            self.message_user(request, "Choose one.", messages.WARNING)
            return None
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, chosen[0], form)
        try:
            said = self.switch(chosen[0].pk, form.cleaned_data["reason"], cast(User, request.user))
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)
        return None

    def switch(self, pk: uuid.UUID, reason: str, by: User) -> str:
        """Let the row of this id score; return what to tell who asked. Raises DomainError."""
        raise NotImplementedError

    def _ask(self, request: HttpRequest, row: Any, form: ReasonForm) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Use for scoring?",
            "row": row,
            "form": form,
            "opts": self.model._meta,
            "consequence": self.consequence,
        }
        return TemplateResponse(request, "admin/scorer_switch.html", context)

    consequence = ""


@admin.register(ScorerRelease)
class ScorerReleaseAdmin(SwitchAdmin):
    """Runs of the release gate over models and the local scorer."""

    list_display = (
        "version", "model", "host", "agreement", "in_band", "passed", "active", "replies", "golden_version", "made_at",
    )  # fmt: skip
    list_filter = ("kind", "passed", "active", "model")
    fields = readonly_fields = (
        "kind", "version", "provider", "host", "model", "passed", "active", "gate_report", "golden_version",
        "thresholds_version", "replies", "cents", "made_by", "made_at",
    )  # fmt: skip
    consequence = "New essays are scored by it from now on. Scores that were given stay as they are."

    def switch(self, pk: uuid.UUID, reason: str, by: User) -> str:
        """Activate the release."""
        release = releasing.activate(release_id=pk, reason=reason, by=by, now=timezone.now())
        return f"Essays are scored by {release} now."

    @admin.display(description="agreement (95 %)")
    def agreement(self, release: ScorerRelease) -> str:
        """Show the kappa with its interval."""
        return _interval(_named(release.figures, "agreement"), "value", "low", "high")

    @admin.display(description="in band")
    def in_band(self, release: ScorerRelease) -> str:
        """Show the share of levels that lie in their band."""
        return f"{_named(release.figures, 'in_band').get('value', 0):.2f}"

    @admin.display(description="gate")
    def gate_report(self, release: ScorerRelease) -> SafeString:
        """Show all figures with their thresholds and what went wrong."""
        return _report(release.figures)

    @admin.display(description="cost in cents")
    def cents(self, release: ScorerRelease) -> str:
        """Show what the calls of the run cost."""
        return f"{release.cost_microcents / 1_000_000:.4f}"


@admin.register(ScorerVersion)
class ScorerVersionAdmin(SwitchAdmin):
    """Scorers trained on people's scores of one question."""

    list_display = (
        "question", "version", "n", "kappa", "data", "passed", "active", "trained_by", "created_at",
    )  # fmt: skip
    list_filter = ("passed", "active")
    list_select_related = ("question", "trained_by")
    search_fields = ("question__key", "data_hash")
    fields = readonly_fields = (
        "question", "version", "passed", "active", "figures_report", "gate_report", "gated_at", "format", "encoder",
        "data_hash", "task_hash", "trained_by", "created_at",
    )  # fmt: skip
    consequence = (
        "Answers to this question are scored by it from now on, where no language model scores. A version that has "
        "not been through its gate is checked first, by a worker; it comes into use only if it passes."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScorerVersion]:
        """Leave the artefacts where they are: some are megabytes."""
        rows: QuerySet[ScorerVersion] = super().get_queryset(request).defer("artefact")
        return rows

    def switch(self, pk: uuid.UUID, reason: str, by: User) -> str:
        """Activate a version that has passed; have another one checked."""
        if ScorerVersion.objects.filter(pk=pk, passed=True).exists():
            row = versions.activate(version_id=pk, reason=reason, by=by, now=timezone.now())
            return f"Version {row.version} scores now."
        enqueue(versions.CHECK, payload={"version": str(pk), "by": str(by.pk), "reason": reason})
        return "A worker runs its gate; it comes into use if it passes. Look again in a minute."

    @admin.display(description="answers")
    def n(self, row: ScorerVersion) -> int:
        """Show how many scored answers it learned from."""
        return int(row.figures.get("n", 0))

    @admin.display(description="kappa (95 %)")
    def kappa(self, row: ScorerVersion) -> str:
        """Show the cross-validated kappa with its interval."""
        return _interval(row.figures, "qwk", "qwk_low", "qwk_high")

    @admin.display(description="data", ordering="data_hash")
    def data(self, row: ScorerVersion) -> str:
        """Show the start of the hash of what it learned from."""
        return row.data_hash[:12]

    @admin.display(description="cross-validated figures")
    def figures_report(self, row: ScorerVersion) -> str:
        """Show every figure."""
        return ", ".join(f"{_label(name)} {_rounded(value)}" for name, value in row.figures.items())

    @admin.display(description="gate")
    def gate_report(self, row: ScorerVersion) -> SafeString | str:
        """Show all figures with their thresholds and what went wrong."""
        return _report(row.gate) if row.gate else "Not run yet."


def _named(figures: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return next((figure for figure in figures if figure["name"] == name), {})


def _interval(figures: Mapping[str, Any], value: str, low: str, high: str) -> str:
    if figures.get(value) is None:
        return "–"
    span = "" if figures.get(low) is None else f" ({figures[low]:.2f} to {figures[high]:.2f})"
    return f"{figures[value]:.2f}{span}"


def _label(name: str) -> str:
    return FIGURES.get(name, name.replace("_", " ").capitalize())


def _rounded(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _report(figures: Sequence[Mapping[str, Any]]) -> SafeString:
    named = [{**figure, "label": _label(str(figure["name"]))} for figure in figures]
    return render_to_string("admin/gate_report.html", {"figures": named})
