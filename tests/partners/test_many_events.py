"""Many events while receivers fail: each reaches every endpoint that lives, or stands in the list of dead letters.

Five failures in a row come by chance here; endpoints are therefore never only probed, which has tests of its own.
"""

import os
import random
import re
import socket
import threading
import uuid
from collections import Counter
from dataclasses import dataclass, field

import pytest
from django.db.models import F, Sum

from ops import jobs
from partners import retrying, services
from partners.enums import DeliveryStatus, EventType
from partners.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from tests.factories.assessments import started_assessment
from tests.factories.catalog import NOW
from tests.microcred.listeners import OK, listening, refuse
from tests.partners.conftest import registered

pytestmark = pytest.mark.django_db

SEED = 20261120
ID = re.compile(rb"webhook-id: (\S+)", re.IGNORECASE)
FAILING = b"HTTP/1.1 500 Failing\r\nContent-Length: 0\r\n\r\n"
BUSY = b"HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Receiver:
    """Fails a share of the requests: half with 500, a quarter busy, a quarter by closing the connection."""

    share: float
    taken: int = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, connection: socket.socket) -> None:
        with self._turn:
            drawn = self._chance.random() / self.share if self.share else 1.0
            self.taken += drawn >= 1
        if drawn >= 1:
            connection.sendall(OK)
        elif drawn < 0.75:
            connection.sendall(FAILING if drawn < 0.5 else BUSY)
        else:
            refuse(connection)


def announce(number: int) -> None:
    assessment = started_assessment()
    for _ in range(number):
        services.announce(
            EventType.ASSESSMENT_FAILED, assessment_id=assessment.pk, subject_id=uuid.uuid4(), now=NOW
        )


def waits_that_are_not_those_of_the_schedule() -> list[tuple[int, float]]:
    """Of deliveries that wait for another try: how often they failed, and their wait beside the schedule's."""
    latest = WebhookAttempt.objects.filter(number=F("delivery__attempts")).select_related("delivery")
    found = []
    for tried in latest.filter(delivery__status=DeliveryStatus.PENDING, delivery__failures__gt=0):
        delivery = tried.delivery
        assert delivery.next_attempt_at is not None
        wait = (delivery.next_attempt_at - tried.at).total_seconds() - tried.duration_ms / 1000
        share = wait / retrying.WAITS[delivery.failures]
        # The clock of the try and that of the database are read a moment apart.
        if not 0.89 <= share <= 1.11:
            found.append((delivery.failures, share))
    return found


def deliver_everything() -> None:
    """Go through all tries, as if the waits between them had passed."""
    jobs.drain(limit=1_000_000)
    assert waits_that_are_not_those_of_the_schedule() == []
    while jobs.drain(limit=1_000_000, skip_waits=True):
        pass


def states(endpoint: WebhookEndpoint) -> Counter[str]:
    return Counter(endpoint.deliveries.values_list("status", flat=True))


@pytest.mark.parametrize(
    "number", [60, pytest.param(int(os.environ.get("WEBHOOK_EVENTS", "5000")), marks=pytest.mark.long)]
)
@pytest.mark.usefixtures("takes_others")
def test_every_event_reaches_each_living_endpoint_or_is_a_dead_letter(number: int) -> None:
    failing, steady = Receiver(share=0.3), Receiver(share=0.0)
    with listening(failing) as often, listening(steady) as always:
        shaky, _ = registered(f"http://127.0.0.1:{often.port}/hook", name="Shaky")
        sound, _ = registered(f"http://127.0.0.1:{always.port}/hook", name="Sound")
        gone, _ = registered("http://127.0.0.1:9/hook", name="Gone")
        announce(number)
        services.deactivate(by=None, endpoint_id=gone.pk, now=NOW)

        deliver_everything()

        heard = [Counter(ID.findall(bytes(one.received))) for one in (often, always)]
        requests = [one.connections for one in (often, always)]

    assert states(sound) == {DeliveryStatus.DELIVERED: number}
    assert states(gone) == {DeliveryStatus.DEAD: number}
    arrived, dead = states(shaky)[DeliveryStatus.DELIVERED], states(shaky)[DeliveryStatus.DEAD]
    assert arrived + dead == number
    # Eight failures in a row are .3 ** 8: of 15,000 events, one.
    assert dead <= number / 1000
    # Both heard every event under one id, the steady one once; nothing was sent that is not written down.
    assert [len(ids) for ids in heard] == [number, number]
    assert set(heard[1].values()) == {1}
    assert (failing.taken, steady.taken) == (arrived, number)
    tried = WebhookDelivery.objects.exclude(endpoint=gone).aggregate(all=Sum("attempts"))["all"]
    assert tried == WebhookAttempt.objects.exclude(delivery__endpoint=gone).count() == sum(requests)
