"""``manage.py create_endpoint`` and ``manage.py replay_webhook``."""

import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts import service_keys
from ops import jobs
from partners import queries
from partners.enums import EventType
from partners.models import WebhookEndpoint
from tests.factories.catalog import NOW
from tests.factories.service_keys import service_key
from tests.microcred.listeners import OK, replying
from tests.partners.deliveries import delivery_to, try_once

pytestmark = pytest.mark.django_db

URL = "https://partner.example/hook"


def create(*arguments: str) -> dict[str, str]:
    """Run create_endpoint; return what it printed, by label."""
    out = StringIO()
    call_command("create_endpoint", *arguments, stdout=out)
    return dict(line.split(": ", 1) for line in out.getvalue().splitlines())


def test_an_endpoint_is_made_and_its_secret_printed() -> None:
    printed = create(
        "--name", "Partner", "--url", URL, "--events", "assessment.completed, recommendation.ready"
    )

    endpoint = WebhookEndpoint.objects.get()
    assert printed == {
        "Endpoint": str(endpoint.pk),
        "Events": "assessment.completed, recommendation.ready",
        "Secret": queries.live_secrets(endpoint.pk, now=NOW)[0],
    }


def test_an_endpoint_can_belong_to_a_program() -> None:
    key = service_key()[0]

    create("--name", "Partner", "--url", URL, "--service-key", str(key.pk))

    assert WebhookEndpoint.objects.get().service_key == key
    service_keys.revoke(by=None, key_id=key.pk, now=NOW)
    for bad in (key.pk, uuid.UUID(int=7)):
        with pytest.raises(CommandError, match="no such service key, or it is revoked"):
            create("--name", "Another", "--url", URL, "--service-key", str(bad))


def test_all_events_are_the_default() -> None:
    create("--name", "Partner", "--url", URL)

    assert WebhookEndpoint.objects.get().event_types == sorted(EventType.wanted())


def test_replace_switches_the_former_one_off() -> None:
    for _ in range(3):
        create("--name", "Partner", "--url", URL, "--replace")
    create("--name", "Another", "--url", URL, "--replace")

    active = WebhookEndpoint.objects.filter(active=True).order_by("name")
    assert list(active.values_list("name", flat=True)) == ["Another", "Partner"]


@pytest.mark.parametrize(
    "wrong", [["--url", "https://10.0.0.1/"], ["--events", "assessment.guessed"], ["--name", " "]]
)
def test_a_wrong_endpoint_is_an_error(settings: Settings, wrong: list[str]) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False
    create("--name", "Partner", "--url", URL)

    with pytest.raises(CommandError):
        create("--name", "Partner", "--url", URL, "--replace", *wrong)

    assert WebhookEndpoint.objects.get().active


def test_a_delivery_is_sent_again() -> None:
    delivery, listener, _ = try_once(replying(OK))

    out = StringIO()
    call_command("replay_webhook", str(delivery.pk), stdout=out)

    assert out.getvalue() == f"{delivery.pk} is on its way again.\n"
    jobs.drain(limit=1)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, listener.connections) == ("pending", 2, 1)


def test_one_that_cannot_be_is_an_error() -> None:
    delivery, _ = delivery_to(9)

    with pytest.raises(CommandError, match="on its way already"):
        call_command("replay_webhook", str(delivery.pk))
    with pytest.raises(CommandError, match="No such delivery"):
        call_command("replay_webhook", str(uuid.uuid4()))


def test_a_contact_that_is_no_address_is_refused() -> None:
    with pytest.raises(CommandError, match=r"The contact is no e-mail address\."):
        create("--name", "Partner", "--url", URL, "--contact", "nope")

    assert not WebhookEndpoint.objects.exists()
