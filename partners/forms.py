"""The form in which staff writes down an endpoint."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.models import ServiceKey
from microcred.outbound_addresses import UrlRefused
from partners.destinations import read_destination
from partners.enums import EventType
from partners.models import WebhookEndpoint


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no ModelForm[...] at run time
    """Name, address and wishes of an endpoint."""

    event_types = forms.MultipleChoiceField(
        choices=[(value, value) for value in EventType.wanted()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label="Events",
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "event_types", "scheme", "contact_email", "service_key")
        labels = {"url": "URL"}
        help_texts = {
            "url": "Where events are sent: https, and a public address.",
            "service_key": "The partner's program. With its scopes it manages this endpoint, and reads the results "
            "of the assessments that the endpoint is told of. Empty: the endpoint is managed here alone.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        key = self.fields.get("service_key")
        if isinstance(key, forms.ModelChoiceField):
            key.queryset = ServiceKey.objects.filter(revoked_at__isnull=True)

    def clean_url(self) -> Any:
        """Refuse what nothing would ever be sent to."""
        try:
            read_destination(self.cleaned_data["url"])
        except UrlRefused as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return self.cleaned_data["url"]
