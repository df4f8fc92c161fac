"""Webhooks of the last minutes, and those on their way."""

import pytest

from microcred.ids import uuid7_lower_bound
from partners import gauges
from partners.enums import DeliveryStatus
from partners.models import WebhookAttempt, WebhookDelivery
from tests.factories.catalog import NOW
from tests.partners.deliveries import delivery_to

pytestmark = pytest.mark.django_db


def test_tries_by_what_came_of_them() -> None:
    delivery, _ = delivery_to(9)
    for number, (code, error) in enumerate(
        [(200, ""), (204, ""), (302, ""), (500, ""), (None, "timeout")], 1
    ):
        tried(delivery, number, code, error)
    tried(delivery, 6, 200, "", id=uuid7_lower_bound(NOW))

    assert gauges.attempts() == {("taken",): 2, ("refused",): 2, ("unanswered",): 1}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, ("pending",)),
        ({"parked": True}, ("parked",)),
        ({"status": DeliveryStatus.DEAD, "next_attempt_at": None}, ("dead",)),
    ],
)
def test_deliveries_that_have_not_arrived(fields: dict[str, object], found: tuple[str]) -> None:
    delivery, _ = delivery_to(9)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(**fields)

    assert gauges.deliveries() == {("pending",): 0, ("parked",): 0, ("dead",): 0} | {found: 1}


def tried(delivery: WebhookDelivery, number: int, code: int | None, error: str, **fields: object) -> None:
    WebhookAttempt.objects.create(
        delivery=delivery, number=number, at=NOW, response_code=code, duration_ms=5, error=error, **fields
    )
