"""What staff does in the admin."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import service_keys
from ops import jobs
from ops.models import AsyncJob, AuditLog
from partners import queries, services
from partners.models import WebhookDelivery, WebhookEndpoint
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import NOW
from tests.factories.service_keys import service_key
from tests.microcred.listeners import OK, listening, replying
from tests.partners.conftest import registered
from tests.partners.deliveries import delivery_to, status_reply, try_once

pytestmark = pytest.mark.django_db

ADD = "admin:partners_webhookendpoint_add"
ENDPOINTS = "admin:partners_webhookendpoint_changelist"
DELIVERIES = "admin:partners_webhookdelivery_changelist"
FORM = {
    "name": "Partner",
    "url": "https://partner.example/hook",
    "event_types": ["recommendation.ready"],
    "scheme": "hmac",
}


@pytest.fixture
def staff() -> Client:
    """An admin's browser."""
    client = Client()
    client.force_login(AdminFactory())
    return client


def secrets_in(page: bytes) -> list[str]:
    """Return the webhook secrets that a page shows."""
    return re.findall(r"whsec_[A-Za-z0-9+/=]+", page.decode())


def act(staff: Client, page: str, action: str, *rows: object) -> bytes:
    """Run an admin action on rows and return the page that follows."""
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}  # type: ignore[attr-defined]
    return staff.post(reverse(page), data, follow=True).content


def test_the_secret_of_a_new_endpoint_is_shown_once(staff: Client) -> None:
    page = staff.post(reverse(ADD), FORM, follow=True).content

    endpoint = WebhookEndpoint.objects.get()
    secret = queries.live_secrets(endpoint.pk, now=NOW)[0]
    assert secrets_in(page) == [secret]
    edit = reverse("admin:partners_webhookendpoint_change", args=[endpoint.pk])
    for address in (reverse(ENDPOINTS), edit, edit.replace("change", "history")):
        assert secrets_in(staff.get(address).content) == []
    assert AuditLog.objects.get(action="webhook_endpoint.registered").actor_role == "admin"


def test_an_endpoint_can_be_given_to_a_program_once(staff: Client) -> None:
    key, gone = service_key(name="Harbour")[0], service_key(name="Lighthouse")[0]
    service_keys.revoke(by=None, key_id=gone.pk, now=NOW)

    refused = staff.post(reverse(ADD), {**FORM, "service_key": str(gone.pk)})
    staff.post(reverse(ADD), {**FORM, "service_key": str(key.pk)})

    assert "service_key" in refused.context["adminform"].form.errors
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.service_key == key
    edit = reverse("admin:partners_webhookendpoint_change", args=[endpoint.pk])
    staff.post(edit, {**FORM, "service_key": ""})
    endpoint.refresh_from_db()
    assert endpoint.service_key == key


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "https://127.0.0.1/"},
        {"url": "http://partner.example/"},
        {"url": "https://0x7f.1/"},
        {"url": "no url"},
        {"event_types": [], "scheme": "hmac"},
        {"event_types": ["assessment.guessed"], "scheme": "hmac"},
        {"name": ""},
    ],
)
def test_a_wrong_endpoint_comes_back_with_the_reason(
    staff: Client, settings: Settings, wrong: dict[str, object]
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False

    response = staff.post(reverse(ADD), {**FORM, **wrong})

    assert response.status_code == 200
    assert next(iter(wrong)) in response.context["adminform"].form.errors
    assert not WebhookEndpoint.objects.exists()


def test_an_endpoint_is_changed_and_keeps_its_secret(staff: Client) -> None:
    endpoint, secret = registered("https://partner.example/hook")
    edit = reverse("admin:partners_webhookendpoint_change", args=[endpoint.pk])

    page = staff.post(edit, {**FORM, "name": "New name"}, follow=True).content

    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.event_types) == ("New name", ["recommendation.ready"])
    assert secrets_in(page) == []
    assert queries.live_secrets(endpoint.pk, now=NOW) == (secret,)


