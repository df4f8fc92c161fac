"""Endpoints that do not answer: probed, healed, switched off, and their owners told."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db.models import Max, Min
from django.utils import timezone

from ops import jobs
from ops.models import AsyncJob, AuditLog
from partners import retrying, services
from partners.attempts import Outcome
from partners.enums import EventType
from partners.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from tests.factories.assessments import started_assessment
from tests.microcred.listeners import OK, listening, replying
from tests.partners.conftest import registered
from tests.partners.deliveries import status_reply

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def endpoint(db: None) -> WebhookEndpoint:
    return registered("http://127.0.0.1:9/hook")[0]


def announced(number: int) -> list[WebhookDelivery]:
    """Announce so many events; return their deliveries, the oldest first."""
    for _ in range(number):
        assessment = started_assessment()
        services.announce(
            EventType.ASSESSMENT_FAILED, assessment_id=assessment.pk, subject_id=assessment.pk, now=NOON
        )
    return list(WebhookDelivery.objects.order_by("pk"))


def failed(at: dt.datetime, status: int = 500) -> Outcome:
    return Outcome(at=at, duration_ms=0, response_code=status)


def fail(deliveries: list[WebhookDelivery], at: dt.datetime = NOON, **how: Any) -> None:
    """Record a failed try of each delivery."""
    for delivery in deliveries:
        delivery.refresh_from_db()
        services.record_attempt(
            delivery_id=delivery.pk, number=delivery.attempts + 1, outcome=failed(at), chance=0.5, **how
        )


def probe_jobs() -> list[AsyncJob]:
    return list(AsyncJob.objects.filter(kind="partners.probe").order_by("pk"))


class TestWaits:
    @pytest.mark.parametrize(
        ("probes", "minutes"), [(0, 1), (1, 2), (2, 4), (5, 32), (10, 1024), (11, 1440), (50, 1440)]
    )
    def test_they_double_from_a_minute_to_a_day(self, probes: int, minutes: int) -> None:
        assert retrying.wait_for_probe(probes, chance=0.5) == minutes * MINUTE

    @pytest.mark.parametrize(("chance", "seconds"), [(0.0, 54), (0.75, 63)])
    def test_they_are_spread_by_a_tenth(self, chance: float, seconds: int) -> None:
        assert retrying.wait_for_probe(0, chance=chance).total_seconds() == pytest.approx(seconds)


class TestProbing:
    def test_four_failures_change_nothing_and_the_fifth_in_a_row_does(
        self, endpoint: WebhookEndpoint
    ) -> None:
        deliveries = announced(5)
        fail(deliveries[:4])
        endpoint.refresh_from_db()
        assert (endpoint.standing, endpoint.failures, endpoint.failing_since) == ("active", 4, NOON)

        fail(deliveries[4:])

        endpoint.refresh_from_db()
        assert (endpoint.standing, endpoint.failures, endpoint.probes) == ("probed", 5, 1)
        assert endpoint.next_probe_at == NOON + MINUTE
        deliveries[4].refresh_from_db()
        assert (deliveries[4].parked, deliveries[4].next_attempt_at) == (True, NOON + MINUTE)
        assert [job.next_run_at for job in probe_jobs()] == [NOON + MINUTE]

    def test_a_receipt_in_between_starts_the_count_anew(self, endpoint: WebhookEndpoint) -> None:
        deliveries = announced(6)
        fail(deliveries[:4])
        services.record_attempt(
            delivery_id=deliveries[5].pk,
            number=1,
            outcome=Outcome(at=NOON, duration_ms=3, response_code=204),
            chance=0.5,
        )

        fail(deliveries[4:5])

        endpoint.refresh_from_db()
        assert (endpoint.standing, endpoint.failures) == ("active", 1)

    def test_what_comes_up_meanwhile_waits_without_a_try(self, endpoint: WebhookEndpoint) -> None:
        fail(announced(5), timezone.now())
        newest = announced(1)[-1]

        jobs.drain()

        newest.refresh_from_db()
        assert (newest.status, newest.parked, newest.attempts) == ("pending", True, 0)

    def test_a_probe_that_fails_makes_the_next_wait_longer_and_uses_up_no_place_in_the_schedule(
        self, endpoint: WebhookEndpoint
    ) -> None:
        deliveries = announced(5)
        fail(deliveries)

        fail(deliveries[4:], NOON + MINUTE, is_probe=True)

        endpoint.refresh_from_db()
        deliveries[4].refresh_from_db()
        assert (endpoint.probes, endpoint.next_probe_at) == (2, NOON + 3 * MINUTE)
        assert (deliveries[4].attempts, deliveries[4].failures) == (2, 1)
        assert deliveries[4].next_attempt_at == NOON + 3 * MINUTE
        assert len(probe_jobs()) == 2

    def test_a_probe_tries_the_oldest_that_waits_and_heals_with_everything(
        self, endpoint: WebhookEndpoint
    ) -> None:
        with listening(status_reply(500)) as deaf:
            WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{deaf.port}/")
            announced(7)
            # No more than these: on a busy machine the first of them would be due again.
            jobs.drain(limit=7)
            assert deaf.connections == 5
            tried = WebhookAttempt.objects.aggregate(last=Max("at"))["last"]
        parked = list(WebhookDelivery.objects.filter(parked=True).order_by("pk"))
        assert len(parked) == 3
        with listening(replying(OK)) as hearing:
            WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{hearing.port}/")
            due = AsyncJob.objects.filter(status="queued").aggregate(first=Min("next_run_at"))["first"]
            assert due - tried > dt.timedelta(seconds=4)
            AsyncJob.objects.filter(kind="partners.probe").update(next_run_at=NOON)
            assert jobs.drain(limit=1) == 1
            assert hearing.connections == 1
            parked[0].refresh_from_db()
            assert parked[0].status == "delivered"
            jobs.drain(skip_waits=True)

        assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"delivered"}
        endpoint.refresh_from_db()
        assert (endpoint.standing, endpoint.failures, endpoint.failing_since) == ("active", 0, None)

    def test_another_address_is_a_new_beginning(self, endpoint: WebhookEndpoint) -> None:
        fail(announced(5))

        changed = services.change_endpoint(by=None, endpoint_id=endpoint.pk, url="http://127.0.0.1:10/hook")

        assert changed.standing == "active"
        assert not WebhookDelivery.objects.filter(parked=True).exists()

    def test_with_nothing_to_try_it_waits_for_the_next_event(self, endpoint: WebhookEndpoint) -> None:
        fail(announced(5))
        for delivery in WebhookDelivery.objects.filter(parked=True):
            services.abandon(delivery_id=delivery.pk, number=delivery.attempts + 1, reason="gave_up")

        services.probe_later(endpoint_id=endpoint.pk, number=1, now=NOON + MINUTE, chance=0.5)

        endpoint.refresh_from_db()
        assert (endpoint.standing, endpoint.failures) == ("active", 4)


class TestOff:
    @pytest.fixture
    def owned(self) -> WebhookEndpoint:
        made, _ = services.register_endpoint(
            by=None,
            name="Harbour",
            url="http://127.0.0.1:9/hook",
            event_types=["assessment.failed"],
            contact_email="ops@harbour.example",
        )
        return made

    def test_five_days_of_failures_switch_it_off_and_its_owner_is_told(self, owned: WebhookEndpoint) -> None:
        deliveries = announced(5)
        fail(deliveries)
        fail(deliveries[4:], NOON + dt.timedelta(days=5) - MINUTE, is_probe=True)
        owned.refresh_from_db()
        assert owned.standing == "probed"

        fail(deliveries[4:], NOON + dt.timedelta(days=5), is_probe=True)

        owned.refresh_from_db()
        assert (owned.standing, owned.disabled_reason) == ("off", "failing")
        assert AuditLog.objects.get(action="webhook_endpoint.deactivated").metadata == {"reason": "failing"}
        jobs.drain(skip_waits=True)
        assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"dead"}
        [letter] = mail.outbox
        assert letter.to == ["ops@harbour.example"]
        assert letter.subject == "MicroCred sends nothing more to Harbour"
        assert "no message for five days" in letter.body

    def test_410_does_so_at_once(self, owned: WebhookEndpoint) -> None:
        [delivery] = announced(1)
        services.record_attempt(delivery_id=delivery.pk, number=1, outcome=failed(NOON, 410), chance=0.5)
        jobs.drain(skip_waits=True)

        owned.refresh_from_db()
        assert (owned.standing, owned.disabled_reason, owned.failures) == ("off", "gone", 0)
        assert "410 Gone" in mail.outbox[0].body

    def test_switched_on_again_it_starts_with_a_clean_record(self, owned: WebhookEndpoint) -> None:
        [delivery] = announced(1)
        services.record_attempt(delivery_id=delivery.pk, number=1, outcome=failed(NOON, 410), chance=0.5)

        again = services.reactivate(by=None, endpoint_id=owned.pk)

        assert (again.standing, again.failures, again.disabled_reason) == ("active", 0, "")
