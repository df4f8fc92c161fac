"""What partners' endpoints tell an administrator."""

import pytest
from django.utils import timezone

from partners import dashboard
from partners.enums import DeliveryStatus, DisabledReason
from partners.models import LtiPlatform, WebhookDelivery, WebhookEndpoint
from tests.factories.partners import LtiGradeFactory
from tests.partners.deliveries import delivery_to

pytestmark = pytest.mark.django_db


def said() -> list[str]:
    signs = list(dashboard.signs(now=timezone.now()))
    assert all(sign.is_fault for sign in signs)
    return [sign.text for sign in signs]


def test_endpoints_and_deliveries_that_work_say_nothing() -> None:
    delivery_to(1)

    assert said() == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (DisabledReason.GONE, ["1 endpoint is switched off, for nothing answered there."]),
        (DisabledReason.FAILING, ["1 endpoint is switched off, for nothing answered there."]),
        (DisabledReason.STAFF, []),
    ],
)
def test_endpoints_that_nobody_switched_off_are_told_of(reason: DisabledReason, told: list[str]) -> None:
    delivery_to(1)
    WebhookEndpoint.objects.update(active=False, disabled_reason=reason)

    assert said() == told


def test_endpoints_that_are_only_probed_and_deliveries_that_were_given_up_are_told_of() -> None:
    delivery_to(1)
    now = timezone.now()
    WebhookEndpoint.objects.update(failures=5, failing_since=now, next_probe_at=now)
    WebhookDelivery.objects.update(status=DeliveryStatus.DEAD, next_attempt_at=None, created_at=now)

    assert said() == [
        "1 endpoint does not answer and is only probed.",
        "1 delivery of the last seven days was given up.",
    ]


def test_gradebooks_that_take_nothing_are_told_of_while_their_platform_is_on() -> None:
    LtiGradeFactory()
    LtiGradeFactory(sent_score="56.45", sent_at=timezone.now(), last_error="score_409")
    assert said() == []
    failing = LtiGradeFactory(sent_score="56.45", last_error="stopped")
    LtiGradeFactory(last_error="score_404")
    assert said() == ["2 places in gradebooks were not told of a result."]

    LtiPlatform.objects.filter(pk=failing.platform_id).update(active=False)

    assert said() == ["1 place in a gradebook was not told of a result."]
