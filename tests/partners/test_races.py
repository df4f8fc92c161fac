"""Sending again what is being erased at the same moment."""

import pytest

from accounts.models import User
from ops import erasure
from partners import erasing, services
from partners.enums import EventType
from partners.models import WebhookDelivery
from partners.queries import DeliveryMissing
from tests.factories.accounts import UserFactory
from tests.factories.assessments import started_assessment
from tests.factories.catalog import NOW
from tests.waiting import beside

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_erased_meanwhile_is_not_sent_again() -> None:
    person: User = UserFactory()
    assessment = started_assessment(user=person)
    services.register_endpoint(
        by=None, name="Partner", url="https://partner.example.org/hook", event_types=["assessment.failed"]
    )
    services.announce(
        EventType.ASSESSMENT_FAILED, assessment_id=assessment.pk, subject_id=assessment.pk, now=NOW
    )
    delivery = WebhookDelivery.objects.get()
    services.abandon(delivery_id=delivery.pk, number=1, reason="gave_up")

    def erase() -> None:
        erasure.begin(by=None, subject_type="user", subject_id=person.pk, reason="the person asked for it")
        erasing.erase(person.pk)

    sent = beside(erase, lambda: services.replay(by=None, delivery_id=delivery.pk, now=NOW))

    with pytest.raises(DeliveryMissing):
        sent.result()
