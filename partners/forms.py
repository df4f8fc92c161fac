"""The form in which staff writes down an endpoint."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from microcred.addresses import UrlRefused
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
        fields = ("name", "url", "event_types", "scheme", "contact_email")

    def clean_url(self) -> Any:
        """Refuse what nothing would ever be sent to."""
        try:
            read_destination(self.cleaned_data["url"])
        except UrlRefused as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return self.cleaned_data["url"]
