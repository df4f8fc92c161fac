"""Consents, copies and erasures in the admin: to read; an erasure can be called off here too."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.personal_data import erasing
from accounts.personal_data.models import Consent, DataExport, ErasureRequest
from microcred.errors import DomainError
from ops.admin import ReadOnlyAdmin


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    """Who agreed to what, or refused it."""

    list_display = ("user", "purpose", "version", "given", "decided_at")
    list_filter = ("purpose", "given", "version")
    list_select_related = ("user",)
    search_fields = ("user__email",)


@admin.register(DataExport)
class DataExportAdmin(ReadOnlyAdmin):
    """Copies that people asked for; the files themselves are theirs alone."""

    list_display = ("user", "requested_at", "done", "total", "ready_at", "failed_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)


@admin.register(ErasureRequest)
class ErasureRequestAdmin(ReadOnlyAdmin):
    """Erasures: waiting, under way, done or called off."""

    list_display = ("user", "requested_at", "due_at", "cancelled_at", "started_at", "completed_at")
    list_filter = (
        ("completed_at", admin.EmptyFieldListFilter),
        ("cancelled_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("user",)
    search_fields = ("user__email", "user__id")
    actions = ("call_off",)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Allow calling off to those who could change requests if anyone could."""
        return request.user.has_perm("accounts.change_erasurerequest")

    @admin.action(description="Call off", permissions=["cancel"])
    def call_off(self, request: HttpRequest, queryset: QuerySet[ErasureRequest]) -> None:
        """Call the chosen erasures off; name those that cannot be."""
        for row in queryset.select_related("user"):
            try:
                erasing.cancel(by=cast(User, request.user), person=row.user, now=timezone.now())
            except DomainError as refusal:
                self.message_user(request, f"{row.user}: {refusal.message}", messages.WARNING)


def request_erasure(page: Any, request: HttpRequest, queryset: QuerySet[User]) -> None:
    """Have the chosen people erased after the cool-off."""
    asked = 0
    for person in queryset:
        try:
            erasing.request_erasure(by=cast(User, request.user), person=person, now=timezone.now())
            asked += 1
        except DomainError as refusal:
            page.message_user(request, f"{person}: {refusal.message}", messages.WARNING)
    page.message_user(request, f"{asked} people will be erased after the cool-off.", messages.SUCCESS)
