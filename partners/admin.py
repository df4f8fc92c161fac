"""What staff sees of partners, and does about them."""

import uuid
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.decorators import action

from accounts.models import User
from microcred.errors import DomainError
from ops.admin import ReadOnly, ReadOnlyAdmin
from ops.admin_forms import FormAdmin
from partners import payloads, services
from partners.enums import SignatureScheme
from partners.forms import EndpointForm
from partners.lti.admin import LtiGradeAdmin as LtiGradeAdmin
from partners.lti.admin import LtiLinkAdmin as LtiLinkAdmin
from partners.lti.admin import LtiPlatformAdmin as LtiPlatformAdmin
from partners.models import ResultReading, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent


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
class WebhookEndpointAdmin(FormAdmin):
    """Endpoints; their secrets are shown once, in the message that follows the deed."""

    form = EndpointForm
    list_display = (
        "name",
        "url",
        "standing",
        "disabled_reason",
        "failing_since",
        "service_key",
        "created_at",
    )
    list_filter = ("active", "scheme")
    list_select_related = ("service_key",)
    search_fields = ("name", "url")
    readonly_fields = (
        "standing", "disabled_reason", "failing_since", "next_probe_at", "created_at"
    )  # fmt: skip
    actions = ("send_tests", "rotate_secrets", "switch_off", "switch_on")
    actions_submit_line = ("send_test_now",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: an endpoint is switched off, what it was told is kept."""
        return False

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: EndpointForm, change: bool
    ) -> None:
        """Have the service register or change the endpoint."""
        named = ("name", "url", "event_types", "contact_email")
        wanted: dict[str, Any] = {field: form.cleaned_data[field] for field in named}
        if change:
            services.change_endpoint(by=_actor(request), endpoint_id=obj.pk, **wanted)
            return
        endpoint, shown = services.register_endpoint(
            by=_actor(request),
            scheme=form.cleaned_data["scheme"],
            service_key_id=key.pk if (key := form.cleaned_data["service_key"]) else None,
            **wanted,
        )
        obj.pk = endpoint.pk
        self._show_secret(request, endpoint, shown)

    @admin.action(description="New secret (the present one works for 24 hours more)", permissions=["change"])
    def rotate_secrets(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """Give each chosen endpoint a new secret."""
        for endpoint in queryset:
            shown = services.rotate(by=_actor(request), endpoint_id=endpoint.pk, now=timezone.now())
            self._show_secret(request, endpoint, shown)

    @admin.action(description="Send a test event", permissions=["change"])
    def send_tests(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """Send each chosen endpoint an event that means nothing."""
        for endpoint in queryset:
            self._send_test(request, endpoint.pk)

    @action(description="Save and send a test event", permissions=["change"])  # type: ignore[untyped-decorator]
    def send_test_now(self, request: HttpRequest, endpoint: WebhookEndpoint) -> None:
        """Send this endpoint an event that means nothing."""
        self._send_test(request, endpoint.pk)

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """Tell the chosen endpoints nothing more."""
        for endpoint in queryset:
            services.deactivate(by=_actor(request), endpoint_id=endpoint.pk, now=timezone.now())
            self.message_user(request, f"{endpoint.name} is told nothing more.", messages.SUCCESS)

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """Tell the chosen endpoints of events again."""
        for endpoint in queryset:
            services.reactivate(by=_actor(request), endpoint_id=endpoint.pk)
            self.message_user(
                request, f"{endpoint.name} is told of what happens from now on.", messages.SUCCESS
            )

    def get_readonly_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        """Let the way of signing, and whose it is, be chosen once."""
        return self.readonly_fields if obj is None else (*self.readonly_fields, "scheme", "service_key")

    def _send_test(self, request: HttpRequest, endpoint_id: uuid.UUID) -> None:
        try:
            delivery = services.send_test(by=_actor(request), endpoint_id=endpoint_id, now=timezone.now())
        except DomainError as refusal:
            self.message_user(request, refusal.message, messages.WARNING)
            return
        page = reverse("admin:partners_webhookdelivery_change", args=[delivery.pk])
        text = format_html('A test event is on its way: <a href="{}">see what comes of it</a>.', page)
        self.message_user(request, text, messages.SUCCESS)

    def _show_secret(self, request: HttpRequest, endpoint: WebhookEndpoint, shown: str) -> None:
        if endpoint.scheme == SignatureScheme.ED25519:
            text = f"Public key of {endpoint.name}: {shown} — the partner checks signatures with it."
        else:
            text = f"Secret of {endpoint.name}: {shown} — hand it to the partner now, it is not shown again."
        self.message_user(request, text, messages.WARNING)


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    """What partners were told."""

    list_display = ("event_type", "status", "attempts", "response_code", "last_attempt", "created_at")
    list_filter = ("status", "event_type")
    search_fields = ("id", "assessment__id")
    inlines = (DeliveryInline,)
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find also by the ``webhook-id`` that partners ask about."""
        return super().get_search_results(request, queryset, _event_id(search_term))  # type: ignore[no-any-return]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """Deliveries with every try; the dead letters are those of status dead."""

    list_display = (
        "event", "endpoint", "status", "attempts", "response_code", "last_error", "next_attempt_at", "created_at"
    )  # fmt: skip
    list_filter = ("status", "endpoint", "event__event_type")
    date_hierarchy = "created_at"
    list_select_related = ("event", "endpoint")
    search_fields = ("id", "event__id", "event__assessment__id")
    readonly_fields = ("request_sent",)
    inlines = (AttemptInline,)
    actions = ("send_again",)
    show_full_result_count = False

    class Media:
        css = {"all": ["curation.css"]}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find also by the ``webhook-id`` that partners ask about."""
        return super().get_search_results(request, queryset, _event_id(search_term))  # type: ignore[no-any-return]

    @admin.display(description="request")
    def request_sent(self, delivery: WebhookDelivery) -> str:
        """Show what is sent; time and signature are new with every try."""
        return format_html(
            '<pre class="json-shown">POST {}\nwebhook-id: {}\n\n{}</pre>',
            delivery.endpoint.url,
            payloads.message_id(delivery.event_id),
            payloads.body(delivery.event.payload).decode(),
        )

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
        self.message_user(request, f"Deliveries on their way again: {sent}.", messages.SUCCESS)


@admin.register(ResultReading)
class ResultReadingAdmin(ReadOnlyAdmin):
    """Which programs read which results."""

    list_display = ("at", "program", "student", "assessment")
    list_filter = ("program",)
    date_hierarchy = "at"
    list_select_related = ("assessment__user",)
    search_fields = ("assessment__id", "assessment__user__email", "assessment__user__name", "service_key__id")
    show_full_result_count = False

    @admin.display(ordering="assessment__user__name")
    def student(self, reading: ResultReading) -> User:
        """Show whose result it is."""
        return reading.assessment.user


def _event_id(term: str) -> str:
    """Return the event's id for the ``webhook-id`` that partners know it by; anything else as it is."""
    try:
        return str(uuid.UUID(term.strip().removeprefix(payloads.MESSAGE_PREFIX)))
    except ValueError:
        return term


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)