def test_actions_replace_the_secret_and_switch_off_and_on(staff: Client) -> None:
    endpoint, first = registered("https://partner.example/hook")

    shown = secrets_in(act(staff, ENDPOINTS, "rotate_secrets", endpoint))
    assert queries.live_secrets(endpoint.pk, now=NOW) == (*shown, first)

    act(staff, ENDPOINTS, "switch_off", endpoint)
    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.disabled_reason) == (False, "staff")

    act(staff, ENDPOINTS, "switch_on", endpoint)
    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.disabled_reason) == (True, "")


def test_an_endpoint_cannot_be_deleted(staff: Client) -> None:
    endpoint, _ = registered("https://partner.example/hook")

    response = staff.post(
        reverse("admin:partners_webhookendpoint_delete", args=[endpoint.pk]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert WebhookEndpoint.objects.filter(pk=endpoint.pk).exists()


def test_the_log_shows_every_try_and_sends_again(staff: Client) -> None:
    delivery, _, _ = try_once(status_reply(500, body=b"database is down"))
    services.abandon(delivery_id=delivery.pk, number=2, reason="gave_up")
    one = reverse("admin:partners_webhookdelivery_change", args=[delivery.pk])
    assert "database is down" in staff.get(one).content.decode()

    with listening(replying(OK)) as listener:
        WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{listener.port}/")
        page = act(staff, DELIVERIES, "send_again", delivery).decode()
        jobs.drain()

    delivery.refresh_from_db()
    assert "Deliveries on their way again: 1." in page
    assert (delivery.status, delivery.attempts) == ("delivered", 2)


def test_all_that_died_on_a_day_is_sent_again_and_nothing_of_another(staff: Client) -> None:
    lost, earlier = delivery_to(9)[0], delivery_to(9)[0]
    for delivery in (lost, earlier):
        services.abandon(delivery_id=delivery.pk, number=1, reason="gave_up")
    WebhookDelivery.objects.filter(pk=lost.pk).update(created_at=NOW)
    WebhookDelivery.objects.filter(pk=earlier.pk).update(created_at=NOW - dt.timedelta(days=1))
    day = f"?created_at__year={NOW.year}&created_at__month={NOW.month}&created_at__day={NOW.day}&status__exact=dead"

    page = staff.post(
        reverse(DELIVERIES) + day,
        {"action": "send_again", "_selected_action": [str(lost.pk)], "select_across": "1"},
        follow=True,
    ).content.decode()

    assert "Deliveries on their way again: 1." in page
    lost.refresh_from_db()
    earlier.refresh_from_db()
    assert (lost.status, earlier.status) == ("pending", "dead")


def test_what_is_on_its_way_is_named_and_left(staff: Client) -> None:
    delivery, _ = delivery_to(9)

    page = act(staff, DELIVERIES, "send_again", delivery).decode()

    assert "on its way already" in page
    assert AsyncJob.objects.filter(kind="partners.deliver").count() == 1


@pytest.mark.parametrize("model", ["webhookevent", "webhookdelivery"])
def test_the_log_cannot_be_edited(staff: Client, model: str) -> None:
    delivery, _, _ = try_once(replying(OK))
    row = delivery.event if model == "webhookevent" else delivery

    assert staff.get(reverse(f"admin:partners_{model}_add")).status_code == 403
    edit = reverse(f"admin:partners_{model}_change", args=[row.pk])
    assert staff.get(edit).status_code == 200
    assert staff.post(edit, {"status": "dead"}).status_code == 403
    assert WebhookDelivery.objects.get().status == "delivered"


@pytest.mark.parametrize("page", [DELIVERIES, "admin:partners_webhookevent_changelist"])
def test_what_a_partner_asks_about_is_found_by_its_webhook_id(staff: Client, page: str) -> None:
    wanted, _ = delivery_to(9001)
    other, _ = delivery_to(9002)
    ids = {DELIVERIES: (wanted.pk, other.pk)}.get(page, (wanted.event_id, other.event_id))

    found = staff.get(reverse(page), {"q": f" msg_{wanted.event_id.hex} "}).content.decode()

    assert f"{ids[0]}/change/" in found
    assert f"{ids[1]}/change/" not in found
