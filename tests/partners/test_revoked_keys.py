"""Whose key is revoked is shut out of what endpoints are told too, be it on its way."""

import pytest
from django.utils import timezone

from accounts import service_keys
from ops import jobs
from partners import services
from partners.enums import EventType
from partners.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from tests.factories.assessments import started_assessment
from tests.factories.service_keys import service_key
from tests.microcred.listeners import OK, listening, replying
from tests.partners.conftest import registered

pytestmark = pytest.mark.django_db


def of_key(url: str) -> WebhookEndpoint:
    endpoint, _ = registered(url)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(service_key=service_key()[0])
    endpoint.refresh_from_db()
    return endpoint


def announce() -> None:
    assessment = started_assessment()
    services.announce(
        EventType.ASSESSMENT_FAILED, assessment_id=assessment.pk, subject_id=assessment.pk, now=timezone.now()
    )


def revoke(endpoint: WebhookEndpoint) -> None:
    assert endpoint.service_key_id is not None
    service_keys.revoke(by=None, key_id=endpoint.service_key_id, now=timezone.now())


def test_nothing_that_happens_afterwards_is_told() -> None:
    endpoint = of_key("http://127.0.0.1:9/hook")
    announce()
    revoke(endpoint)

    announce()

    assert WebhookDelivery.objects.count() == 1
    assert WebhookEvent.objects.latest("pk").status == "unheard"


def test_what_is_on_its_way_is_not_sent() -> None:
    with listening(replying(OK)) as listener:
        endpoint = of_key(f"http://127.0.0.1:{listener.port}/hook")
        announce()
        revoke(endpoint)
        jobs.drain()

    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("dead", 0, "endpoint_off")
    assert listener.connections == 0


def test_what_waits_for_a_probe_dies_and_nothing_is_probed() -> None:
    with listening(replying(OK)) as listener:
        endpoint = of_key(f"http://127.0.0.1:{listener.port}/hook")
        announce()
        now = timezone.now()
        WebhookEndpoint.objects.update(failures=5, failing_since=now, probes=1, next_probe_at=now)
        WebhookDelivery.objects.update(parked=True, next_attempt_at=now)
        jobs.enqueue("partners.probe", payload={"endpoint_id": str(endpoint.pk), "number": 1})
        revoke(endpoint)
        jobs.drain(skip_waits=True)

    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.disabled_reason, endpoint.next_probe_at) == (False, "staff", None)
    assert WebhookDelivery.objects.get().status == "dead"
    assert listener.connections == 0
