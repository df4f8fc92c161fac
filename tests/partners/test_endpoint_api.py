"""Endpoints over the API: a program manages its own, and sees no other."""

import datetime as dt
import json
from typing import Any

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.enums import Scope
from ops import jobs
from ops.models import AuditLog
from partners import signing
from partners.models import WebhookDelivery, WebhookEndpoint
from tests.clients import client_of
from tests.factories.accounts import AdminFactory
from tests.factories.service_keys import program, service_key
from tests.microcred.listeners import OK, listening, replying
from tests.microcred.spellings import SPELLINGS
from tests.partners.deliveries import headers_and_body, status_reply

pytestmark = pytest.mark.django_db

LIST = "/api/v1/webhooks/endpoints"
WANTED = {
    "name": "Harbour",
    "url": "https://harbour.example/hook",
    "event_types": ["assessment.completed"],
    "contact_email": "ops@harbour.example",
}


@pytest.fixture
def client() -> APIClient:
    return program(service_key()[1])


def register(client: APIClient, **changes: Any) -> dict[str, Any]:
    reply = client.post(LIST, WANTED | changes, format="json")
    assert reply.status_code == 201, reply.json()
    made: dict[str, Any] = reply.json()
    return made


class TestRegistering:
    def test_the_secret_is_shown_once(self, client: APIClient) -> None:
        made = register(client)

        assert made["secret"].startswith("whsec_")
        assert made["public_key"] is None
        endpoint = made["endpoint"]
        assert (endpoint["name"], endpoint["state"], endpoint["scheme"]) == ("Harbour", "active", "hmac")
        read = client.get(f"{LIST}/{endpoint['endpoint_id']}").json()
        assert read == endpoint
        assert "secret" not in json.dumps(read)

    def test_with_ed25519_our_public_key_is(self, client: APIClient) -> None:
        made = register(client, scheme="ed25519")

        assert made["secret"] is None
        assert made["public_key"].startswith("whpk_")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"url": "http://harbour.example/"},
            {"event_types": []},
            {"event_types": ["endpoint.test"]},
            {"event_types": "assessment.completed"},
            {"name": ""},
            {"scheme": "none"},
            {"contact_email": "nobody"},
        ],
    )
    def test_what_cannot_be_one_is_refused(
        self, client: APIClient, settings: Settings, wrong: dict[str, Any]
    ) -> None:
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False

        reply = client.post(LIST, WANTED | wrong, format="json")

        assert reply.status_code == 400
        assert not WebhookEndpoint.objects.exists()

    def test_no_spelling_of_a_private_address_can_be_registered_or_changed_into(
        self, client: APIClient, settings: Settings
    ) -> None:
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False
        one = f"{LIST}/{register(client)['endpoint']['endpoint_id']}"

        made = {client.post(LIST, WANTED | {"url": url}, format="json").status_code for url in SPELLINGS}
        changed = {client.patch(one, {"url": url}, format="json").status_code for url in SPELLINGS}

        assert (made, changed) == ({400}, {400})
        assert client.get(one).json()["url"] == WANTED["url"]


class TestWhoseTheyAre:
    def test_another_program_does_not_find_them(self, client: APIClient) -> None:
        one = register(client)["endpoint"]["endpoint_id"]
        other = program(service_key(name="Lighthouse")[1])

        assert other.get(LIST).json()["items"] == []
        missing = other.get(f"{LIST}/01998f00-0000-7000-8000-000000000000")
        for reply in (
            other.get(f"{LIST}/{one}"),
            other.patch(f"{LIST}/{one}", {"name": "Mine"}, format="json"),
            *(other.post(f"{LIST}/{one}/{deed}") for deed in ("activate", "deactivate", "rotate", "test")),
            other.get(f"{LIST}/{one}/deliveries"),
        ):
            assert reply.status_code == 404
            assert reply.json()["message"] == missing.json()["message"]

    def test_reading_takes_one_scope_and_changing_another(self) -> None:
        reader = program(service_key(Scope.WEBHOOKS_READ)[1])
        stranger = program(service_key(Scope.TASKS_READ, Scope.TASKS_WRITE)[1])

        assert reader.get(LIST).status_code == 200
        assert reader.post(LIST, WANTED, format="json").status_code == 403
        assert stranger.get(LIST).status_code == 403

    def test_people_are_not_programs(self) -> None:
        assert client_of(AdminFactory()).get(LIST).status_code == 401


