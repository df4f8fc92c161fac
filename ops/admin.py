"""What staff sees of jobs, audit trail and measurements, all read-only; and what pages of other apps build on."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from ops import jobs
from ops.admin_forms import FormAdmin
from ops.enums import JobStatus
from ops.models import AsyncJob, AuditLink, AuditLog, MetricSnapshot
from ops.schedules import SWEEP

# The queue's own pages show, and unpickle, rows that anyone who can write to the database could have made.
for model in [model for model in admin.site._registry if model._meta.app_label == "django_q"]:
    admin.site.unregister(model)


class ReadOnly:
    """Looks at rows and changes none; for pages and for the lists on them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class ReadOnlyAdmin(ReadOnly, FormAdmin):
    """Rows that staff reads and nobody edits by hand."""


class KeptAdmin(FormAdmin):
    """Rows that are retired rather than deleted; their key is chosen once."""

    list_per_page = 25
    warn_unsaved_form = True

    class Media:
        css = {"all": ["curation.css"]}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: others may refer to the row."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the key of a stored row: imports find it again by that."""
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "key") if obj else fixed

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Suggest a key for a new row only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)


class SweepFilter(admin.SimpleListFilter):
    """Leave out what the schedule did and went well, of which there are several a minute, unless it is asked for."""

    title = "work of the schedule"
    parameter_name = "sweeps"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer all of it."""
        return [("all", "All of it")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Call what holds without a choice by what it does."""
        first, *others = super().choices(changelist)
        yield from [{**first, "display": "What failed or waits"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AsyncJob]) -> QuerySet[AsyncJob]:
        """Narrow the list; not where a kind is chosen, which is to be seen whole."""
        if self.value() == "all" or "kind__exact" in request.GET:
            return queryset
        return queryset.exclude(kind=SWEEP, status=JobStatus.SUCCEEDED)


@admin.register(AsyncJob)
class AsyncJobAdmin(ReadOnlyAdmin):
    """Background jobs, the dead ones first to be looked for."""

    list_display = ("kind", "status", "tries", "queued_at", "lasted", "waits_until", "failure", "claimed_by")
    list_filter = (SweepFilter, "status", "kind", "giving_up")
    search_fields = ("id", "unique_key", "correlation_id", "assessment__id")
    ordering = ("-queued_at",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("run_again",)

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Allow running jobs again to those who could change jobs if anyone could."""
        return request.user.has_perm("ops.change_asyncjob")

    @admin.display(description="attempts")
    def tries(self, job: AsyncJob) -> str:
        """Show the claims so far against the limit."""
        return f"{job.attempts} of {job.max_attempts}" + (" (giving up)" if job.giving_up else "")

    @admin.display(description="lasts")
    def lasted(self, job: AsyncJob) -> str:
        """Show the time from queueing until the end, or until now; of short ones to the millisecond."""
        lasted = (job.completed_at or timezone.now()) - job.queued_at
        if lasted < dt.timedelta(minutes=1):
            return f"{lasted.total_seconds():.3f} s"
        return str(dt.timedelta(seconds=round(lasted.total_seconds())))

    @admin.display(description="next try", ordering="next_run_at")
    def waits_until(self, job: AsyncJob) -> dt.datetime | None:
        """Show when a queued job is due."""
        return job.next_run_at if job.status == JobStatus.QUEUED else None

    @admin.display(description="last error")
    def failure(self, job: AsyncJob) -> str:
        """Show the type of the latest failure."""
        return str((job.error_payload or {}).get("type", ""))

    @admin.action(description="Run again (dead jobs only)", permissions=["run"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[AsyncJob]) -> None:
        """Queue the chosen dead jobs; others are named as not dead."""
        revived = 0
        for job_id in queryset.values_list("pk", flat=True):
            try:
                jobs.requeue(job_id, by=request.user)  # type: ignore[arg-type]
                revived += 1
            except jobs.JobNotDead as refusal:
                self.message_user(request, f"{job_id}: {refusal.message}", messages.WARNING)
        self.message_user(request, f"Jobs that will run again: {revived}.", messages.SUCCESS)


@admin.register(AuditLog)
class AuditLogAdmin(ReadOnlyAdmin):
    """Who did what."""

    list_display = ("created_at", "action", "resource_type", "resource_id", "actor")
    list_filter = ("action", "resource_type", "actor_role")
    search_fields = ("resource_id", "actor_id")
    list_per_page = 50
    date_hierarchy = "created_at"
    show_full_result_count = False
    readonly_fields = ("written_at", "in_the_chain")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Put when it was and where it stands in the chain first."""
        first = ["written_at", "in_the_chain"]
        return first + [name for name in super().get_fields(request, obj) if name not in first]

    @admin.display(description="created at")
    def written_at(self, entry: AuditLog) -> str:
        """Show the moment to the microsecond."""
        return entry.created_at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")

    @admin.display(description="in the chain")
    def in_the_chain(self, entry: AuditLog) -> str:
        """Show its place and digest, by which ``verify_audit`` names it."""
        link = AuditLink.objects.filter(audit=entry.pk).first()
        return f"{link.sequence}:{link.digest}" if link and link.sequence else "not linked yet"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditLog]:
        """Add who acted, as far as the account is still there."""
        person = get_user_model()._default_manager.filter(pk=OuterRef("actor_id")).values("email")
        rows: QuerySet[AuditLog] = super().get_queryset(request).annotate(actor_email=Subquery(person))
        return rows

    @admin.display(description="actor", ordering="actor_id")
    def actor(self, entry: AuditLog) -> str:
        """Show the account, its role at that time, or that the system itself acted."""
        if entry.actor_id is None:
            return "system"
        return f"{getattr(entry, 'actor_email', None) or entry.actor_id} ({entry.actor_role})"


@admin.register(MetricSnapshot)
class MetricSnapshotAdmin(ReadOnlyAdmin):
    """Measured values."""

    list_display = ("captured_at", "metric_type", "value", "assessment")
    list_filter = ("metric_type",)
    list_select_related = ("assessment",)
    show_full_result_count = False
