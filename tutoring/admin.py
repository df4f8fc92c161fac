"""Tutoring systems in the admin: added, changed over and switched off; a secret is shown once."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from ops.admin_forms import FormAdmin
from tutoring import services
from tutoring.models import TutoringSource


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no ModelForm[...] at run time
    """The name of a tutoring system."""

    class Meta:
        model = TutoringSource
        fields = ("name",)


@admin.register(TutoringSource)
class TutoringSourceAdmin(FormAdmin):
    """Tutoring systems that tell of sessions."""

    form = SourceForm
    list_display = ("name", "active", "created_at")
    list_filter = ("active",)
    search_fields = ("name",)
    readonly_fields = ("id", "active", "created_at")
    actions = ("rotate_secrets", "switch_off", "switch_on")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: one that is heard no more is switched off."""
        return False

    def save_model(self, request: HttpRequest, obj: TutoringSource, form: SourceForm, change: bool) -> None:
        """Have the service add or rename it."""
        if change:
            services.rename_source(by=_actor(request), source_id=obj.pk, name=form.cleaned_data["name"])
            return
        source, secret = services.add_source(by=_actor(request), name=form.cleaned_data["name"])
        obj.pk = source.pk
        self._show_secret(request, source, secret)

    @admin.action(description="New secret (the present one works for 24 hours more)", permissions=["change"])
    def rotate_secrets(self, request: HttpRequest, queryset: QuerySet[TutoringSource]) -> None:
        """Give each chosen system a new secret."""
        for source in queryset:
            secret = services.rotate(by=_actor(request), source_id=source.pk, now=timezone.now())
            self._show_secret(request, source, secret)

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[TutoringSource]) -> None:
        """Hear the chosen systems no more."""
        self._set(request, queryset, active=False)

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[TutoringSource]) -> None:
        """Hear the chosen systems again."""
        self._set(request, queryset, active=True)

    def _set(self, request: HttpRequest, queryset: QuerySet[TutoringSource], *, active: bool) -> None:
        for source in queryset:
            services.set_active(by=_actor(request), source_id=source.pk, active=active)
            told = "heard from now on" if active else "heard no more"
            self.message_user(request, f"{source.name} is {told}.", messages.SUCCESS)

    def _show_secret(self, request: HttpRequest, source: TutoringSource, secret: str) -> None:
        text = f"{source.name} is source {source.pk}, its secret {secret} — hand both over now, it is not shown again."
        self.message_user(request, text, messages.WARNING)


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)
