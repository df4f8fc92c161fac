"""Recommendations in the admin: read here, made by the recommender."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import TabularInline

from microcred.errors import DomainError
from ops.admin import ReadOnly, ReadOnlyAdmin
from ops.admin_forms import FormAdmin
from recommendations import services
from recommendations.enums import LearnerCredentialStatus
from recommendations.issuer_admin import BadgeIssuerAdmin as BadgeIssuerAdmin
from recommendations.models import (
    EmbeddingArtifact,
    LearnerCredential,
    Recommendation,
    RecommendationFeedback,
    RecommendationItem,
)


class ItemInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """The credentials of a run."""

    model = RecommendationItem
    fields = ["position", "title", "confidence", "parts", "rationale"]
    ordering = ["position"]


@admin.register(Recommendation)
class RecommendationAdmin(ReadOnlyAdmin):
    """Every run with its items."""

    list_display = ["assessment", "run", "effective", "status", "degraded", "generated_at"]
    list_filter = ["status", "effective", "degraded"]
    search_fields = ["assessment__id"]
    date_hierarchy = "created_at"
    readonly_fields = ["on_the_pages"]
    inlines = [ItemInline]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Put the way to the page that is made for reading first."""
        return [
            "on_the_pages",
            *(name for name in super().get_fields(request, obj) if name != "on_the_pages"),
        ]

    @admin.display(description="for reading")
    def on_the_pages(self, run: Recommendation) -> str:
        """Lead to what advisors read about it."""
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">The advisor’s page of this run</a>',
            reverse("advisor:run", args=[run.pk]),
        )


@admin.register(RecommendationFeedback)
class RecommendationFeedbackAdmin(ReadOnlyAdmin):
    """What people said."""

    list_display = [
        "recommendation",
        "item",
        "taken_for",
        "submitted_by_role",
        "relevance_score",
        "acceptance_status",
        "submitted_at",
    ]
    list_filter = ["acceptance_status", "relevance_score", "submitted_by_role"]
    list_select_related = ["recommendation", "item", "taken_for"]


@admin.register(LearnerCredential)
class LearnerCredentialAdmin(FormAdmin):
    """What learners hold; staff may enter what came in from elsewhere."""

    list_display = ["user", "credential", "status", "source", "recorded_at"]
    list_filter = ["status", "source"]
    list_select_related = ["user", "credential"]
    fields = ["user", "credential", "status"]
    raw_id_fields = ["user", "credential"]

    def has_delete_permission(self, request: HttpRequest, obj: LearnerCredential | None = None) -> bool:
        """Refuse for what a student's word brings along, which is decided about as such."""
        follows = obj is not None and obj.source in services.OF_CLAIMS
        return not follows and super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep whose credential it is, and which."""
        return ["user", "credential"] if obj else []

    def save_model(self, request: HttpRequest, obj: LearnerCredential, form: Any, change: bool) -> None:
        """Have the service record it."""
        by: Any = request.user
        status = LearnerCredentialStatus(obj.status)
        row = services.record_credential(
            by=by, user=obj.user, credential_id=obj.credential_id, status=status, now=timezone.now()
        )
        obj.pk = row.pk

    def delete_model(self, request: HttpRequest, obj: LearnerCredential) -> None:
        """Have the service remove it."""
        by: Any = request.user
        services.remove_credential(by=by, row=obj, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[LearnerCredential]) -> None:
        """Remove the chosen ones, but for what a student's word brings along."""
        for row in queryset:
            try:
                self.delete_model(request, row)
            except DomainError as refusal:
                self.message_user(request, refusal.message, messages.WARNING)


@admin.register(EmbeddingArtifact)
class EmbeddingArtifactAdmin(ReadOnlyAdmin):
    """Which passages are embedded by which model; the numbers themselves say nothing to a reader."""

    list_display = ["entity_type", "entity_id", "provider", "model", "dimension", "created_at"]
    list_filter = ["provider", "model", "entity_type"]
    fields = ["entity_type", "entity_id", "provider", "model", "dimension", "content_hash", "created_at"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave the vectors in the database."""
        return super().get_queryset(request).defer("vector", "raw_embedding")
