"""What staff sees of partners, and does about them."""

import uuid
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin, TabularInline

from accounts.models import User
from microcred.errors import DomainError
from ops.admin import ReadOnly, ReadOnlyAdmin
from partners import services
from partners.forms import EndpointForm
from partners.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent


class AttemptInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """The tries of a delivery, the latest first."""

    model = WebhookAttempt
    fields = ("number", "at", "response_code", "error", "duration_ms", "excerpt")


class DeliveryInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """Where an event goes."""

    model = WebhookDelivery
    fields = ("endpoint", "status", "attempts", "response_code", "last_error", "next_attempt_at")
    show_change_link = True


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ModelAdmin):  # type: ignore[misc]
    """Endpoints; their secrets are shown once, in the message that follows the deed."""

    form = EndpointForm
    list_display = ("name", "url", "active", "disabled_reason", "created_at")
    list_filter = ("active",)
    search_fields = ("name", "url")
    readonly_fields = ("active", "disabled_reason", "created_at")
    actions = ("rotate_secrets", "switch_off", "switch_on")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: an endpoint is switched off, what it was told is kept."""
        return False

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: EndpointForm, change: bool
    ) -> None:
        """Have the service register or change the endpoint."""
        wanted: dict[str, Any] = {field: form.cleaned_data[field] for field in ("name", "url", "event_types")}
        if change:
            services.change_endpoint(by=_actor(request), endpoint_id=obj.pk, **wanted)
            return
        endpoint, secret = services.register_endpoint(by=_actor(request), **wanted)
        obj.pk = endpoint.pk
        self._show_secret(request, endpoint.name, secret)

    @admin.action(description="New secret (the present one works for 24 hours more)", permissions=["change"])
    def rotate_secrets(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """Give each chosen endpoint a new secret."""
        for endpoint in queryset:
            secret = services.rotate(by=_actor(request), endpoint_id=endpoint.pk, now=timezone.now())
            self._show_secret(request, endpoint.name, secret)

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """Tell the chosen endpoints nothing more."""
        for endpoint in queryset:
            services.deactivate(by=_actor(request), endpoint_id=endpoint.pk)

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """Tell the chosen endpoints of events again."""
        for endpoint in queryset:
            services.reactivate(by=_actor(request), endpoint_id=endpoint.pk)

    def _show_secret(self, request: HttpRequest, name: str, secret: str) -> None:
        text = f"Secret of {name}: {secret} — hand it to the partner now, it is not shown again."
        self.message_user(request, text, messages.WARNING)


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    """What partners were told."""

    list_display = ("event_type", "status", "attempts", "response_code", "last_attempt", "created_at")
    list_filter = ("status", "event_type")
    search_fields = ("id", "assessment__id")
    inlines = (DeliveryInline,)
    show_full_result_count = False


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """Deliveries with every try; the dead letters are those of status dead."""

    list_display = (
        "event", "endpoint", "status", "attempts", "response_code", "last_error", "next_attempt_at", "created_at"
    )  # fmt: skip
    list_filter = ("status", "endpoint", "event__event_type")
    list_select_related = ("event", "endpoint")
    search_fields = ("id", "event__id", "event__assessment__id")
    inlines = (AttemptInline,)
    actions = ("send_again",)
    show_full_result_count = False

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Allow sending again to those who could change deliveries if anyone could."""
        return request.user.has_perm("partners.change_webhookdelivery")

    @admin.action(description="Send again", permissions=["replay"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """Replay the chosen deliveries; name those that cannot be."""
        sent = 0
        delivery_ids: list[uuid.UUID] = list(queryset.values_list("pk", flat=True))
        for delivery_id in delivery_ids:
            try:
                services.replay(by=_actor(request), delivery_id=delivery_id, now=timezone.now())
                sent += 1
            except DomainError as refusal:
                self.message_user(request, f"{delivery_id}: {refusal.message}", messages.WARNING)
        self.message_user(request, f"{sent} deliveries are on their way again.", messages.SUCCESS)


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)
