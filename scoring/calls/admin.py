"""The ledger of paid calls in the admin: to look at, never to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.admin import StackedInline

from ops.admin import ReadOnly, ReadOnlyAdmin
from scoring.calls import ledger, spending
from scoring.models import ModelBatch, ModelCall, ModelCallContent


class ContentInline(ReadOnly, StackedInline):  # type: ignore[misc]
    """What was sent and what came back."""

    model = ModelCallContent
    hide_title = True
    extra = 0
    fields = ("kind", "label", "text", "replaced")
    readonly_fields = fields


@admin.register(ModelCall)
class ModelCallAdmin(ReadOnlyAdmin):
    """Paid calls, the newest first, under the sums of the months."""

    list_display = (
        "started_at", "purpose", "reading", "model", "outcome_or_state", "cents", "input_tokens", "output_tokens",
        "latency_ms", "texts", "host",
    )  # fmt: skip
    list_filter = ("month", "outcome", "purpose", "model", "prompt_version")
    search_fields = ("id", "assessment__id", "job_id", "correlation_id")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    inlines = (ContentInline,)
    list_before_template = "admin/model_call_months.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the sums above the list."""
        context = {
            "months": spending.months(),
            "limit_cents": ledger.month_limit() / ledger.MICROCENTS_A_CENT,
        }
        page: TemplateResponse = super().changelist_view(request, {**context, **(extra_context or {})})
        return page

    @admin.display(description="outcome", ordering="outcome")
    def outcome_or_state(self, call: ModelCall) -> str:
        """Show what came of the call."""
        return call.outcome or call.state

    @admin.display(description="cents")
    def cents(self, call: ModelCall) -> str:
        """Show what counts against the budgets; an estimate is marked."""
        about = "≤ " if call.cost_is_estimate or call.cost_microcents is None else ""
        return f"{about}{call.spent_microcents / ledger.MICROCENTS_A_CENT:.4f}"


@admin.register(ModelBatch)
class ModelBatchAdmin(ReadOnlyAdmin):
    """Batches of calls that read past essays anew, the newest first."""

    list_display = (
        "created_at", "question", "version", "requests", "state", "provider_status", "outcome", "detail", "ended_at",
    )  # fmt: skip
    list_filter = ("state", "outcome", "model")
    list_select_related = ("question", "question_version")
    search_fields = ("id", "provider_batch_id", "question__key")
    ordering = ("-id",)

    @admin.display(description="version", ordering="question_version")
    def version(self, batch: ModelBatch) -> str:
        """Show by which version the essays are read."""
        return str(batch.question_version.version)
