"""Deliveries to real listeners: what arrives, what is stored, when it is tried again."""

import datetime as dt
import json
import uuid
from collections.abc import Callable

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from ops import jobs
from ops.models import AsyncJob, AuditLog
from partners import payloads, queries, services, signing
from partners.enums import EventType
from partners.models import WebhookAttempt, WebhookDelivery, WebhookEvent
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import started_assessment
from tests.microcred.listeners import OK, Behaviour, Listener, listening, refuse, replying
from tests.partners.conftest import registered

pytestmark = pytest.mark.django_db

HOUR = 3600


def status_reply(status: int, *headers: str, body: bytes = b"") -> Behaviour:
    """Answer with a status, headers and a body."""
    lines = [f"HTTP/1.1 {status} Status", *headers, f"Content-Length: {len(body)}", "", ""]
    return replying("\r\n".join(lines).encode() + body)


def delivery_to(port: int) -> tuple[WebhookDelivery, str]:
    """Announce one event to one endpoint on this port; return the delivery and the endpoint's secret."""
    endpoint, secret = registered(f"http://127.0.0.1:{port}/hook")
    assessment = started_assessment()
    services.announce(
        EventType.ASSESSMENT_FAILED,
        assessment_id=assessment.pk,
        subject_id=assessment.pk,
        now=assessment.created_at,
    )
    return endpoint.deliveries.get(), secret


def try_once(behave: Behaviour) -> tuple[WebhookDelivery, Listener, str]:
    """Deliver one event to a listener that behaves like that, one try only."""
    with listening(behave) as listener:
        delivery, secret = delivery_to(listener.port)
        assert jobs.drain() == 1
    delivery.refresh_from_db()
    return delivery, listener, secret


