"""Deliveries to real listeners: what arrives, what is stored, when it is tried again."""

import datetime as dt
import json
from collections import Counter
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from microcred import outbound_http
from ops import jobs
from ops.models import AsyncJob, AuditLog
from partners import payloads, services, signing
from partners.models import WebhookAttempt, WebhookEndpoint, WebhookEvent
from tests.microcred.listeners import OK, Behaviour, listening, refuse, replying
from tests.microcred.spellings import SPELLINGS
from tests.partners.conftest import registered
from tests.partners.deliveries import delivery_to, headers_and_body, status_reply, try_once, wait_of

pytestmark = pytest.mark.django_db

HOUR = 3600


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


def slow(connection: object) -> None:
    """Answer nothing; the other side gives up first."""
    connection.recv(1)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("behave", "error"), [(refuse, "network"), (slow, "timeout"), (replying(b"hello\r\n\r\n"), "protocol")]
)
def test_no_answer_is_stored_as_an_error(settings: Settings, behave: Behaviour, error: str) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.3 if error == "timeout" else 50

    delivery, _, _ = try_once(behave)

    attempt = delivery.tries.get()
    assert (attempt.number, attempt.response_code, attempt.error) == (1, None, error)
    assert (delivery.status, delivery.last_error) == ("pending", error)
    assert wait_of(delivery) == pytest.approx(5, rel=0.11)


def test_a_closed_port_is_an_error_too() -> None:
    with listening(replying(OK)) as listener:
        port = listener.port
    delivery, _ = delivery_to(port)

    jobs.drain(limit=1)

    assert delivery.tries.get().error == "network"


def test_a_private_address_is_refused_at_delivery(settings: Settings) -> None:
    with listening(replying(OK)) as listener:
        delivery, _ = delivery_to(listener.port)
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False
        jobs.drain(limit=1)

    assert listener.connections == 0
    assert delivery.tries.get().error == "refused"


@pytest.mark.usefixtures("takes_others")
def test_no_spelling_that_got_into_the_database_is_sent_to(settings: Settings) -> None:
    with listening(replying(OK)) as listener:
        endpoint, _ = registered(f"http://127.0.0.1:{listener.port}/hook")
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False
        for url in SPELLINGS:
            scheme, _, rest = url.partition("://")
            host, _, path = rest.partition("/")
            aimed = f"{scheme}://{host}:{listener.port}/{path}"
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url=aimed)
            services.send_test(by=None, endpoint_id=endpoint.pk, now=timezone.now())
            jobs.drain()

    assert listener.connections == 0
    # Whoever takes long tries the earlier ones again.
    first_tries = WebhookAttempt.objects.filter(number=1).values_list("error", flat=True)
    assert Counter(first_tries) == {"refused": len(SPELLINGS)}
    assert not WebhookAttempt.objects.exclude(error="refused").exists()


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


@pytest.mark.usefixtures("takes_others")
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


@pytest.mark.usefixtures("takes_others")
def test_the_waits_are_kept_by_the_jobs_and_spread() -> None:
    with listening(status_reply(500)) as listener:
        for _ in range(5):
            registered(f"http://127.0.0.1:{listener.port}/")
        delivery, _ = delivery_to(listener.port)
        # No more than these, for on a busy machine the first of them would be due again.
        assert jobs.drain(limit=6) == 6

    deliveries = list(delivery.event.deliveries.all())
    due = {job.unique_key: job.next_run_at for job in AsyncJob.objects.filter(status="queued")}
    assert due == {f"deliver:{row.pk}:2": row.next_attempt_at for row in deliveries}
    assert len({round(wait_of(row), 2) for row in deliveries}) > 1


def test_the_id_and_the_body_stay_and_the_timestamp_moves() -> None:
    seen: list[tuple[str, str, bytes]] = []
    with listening(status_reply(503)) as listener:
        _, secret = delivery_to(listener.port)
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


@pytest.mark.usefixtures("takes_others")
def test_an_event_is_delivered_when_all_endpoints_have_it() -> None:
    with listening(replying(OK)) as good, listening(status_reply(500)) as bad:
        registered(f"http://127.0.0.1:{good.port}/")
        delivery_to(bad.port)
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
        services.deactivate(by=None, endpoint_id=delivery.endpoint_id, now=timezone.now())
        jobs.drain()

    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("dead", 0, "endpoint_off")
    assert listener.connections == 0


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_partner_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    open_during: list[bool] = []

    def post(*arguments: Any, **options: Any) -> outbound_http.Response:
        open_during.append(connection.in_atomic_block)
        return genuine(*arguments, **options)

    genuine = outbound_http.post
    monkeypatch.setattr(outbound_http, "post", post)
    delivery, _, _ = try_once(replying(OK))

    assert open_during == [False]
    assert delivery.status == "delivered"
