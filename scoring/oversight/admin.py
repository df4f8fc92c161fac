"""What people did about scores in the admin: to look at; only calibration examples are written here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import StackedInline

from ops import audit
from ops.admin import ReadOnly, ReadOnlyAdmin
from ops.admin_forms import FormAdmin
from scoring.enums import ReviewReason
from scoring.models import (
    Appeal,
    AppealDecision,
    AppealMessage,
    CalibrationExample,
    ReviewerCalibration,
    ReviewTask,
    ScoreChange,
    ScoreOverride,
)
from scoring.oversight import example_provenance
from scoring.oversight.calibration import example_problems


class ExampleForm(forms.ModelForm):  # type: ignore[type-arg]
    """An example whose agreed levels are levels of the question's rubric."""

    class Meta:
        model = CalibrationExample
        fields = ("question", "assessment", "text", "levels", "note", "active")

    def clean(self) -> dict[str, Any]:
        """Check the agreed levels against the rubric published last."""
        found: dict[str, Any] = super().clean() or {}
        if "question" in found and "levels" in found:
            for problem in example_problems(found["question"].pk, found["levels"]):
                self.add_error("levels", problem)
        return found


@admin.register(CalibrationExample)
class CalibrationExampleAdmin(FormAdmin):
    """Answers with agreed levels, which reviewers mark first; retired rather than deleted."""

    form = ExampleForm
    list_display = ("question", "active", "created_at")
    list_filter = ("active",)
    search_fields = ("question__key", "text")
    raw_id_fields = ("question", "assessment")
    list_per_page = 25

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: runs over it refer to it."""
        return False

    def save_model(self, request: HttpRequest, obj: CalibrationExample, form: Any, change: bool) -> None:
        """Store the example, and whose answer it is, with a line in the trail."""
        if obj.assessment_id is None:
            obj.assessment_id = example_provenance.origin_of(question_id=obj.question_id, text=obj.text)
        super().save_model(request, obj, form, change)
        by: Any = request.user
        audit.record(
            by=by, action=f"calibration_example.{'changed' if change else 'created'}",
            resource_type="calibration_example", resource_id=obj.pk, metadata={"fields": form.changed_data},
        )  # fmt: skip


@admin.register(ReviewerCalibration)
class ReviewerCalibrationAdmin(ReadOnlyAdmin):
    """How near reviewers came to what was agreed."""

    list_display = ("reviewer", "question", "agreement", "passed", "created_at")
    list_select_related = ("reviewer", "question")
    list_filter = ("passed",)


@admin.register(ReviewTask)
class ReviewTaskAdmin(ReadOnlyAdmin):
    """Answers that wait for a person, or did."""

    list_display = ("question", "why", "claimed_by", "lease_until", "done_by", "done_at", "withdrawn_at")
    list_select_related = ("question", "claimed_by", "done_by")
    ordering = ("-created_at",)

    @admin.display(description="reasons")
    def why(self, task: ReviewTask) -> str:
        """Show the reasons in words."""
        return ", ".join(str(ReviewReason(reason).label) for reason in task.reasons)


@admin.register(ScoreChange)
class ScoreChangeAdmin(ReadOnlyAdmin):
    """What was changed, by whom and why."""

    list_display = ("assessment", "kind", "criterion_name", "made_by", "made_at")
    list_select_related = ("made_by", "assessment")
    list_filter = ("kind",)
    search_fields = ("assessment__id", "assessment__user__email")


@admin.register(ScoreOverride)
class ScoreOverrideAdmin(ReadOnlyAdmin):
    """Points that people gave closed answers."""

    list_display = ("assessment", "run", "score", "maximum", "scored_by", "created_at")
    list_select_related = ("scored_by", "assessment")


class MessageInline(ReadOnly, StackedInline):  # type: ignore[misc]
    """The thread of an appeal."""

    model = AppealMessage
    extra = 0
    fields = readonly_fields = ("author", "author_role", "text", "sent_at")


class DecisionInline(ReadOnly, StackedInline):  # type: ignore[misc]
    """How an appeal ended."""

    model = AppealDecision
    extra = 0
    fields = readonly_fields = ("outcome", "reason", "before", "after", "found", "decided_by", "decided_at")


@admin.register(Appeal)
class AppealAdmin(ReadOnlyAdmin):
    """Appeals with their threads and decisions."""

    list_display = ("assessment", "criterion_name", "status", "submitted_at")
    list_filter = ("status",)
    search_fields = ("assessment__id", "assessment__user__email")
    inlines = (MessageInline, DecisionInline)