def headers_and_body(raw: bytes) -> tuple[dict[str, str], bytes]:
    """Take a request apart."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


def test_what_arrives_is_signed_by_the_endpoints_secret() -> None:
    delivery, listener, secret = try_once(replying(OK))

    headers, body = headers_and_body(bytes(listener.received))
    message = signing.verify(
        headers=headers, body=body, secrets=[secret], now=int(delivery.tries.get().at.timestamp())
    )
    assert message.id == payloads.message_id(delivery.event_id)
    assert json.loads(body) == delivery.event.payload
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("MicroCred/")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_receipt(status: int) -> None:
    delivery, _, _ = try_once(status_reply(status))

    assert (delivery.status, delivery.attempts, delivery.response_code) == ("delivered", 1, status)
    assert (delivery.next_attempt_at, delivery.last_error) == (None, "")
    event = WebhookEvent.objects.get()
    assert (event.status, event.attempts, event.response_code) == ("delivered", 1, status)
    assert event.last_attempt == delivery.tries.get().at
    assert AsyncJob.objects.get().status == "succeeded"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 409, 422, 429, 500, 502, 503, 504])
def test_everything_else_is_tried_again_after_five_seconds(status: int) -> None:
    delivery, _, _ = try_once(status_reply(status, "Location: http://127.0.0.1:9/"))

    assert (delivery.status, delivery.attempts, delivery.last_error) == ("pending", 1, f"http_{status}")
    assert wait_of(delivery) == pytest.approx(5, rel=0.11)
    assert WebhookEvent.objects.get().status == "pending"


def wait_of(delivery: WebhookDelivery) -> float:
    """Return the seconds from the end of the latest try to the next one."""
    latest = delivery.tries.order_by("-number")[0]
    assert delivery.next_attempt_at is not None
    return (delivery.next_attempt_at - latest.at).total_seconds() - latest.duration_ms / 1000


def slow(connection: object) -> None:
    """Answer nothing; the other side gives up first."""
    connection.recv(1)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("behave", "error"), [(refuse, "network"), (slow, "timeout"), (replying(b"hello\r\n\r\n"), "protocol")]
)
def test_no_answer_is_stored_as_an_error(settings: Settings, behave: Behaviour, error: str) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.3

    delivery, _, _ = try_once(behave)

    attempt = delivery.tries.get()
    assert (attempt.number, attempt.response_code, attempt.error) == (1, None, error)
    assert (delivery.status, delivery.last_error) == ("pending", error)
    assert wait_of(delivery) == pytest.approx(5, rel=0.11)


def test_a_closed_port_is_an_error_too() -> None:
    with listening(replying(OK)) as listener:
        port = listener.port
    delivery, _ = delivery_to(port)

    jobs.drain()

    assert delivery.tries.get().error == "network"


def test_a_private_address_is_refused_at_delivery(settings: Settings) -> None:
    with listening(replying(OK)) as listener:
        delivery, _ = delivery_to(listener.port)
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False
        jobs.drain()

    assert listener.connections == 0
    assert delivery.tries.get().error == "refused"


def test_of_a_long_reply_the_beginning_is_kept() -> None:
    delivery, _, _ = try_once(status_reply(200, body=b"\0" + b"x" * 1_000_000))

    attempt = delivery.tries.get()
    assert attempt.response_code == 200
    assert attempt.excerpt == "\ufffd" + "x" * 1999


@pytest.mark.parametrize(
    ("header", "wait"), [("Retry-After: 900", 900), ("Retry-After: 1", 5), ("Retry-After: soon", 5)]
)
def test_retry_after_is_honoured(header: str, wait: int) -> None:
    delivery, _, _ = try_once(status_reply(429, header))

    assert wait_of(delivery) == pytest.approx(wait, rel=0.11)


def test_410_switches_the_endpoint_off() -> None:
    delivery, _, _ = try_once(status_reply(410))

    delivery.endpoint.refresh_from_db()
    assert (delivery.endpoint.active, delivery.endpoint.disabled_reason) == (False, "gone")
    assert (delivery.status, delivery.last_error) == ("dead", "http_410")
    assert AuditLog.objects.filter(action="webhook_endpoint.deactivated", actor_id=None).count() == 1
    assert AsyncJob.objects.filter(status="queued").count() == 0


def test_eight_tries_by_the_schedule_then_the_dead_letter() -> None:
    expected = [5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]
    waits: list[float] = []
    with listening(status_reply(500)) as listener:
        delivery, _ = delivery_to(listener.port)
        for number in range(1, 9):
            assert jobs.drain(skip_waits=True, limit=1) == 1
            delivery.refresh_from_db()
            assert delivery.attempts == number
            if number < 8:
                waits.append(wait_of(delivery))
        assert jobs.drain(skip_waits=True) == 0

    assert waits == [pytest.approx(seconds, rel=0.101) for seconds in expected]
    assert (delivery.status, delivery.next_attempt_at) == ("dead", None)
    assert list(delivery.tries.order_by("number").values_list("number", flat=True)) == list(range(1, 9))
    assert listener.connections == 8
    event = WebhookEvent.objects.get()
    assert (event.status, event.attempts, event.response_code) == ("dead", 8, 500)


def test_the_waits_are_kept_by_the_job_and_spread() -> None:
    waits = []
    for _ in range(6):
        delivery, _, _ = try_once(status_reply(500))
        job = AsyncJob.objects.get(unique_key=f"deliver:{delivery.pk}:2")
        assert job.next_run_at == delivery.next_attempt_at
        waits.append(wait_of(delivery))
        job.delete()

    assert len({round(wait, 2) for wait in waits}) > 1


def test_the_id_and_the_body_stay_and_the_timestamp_moves() -> None:
    seen: list[tuple[str, str, bytes]] = []
    with listening(status_reply(503)) as listener:
        delivery, secret = delivery_to(listener.port)
        for later in (0, 100):
            listener.received.clear()
            with time_machine.travel(dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=later)):
                assert jobs.drain(skip_waits=True, limit=1) == 1
            headers, body = headers_and_body(bytes(listener.received))
            at = int(headers["webhook-timestamp"])
            signing.verify(headers=headers, body=body, secrets=[secret], now=at)
            seen.append((headers["webhook-id"], headers["webhook-timestamp"], body))

    (first_id, first_at, first_body), (second_id, second_at, second_body) = seen
    assert (first_id, first_body) == (second_id, second_body)
    assert 99 <= int(second_at) - int(first_at) <= 102


def test_while_a_secret_is_replaced_both_sign() -> None:
    with listening(replying(OK)) as listener:
        delivery, old = delivery_to(listener.port)
        new = services.rotate(by=None, endpoint_id=delivery.endpoint_id, now=dt.datetime.now(tz=dt.UTC))
        jobs.drain()
    headers, body = headers_and_body(bytes(listener.received))

    for secret in (old, new):
        signing.verify(headers=headers, body=body, secrets=[secret], now=int(headers["webhook-timestamp"]))
    assert len(headers["webhook-signature"].split(" ")) == 2


def test_an_event_is_delivered_when_all_endpoints_have_it() -> None:
    with listening(replying(OK)) as good, listening(status_reply(500)) as bad:
        registered(f"http://127.0.0.1:{good.port}/")
        delivery, _ = delivery_to(bad.port)
        jobs.drain()
        assert WebhookEvent.objects.get().status == "pending"
        jobs.drain(skip_waits=True)

    event = WebhookEvent.objects.get()
    assert (event.status, event.attempts) == ("dead", 9)
    statuses = event.deliveries.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["delivered", "dead"]


def test_what_waits_for_an_endpoint_that_is_off_dies_untried() -> None:
    with listening(replying(OK)) as listener:
        delivery, _ = delivery_to(listener.port)
        services.deactivate(by=None, endpoint_id=delivery.endpoint_id)
        jobs.drain()

    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("dead", 0, "endpoint_off")
    assert listener.connections == 0


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
        outcome = queries.Try  # any object: it must not be looked at
        del outcome

        stale = services.record_attempt(
            delivery_id=delivery.pk,
            number=1,
            outcome=_failure(delivery),
            chance=0.5,
        )

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

    def test_no_transaction_is_open_while_a_partner_is_waited_for(self, transactional_db: None) -> None:
        open_during: list[bool] = []

        def look(_: object) -> None:
            open_during.append(connection.in_atomic_block)

        try_once(look)  # type: ignore[arg-type]

        assert open_during == [False]
