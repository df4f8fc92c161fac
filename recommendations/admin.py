"""Recommendations in the admin: read here, made by the recommender."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from ops.admin import ReadOnly, ReadOnlyAdmin
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
    inlines = [ItemInline]


@admin.register(RecommendationFeedback)
class RecommendationFeedbackAdmin(ReadOnlyAdmin):
    """What people said."""

    list_display = [
        "recommendation",
        "item",
        "submitted_by_role",
        "relevance_score",
        "acceptance_status",
        "submitted_at",
    ]
    list_filter = ["acceptance_status", "relevance_score", "submitted_by_role"]
    list_select_related = ["recommendation", "item"]


@admin.register(LearnerCredential)
class LearnerCredentialAdmin(ModelAdmin):  # type: ignore[misc]
    """What learners hold; staff may enter what came in from elsewhere."""

    list_display = ["user", "credential", "status", "source", "recorded_at"]
    list_filter = ["status", "source"]
    list_select_related = ["user", "credential"]
    raw_id_fields = ["user", "credential"]


@admin.register(EmbeddingArtifact)
class EmbeddingArtifactAdmin(ReadOnlyAdmin):
    """Which passages are embedded by which model; the numbers themselves say nothing to a reader."""

    list_display = ["entity_type", "entity_id", "provider", "model", "dimension", "created_at"]
    list_filter = ["provider", "model", "entity_type"]
    fields = ["entity_type", "entity_id", "provider", "model", "dimension", "content_hash", "created_at"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave the vectors in the database."""
        return super().get_queryset(request).defer("vector", "raw_embedding")
