"""Endpoints and their secrets."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from microcred.outbound_addresses import UrlRefused
from ops.models import AuditLog
from partners import queries, services, signing
from partners.models import WebhookEndpoint, WebhookSecret
from partners.services import EndpointInvalid
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import NOW
from tests.partners.conftest import registered

URL = "https://partner.example/hook"

pytestmark = pytest.mark.django_db


def test_registering_returns_the_secret_and_keeps_it_sealed() -> None:
    admin = AdminFactory()

    endpoint, secret = services.register_endpoint(
        by=admin, name=" Partner ", url=URL, event_types=["recommendation.ready", "assessment.completed"]
    )

    assert len(signing.decode_secret(secret)) == 32
    assert queries.live_secrets(endpoint.pk, now=NOW) == (secret,)
    assert secret.removeprefix("whsec_")[:8] not in WebhookSecret.objects.get().sealed
    assert (endpoint.name, endpoint.active) == ("Partner", True)
    assert endpoint.event_types == ["assessment.completed", "recommendation.ready"]


def test_every_endpoint_has_its_own_secret() -> None:
    assert registered(URL)[1] != registered(URL)[1]


def test_what_is_done_to_an_endpoint_is_on_record_without_secrets() -> None:
    admin = AdminFactory()
    endpoint, secret = services.register_endpoint(
        by=admin, name="Partner", url=URL, event_types=["assessment.failed"]
    )
    second = services.rotate(by=admin, endpoint_id=endpoint.pk, now=NOW)
    services.deactivate(by=admin, endpoint_id=endpoint.pk, now=NOW)
    services.deactivate(by=admin, endpoint_id=endpoint.pk, now=NOW)
    services.reactivate(by=admin, endpoint_id=endpoint.pk)

    rows = AuditLog.objects.filter(resource_id=endpoint.pk).order_by("pk")
    assert [row.action for row in rows] == [
        "webhook_endpoint.registered",
        "webhook_endpoint.rotated",
        "webhook_endpoint.deactivated",
        "webhook_endpoint.reactivated",
    ]
    assert {row.actor_id for row in rows} == {admin.pk}
    told = str([row.metadata for row in rows])
    assert secret not in told
    assert second not in told


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"name": "  "}, EndpointInvalid),
        ({"name": "x" * 121}, EndpointInvalid),
        ({"name": "Harbour\nBcc: everybody@example.org"}, EndpointInvalid),
        ({"event_types": []}, EndpointInvalid),
        ({"event_types": ["assessment.completed", "assessment.guessed"]}, EndpointInvalid),
        ({"contact_email": "nope"}, EndpointInvalid),
        ({"contact_email": f"ops@{'x.' * 130}example"}, EndpointInvalid),
        ({"url": "http://partner.example/hook"}, UrlRefused),
        ({"url": "https://127.0.0.1/"}, UrlRefused),
        ({"url": "https://2852039166/"}, UrlRefused),
        ({"url": "https://user@partner.example/"}, UrlRefused),
    ],
)
def test_what_cannot_be_an_endpoint_is_neither_made_nor_changed_into(
    settings: Settings, wrong: dict[str, Any], error: type[Exception]
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False
    good: dict[str, Any] = {"name": "Partner", "url": URL, "event_types": ["assessment.completed"]}
    endpoint, _ = services.register_endpoint(by=None, **good)

    with pytest.raises(error):
        services.register_endpoint(by=None, **{**good, **wrong})
    with pytest.raises(error):
        services.change_endpoint(by=None, endpoint_id=endpoint.pk, **{**good, **wrong})

    assert WebhookEndpoint.objects.values("name", "url", "event_types").get() == good


def test_an_endpoint_can_be_changed() -> None:
    endpoint, secret = registered(URL)

    services.change_endpoint(
        by=None, endpoint_id=endpoint.pk, name="New", url=URL + "2", event_types=["assessment.failed"]
    )

    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.url, endpoint.event_types) == ("New", URL + "2", ["assessment.failed"])
    assert queries.live_secrets(endpoint.pk, now=NOW) == (secret,)


def test_an_endpoint_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(queries.EndpointMissing):
        services.deactivate(by=None, endpoint_id=uuid.uuid4(), now=NOW)


def test_for_a_day_after_rotation_two_secrets_are_live_and_never_three() -> None:
    endpoint, first = registered(URL)

    second = services.rotate(by=None, endpoint_id=endpoint.pk, now=NOW)
    assert queries.live_secrets(endpoint.pk, now=NOW) == (second, first)
    assert queries.live_secrets(endpoint.pk, now=NOW + dt.timedelta(hours=23, minutes=59)) == (second, first)
    assert queries.live_secrets(endpoint.pk, now=NOW + dt.timedelta(hours=24)) == (second,)

    third = services.rotate(by=None, endpoint_id=endpoint.pk, now=NOW + dt.timedelta(hours=1))
    assert queries.live_secrets(endpoint.pk, now=NOW + dt.timedelta(hours=1)) == (third, second)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"event_types": []}, "webhook_endpoints_types_known"),
        ({"event_types": ["assessment.guessed"]}, "webhook_endpoints_types_known"),
        ({"name": ""}, "webhook_endpoints_named"),
        ({"active": False}, "webhook_endpoints_off_has_reason"),
        ({"disabled_reason": "staff"}, "webhook_endpoints_off_has_reason"),
        ({"active": False, "disabled_reason": "whim"}, "webhook_endpoints_off_has_reason"),
    ],
)
def test_the_database_refuses_impossible_endpoints(change: dict[str, Any], constraint: str) -> None:
    endpoint, _ = registered(URL)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**change)


def test_the_database_keeps_one_current_secret() -> None:
    endpoint, _ = registered(URL)

    with pytest.raises(IntegrityError, match="webhook_secrets_one_current"), transaction.atomic():
        WebhookSecret.objects.create(endpoint=endpoint, sealed="x")
