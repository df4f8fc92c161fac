"""Sending again, workers that die, and the record that stays."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from ops import jobs
from ops.models import AsyncJob, AuditLog
from partners import queries, services
from partners.attempts import Outcome
from partners.models import WebhookAttempt, WebhookDelivery, WebhookEvent
from tests.factories.accounts import AdminFactory
from tests.microcred.listeners import OK, listening, replying
from tests.partners.deliveries import delivery_to, headers_and_body, status_reply, try_once

pytestmark = pytest.mark.django_db


class TestReplay:
    """Sending again."""

    def test_a_dead_delivery_goes_out_again_under_its_old_id(self) -> None:
        admin = AdminFactory()
        delivery, listener, _ = try_once(replying(OK))
        first, _ = headers_and_body(bytes(listener.received))
        with listening(replying(OK)) as again:
            delivery.endpoint.url = f"http://127.0.0.1:{again.port}/"
            delivery.endpoint.save()
            services.replay(by=admin, delivery_id=delivery.pk, now=dt.datetime.now(tz=dt.UTC))
            assert jobs.drain() == 1
        second, _ = headers_and_body(bytes(again.received))

        delivery.refresh_from_db()
        assert first["webhook-id"] == second["webhook-id"]
        assert (delivery.status, delivery.attempts) == ("delivered", 2)
        assert AuditLog.objects.get(action="webhook_delivery.replayed").actor_id == admin.pk

    @pytest.mark.usefixtures("takes_others")
    def test_it_has_the_whole_schedule_before_it(self) -> None:
        with listening(status_reply(500)) as listener:
            delivery, _ = delivery_to(listener.port)
            assert jobs.drain(skip_waits=True) == 8
            services.replay(by=None, delivery_id=delivery.pk, now=dt.datetime.now(tz=dt.UTC))
            assert WebhookEvent.objects.get().status == "pending"
            assert jobs.drain(skip_waits=True) == 8

        delivery.refresh_from_db()
        assert (delivery.status, delivery.attempts, listener.connections) == ("dead", 16, 16)

    def test_one_that_is_on_its_way_is_not_sent_twice(self) -> None:
        delivery, _ = delivery_to(9)

        with pytest.raises(services.DeliveryPending):
            services.replay(by=None, delivery_id=delivery.pk, now=delivery.created_at)

    def test_one_to_an_endpoint_that_is_off_is_not_sent(self) -> None:
        delivery, _, _ = try_once(status_reply(410))

        with pytest.raises(services.EndpointOff):
            services.replay(by=None, delivery_id=delivery.pk, now=delivery.created_at)

    def test_one_that_is_not_there_is_missing(self) -> None:
        with pytest.raises(queries.DeliveryMissing):
            services.replay(by=None, delivery_id=uuid.uuid4(), now=dt.datetime.now(tz=dt.UTC))


class TestWorkers:
    """What a worker that dies or is beaten to it leaves behind."""

    def test_a_try_that_was_made_is_not_made_again(self) -> None:
        with listening(replying(OK)) as listener:
            delivery, _ = delivery_to(listener.port)
            jobs.drain()
            AsyncJob.objects.update(status="queued", completed_at=None)
            jobs.drain()

        assert listener.connections == 1
        assert delivery.tries.count() == 1

    def test_a_second_record_of_the_same_try_changes_nothing(self) -> None:
        delivery, _, _ = try_once(replying(OK))
        failure = Outcome(at=delivery.created_at, duration_ms=1, error="timeout")

        stale = services.record_attempt(delivery_id=delivery.pk, number=1, outcome=failure, chance=0.5)

        assert (stale.status, stale.attempts) == ("delivered", 1)
        assert delivery.tries.count() == 1

    def test_tries_that_cannot_be_made_at_all_end_in_the_dead_letter(self, settings: Settings) -> None:
        delivery, _ = delivery_to(9)
        settings.WEBHOOK_ENCRYPTION_KEY = "another key than the secrets were sealed with"

        jobs.drain(skip_waits=True)

        delivery.refresh_from_db()
        assert (delivery.status, delivery.attempts, delivery.last_error) == ("dead", 0, "gave_up")
        assert AsyncJob.objects.get().status == "dead"

    def test_and_can_be_sent_again_when_mended(self, settings: Settings) -> None:
        key = settings.WEBHOOK_ENCRYPTION_KEY
        with listening(replying(OK)) as listener:
            delivery, _ = delivery_to(listener.port)
            settings.WEBHOOK_ENCRYPTION_KEY = "another key than the secrets were sealed with"
            jobs.drain(skip_waits=True)
            settings.WEBHOOK_ENCRYPTION_KEY = key
            services.replay(by=None, delivery_id=delivery.pk, now=dt.datetime.now(tz=dt.UTC))
            jobs.drain()

        delivery.refresh_from_db()
        assert delivery.status == "delivered"


class TestRecord:
    """Tries are a record."""

    @pytest.mark.parametrize(
        "change",
        [lambda rows: rows.update(excerpt="x"), lambda rows: rows.delete()],
        ids=["update", "delete"],
    )
    def test_the_database_refuses_to_change_a_try(self, change: Callable[[object], object]) -> None:
        try_once(replying(OK))

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change(WebhookAttempt.objects.all())

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"status": "lost"}, "webhook_deliveries_status_known"),
            ({"status": "pending"}, "webhook_deliveries_pending_has_time"),
            ({"failures": 2}, "webhook_deliveries_failures_counted"),
        ],
    )
    def test_the_database_refuses_impossible_deliveries(
        self, change: dict[str, object], constraint: str
    ) -> None:
        delivery, _, _ = try_once(replying(OK))

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            WebhookDelivery.objects.filter(pk=delivery.pk).update(**change)

    def test_a_delivery_exists_once(self) -> None:
        delivery, _, _ = try_once(replying(OK))

        with pytest.raises(IntegrityError, match="webhook_deliveries_once"), transaction.atomic():
            WebhookDelivery.objects.create(
                event_id=delivery.event_id,
                endpoint_id=delivery.endpoint_id,
                next_attempt_at=delivery.created_at,
                created_at=delivery.created_at,
            )
