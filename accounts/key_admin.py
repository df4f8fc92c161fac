"""Service keys in the admin: made, changed over and revoked; the text of a key is shown once."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import service_keys
from accounts.enums import OPENED_BY_SCOPES, Scope
from accounts.models import ServiceKey, ServiceKeySecret, User
from accounts.reauthentication_pages import RequiresReauthentication
from microcred.errors import DomainError
from ops.admin_confirmation import confirmed_first
from ops.admin_forms import FormAdmin


class ServiceKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no ModelForm[...] at run time
    """Name, scopes and allowance of a new key."""

    scopes = forms.MultipleChoiceField(
        choices=[(value, value) for value in Scope.values],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=OPENED_BY_SCOPES,
    )

    class Meta:
        model = ServiceKey
        fields = ("name", "scopes", "requests_per_minute")


class SecretInline(TabularInline):  # type: ignore[misc]
    """The secrets of a key, the newest first: when they end and when they were used, never what they are."""

    model = ServiceKeySecret
    fields = ("id", "created_at", "replaced_at", "expires_at", "last_used_at")
    readonly_fields = fields
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: rotating adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: revoking ends it."""
        return False


@admin.register(ServiceKey)
class ServiceKeyAdmin(RequiresReauthentication, FormAdmin):
    """Keys with which programs of partners call the API."""

    guards_rows = False
    form = ServiceKeyForm
    list_display = ("name", "scopes", "requests_per_minute", "good_until", "last_used", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name",)
    inlines = (SecretInline,)
    actions = ("change_secret", "change_leaked_secret", "shut_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceKey]:
        """Add when the last of its secrets ends, and when one was used last."""
        rows: QuerySet[ServiceKey] = super().get_queryset(request)
        return rows.annotate(ends=Max("secrets__expires_at"), used=Max("secrets__last_used_at"))

    @admin.display(description="good until", ordering="ends")
    def good_until(self, key: ServiceKey) -> dt.datetime | None:
        """Show when programs are refused with it, unless it is given another secret before."""
        return None if key.revoked_at else getattr(key, "ends", None)

    @admin.display(description="last used", ordering="used", empty_value="never")
    def last_used(self, key: ServiceKey) -> dt.datetime | None:
        """Show when a program called with it, to the minute."""
        return getattr(key, "used", None)

    def get_inlines(self, request: HttpRequest, obj: Any) -> tuple[type[SecretInline], ...]:
        """Show the secrets of a key that is there."""
        return self.inlines if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to edit a key that is there: what it may do was agreed with whoever holds it."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a key is revoked, and what it did stays to be read."""
        return False

    def save_model(self, request: HttpRequest, obj: ServiceKey, form: Any, change: bool) -> None:
        """Have the key made, and show it."""
        key, text = service_keys.create(
            by=cast(User, request.user),
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            requests_per_minute=form.cleaned_data["requests_per_minute"],
            now=timezone.now(),
        )
        obj.pk = key.pk
        self._show(request, key, text)

    @admin.action(description="New secret (the present one works for 7 days more)", permissions=["change"])
    def change_secret(self, request: HttpRequest, queryset: QuerySet[ServiceKey]) -> None:
        """Give each chosen key another secret."""
        self._rotate(request, queryset)

    @admin.action(description="New secret, and end the present one now (leaked)", permissions=["change"])
    @confirmed_first(
        "The programs are refused from this moment on, until they have the new secret, which is shown next."
    )
    def change_leaked_secret(self, request: HttpRequest, queryset: QuerySet[ServiceKey]) -> None:
        """Give each chosen key another secret and end all others."""
        self._rotate(request, queryset, overlap=dt.timedelta(0))

    @admin.action(description="Revoke, for good", permissions=["change"])
    @confirmed_first(
        "The programs are refused from this moment on. A key cannot be made good again; another one can be made."
    )
    def shut_out(self, request: HttpRequest, queryset: QuerySet[ServiceKey]) -> None:
        """Revoke the chosen keys."""
        for key in queryset:
            service_keys.revoke(by=cast(User, request.user), key_id=key.pk, now=timezone.now())
            self.message_user(request, f"{key.name} is revoked.", messages.SUCCESS)

    def _rotate(self, request: HttpRequest, queryset: QuerySet[ServiceKey], **how: Any) -> None:
        for key in queryset:
            try:
                text = service_keys.rotate(
                    by=cast(User, request.user), key_id=key.pk, now=timezone.now(), **how
                )
            except DomainError as refusal:
                self.message_user(request, f"{key.name}: {refusal.message}", messages.WARNING)
            else:
                self._show(request, key, text)

    def _show(self, request: HttpRequest, key: ServiceKey, text: str) -> None:
        shown = f"Key of {key.name}: {text} — hand it to the partner now, it is not shown again."
        self.message_user(request, shown, messages.WARNING)