class TestDeeds:
    def test_what_is_left_out_of_a_change_stays(self, client: APIClient) -> None:
        one = f"{LIST}/{register(client)['endpoint']['endpoint_id']}"

        reply = client.patch(one, {"event_types": ["recommendation.ready"]}, format="json")

        assert reply.json()["event_types"] == ["recommendation.ready"]
        assert (reply.json()["name"], reply.json()["url"]) == (WANTED["name"], WANTED["url"])

    def test_off_and_on(self, client: APIClient) -> None:
        one = f"{LIST}/{register(client)['endpoint']['endpoint_id']}"

        off = client.post(f"{one}/deactivate").json()
        refused = client.post(f"{one}/test")
        on = client.post(f"{one}/activate").json()

        assert (off["state"], off["disabled_reason"]) == ("off", "partner")
        assert (refused.status_code, refused.json()["error_code"]) == (409, "ENDPOINT_409")
        assert (on["state"], on["disabled_reason"]) == ("active", "")

    @pytest.mark.parametrize("scheme", ["hmac", "ed25519"])
    def test_a_test_event_arrives_signed_by_both_keys_of_a_rotation(
        self, client: APIClient, scheme: str
    ) -> None:
        with listening(replying(OK)) as listener:
            made = register(client, scheme=scheme, url=f"http://127.0.0.1:{listener.port}/hook")
            one = f"{LIST}/{made['endpoint']['endpoint_id']}"
            second = client.post(f"{one}/rotate").json()
            sent = client.post(f"{one}/test")
            jobs.drain()
        headers, body = headers_and_body(bytes(listener.received))

        assert sent.status_code == 202
        assert headers["webhook-id"] == sent.json()["webhook_id"]
        assert json.loads(body)["type"] == "endpoint.test"
        for shown in (made, second):
            key = shown["secret"] or shown["public_key"]
            signing.verify(headers=headers, body=body, secrets=[key], now=int(headers["webhook-timestamp"]))
        [logged] = client.get(f"{one}/deliveries").json()["items"]
        assert (logged["status"], logged["response_code"], logged["payload"]) == (
            "delivered",
            200,
            json.loads(body),
        )
        assert [(tried["number"], tried["excerpt"]) for tried in logged["tries"]] == [(1, "ok")]

    def test_one_and_a_range_are_sent_again(self, client: APIClient) -> None:
        with listening(status_reply(400)) as listener:
            made = register(client, url=f"http://127.0.0.1:{listener.port}/hook")
            one = f"{LIST}/{made['endpoint']['endpoint_id']}"
            ids = [client.post(f"{one}/test").json()["delivery_id"] for _ in range(3)]
            WebhookDelivery.objects.update(status="dead", next_attempt_at=None)
        since = (timezone.now() - dt.timedelta(hours=1)).isoformat()

        first = client.post(f"/api/v1/webhooks/deliveries/{ids[0]}/replay")
        again = client.post(f"/api/v1/webhooks/deliveries/{ids[0]}/replay")
        rest = client.post(f"{one}/replay", {"since": since}, format="json")

        assert (first.status_code, first.json()["status"]) == (202, "pending")
        assert (again.status_code, again.json()["error_code"]) == (409, "DELIVERY_409")
        assert (rest.status_code, rest.json()) == (202, {"replayed": 2})
        assert client.get(f"{one}/deliveries?status=pending").json()["total"] == 3


def test_an_endpoint_is_shown_as_the_document_says(client: APIClient) -> None:
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    described = document["components"]["schemas"]["EndpointView"]["properties"]

    register(client, contact_email="")
    (shown,) = client.get(LIST).json()["items"]

    assert (shown["contact_email"], shown["disabled_reason"]) == ("", "")
    for name in ("contact_email", "disabled_reason"):
        assert described[name].keys() == {"type", "description"}, name


class TestVersions:
    def test_a_change_from_an_older_version_is_refused(self, client: APIClient) -> None:
        address = f"{LIST}/{register(client)['endpoint']['endpoint_id']}"
        old = client.get(address).headers["ETag"]

        first = client.patch(address, {"name": "Quay"}, format="json", headers={"If-Match": old})
        second = client.patch(address, {"name": "Pier"}, format="json", headers={"If-Match": old})
        third = client.patch(
            address, {"name": "Pier"}, format="json", headers={"If-Match": first.headers["ETag"]}
        )

        assert [reply.status_code for reply in (first, second, third)] == [200, 412, 200]
        assert client.get(address).headers["ETag"] == third.headers["ETag"]

    def test_what_it_is_already_is_no_change(self, client: APIClient) -> None:
        address = f"{LIST}/{register(client)['endpoint']['endpoint_id']}"

        same = client.patch(address, WANTED, format="json")

        assert (same.status_code, same.json()) == (200, client.get(address).json())
        assert not AuditLog.objects.filter(action="webhook_endpoint.changed").exists()

    def test_the_way_of_signing_stays(self, client: APIClient) -> None:
        address = f"{LIST}/{register(client)['endpoint']['endpoint_id']}"

        refused = client.patch(address, {"scheme": "ed25519", "name": "Quay"}, format="json")

        assert (refused.status_code, list(refused.json()["details"]["fields"])) == (400, ["scheme"])
        assert client.get(address).json()["name"] == WANTED["name"]

    def test_a_try_to_reach_it_is_no_change(self, client: APIClient) -> None:
        address = f"{LIST}/{register(client)['endpoint']['endpoint_id']}"
        old = client.get(address).headers["ETag"]

        WebhookEndpoint.objects.update(failures=3, failing_since=timezone.now())

        assert client.get(address).headers["ETag"] == old
