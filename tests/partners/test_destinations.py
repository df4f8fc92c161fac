"""Where webhooks may go: a list of hosts that the operator may write down."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from microcred.outbound_addresses import UrlRefused
from ops import jobs
from partners import services
from partners.destinations import read_destination
from partners.forms import EndpointForm
from partners.models import WebhookAttempt, WebhookDelivery
from tests.microcred.listeners import OK, listening, replying
from tests.partners.conftest import registered

HOSTS = ["hooks.partner.example", ".college.example"]


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("https://hooks.partner.example/in", True),
        ("https://HOOKS.partner.example./in", True),
        ("https://hooks.partner.example:8443/in", True),
        ("https://college.example/in", True),
        ("https://a.b.college.example/in", True),
        ("https://partner.example/in", False),
        ("https://hooks.partner.example.evil.example/in", False),
        ("https://evilcollege.example/in", False),
        ("https://8.8.8.8/in", False),
    ],
)
def test_a_host_is_one_of_the_list_or_under_a_name_with_a_dot(
    settings: Settings, url: str, goes: bool
) -> None:
    settings.WEBHOOK_HOSTS = HOSTS
    if goes:
        assert read_destination(url).scheme == "https"
    else:
        with pytest.raises(UrlRefused, match="one of the hosts"):
            read_destination(url)


def test_without_a_list_every_host_is_good(settings: Settings) -> None:
    assert settings.WEBHOOK_HOSTS == []
    assert read_destination("https://partner.example/in").host == "partner.example"


@pytest.mark.django_db
def test_only_hosts_on_the_list_are_registered_and_sent_to(settings: Settings) -> None:
    with listening(replying(OK)) as listener:
        endpoint, _ = registered(f"http://127.0.0.1:{listener.port}/hook")
        settings.WEBHOOK_HOSTS = HOSTS
        services.send_test(by=None, endpoint_id=endpoint.pk, now=timezone.now())
        jobs.drain()

    assert listener.connections == 0
    assert WebhookAttempt.objects.get(number=1).error == "refused"
    assert WebhookDelivery.objects.get().status == "pending"
    with pytest.raises(UrlRefused, match="one of the hosts"):
        registered("https://partner.example/hook")
    form = EndpointForm(data={"name": "Harbour", "url": "https://partner.example/hook"})
    assert "one of the hosts" in str(form.errors["url"])
