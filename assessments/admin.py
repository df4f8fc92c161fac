"""Assessments in the admin: to look at, never to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import StackedInline, TabularInline

from assessments.models import Assessment, AssessmentResponse, QuestionSnapshot
from ops.admin import ReadOnly, ReadOnlyAdmin


class SnapshotInline(ReadOnly, StackedInline):  # type: ignore[misc]
    """The questions, as they were asked."""

    model = QuestionSnapshot
    extra = 0
    hide_title = True
    fields = (
        "position",
        "question_type",
        "prompt",
        "choices",
        "rules",
        "rubric",
        "weight",
        "required",
        "version",
    )
    readonly_fields = fields
    ordering = ("position",)
    verbose_name_plural = "questions asked"


class ResponseInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """Every version of every answer."""

    model = AssessmentResponse
    extra = 0
    hide_title = True
    fields = ("question_number", "version", "answer", "submitted_at")
    readonly_fields = fields
    ordering = ("question_snapshot__position", "-version")
    verbose_name_plural = "answers"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the questions along."""
        return super().get_queryset(request).select_related("question_snapshot")

    @admin.display(description="question")
    def question_number(self, response: AssessmentResponse) -> int:
        """Show which question is answered."""
        return response.question_snapshot.position


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    """Assessments with everything that was asked and answered."""

    list_display = ("user", "role", "status", "stage", "degraded", "started_at", "completed_at")
    list_filter = ("status", "degraded", "role")
    list_select_related = ("user", "role")
    list_per_page = 25
    search_fields = ("id", "user__email", "user__name")
    show_full_result_count = False
    readonly_fields = ("on_the_pages",)
    inlines = (SnapshotInline, ResponseInline)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Put the way to the page that is made for reading first."""
        return [
            "on_the_pages",
            *(name for name in super().get_fields(request, obj) if name != "on_the_pages"),
        ]

    @admin.display(description="for reading")
    def on_the_pages(self, assessment: Assessment) -> str:
        """Lead to what advisors read about it."""
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">The advisor’s page</a>',
            reverse("advisor:assessment", args=[assessment.pk]),
        )
