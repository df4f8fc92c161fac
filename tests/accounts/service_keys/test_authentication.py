"""Calling the API with a key."""

import datetime as dt
import uuid

import pytest
from django.conf import LazySettings
from django.urls import path
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from accounts import service_keys
from accounts.authentication import TokenAuthentication
from accounts.enums import Scope
from accounts.service_keys.key_format import Parts, compose
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.service_keys import program, service_key

pytestmark = pytest.mark.django_db
OWN = "/api/v1/service-key"


class MayWebhooks(service_keys.RequiresScope):
    """Partners."""

    reading = Scope.WEBHOOKS_READ
    changing = Scope.WEBHOOKS_WRITE


class HooksView(APIView):
    """Stands for an address that programs and people may call."""

    authentication_classes = [TokenAuthentication, service_keys.ServiceKeyAuthentication]
    permission_classes = [MayWebhooks]

    def get(self, request: Request) -> Response:
        """Say who calls."""
        return Response({"caller": str(request.user.pk)})

    post = get


urlpatterns = [path("api/v1/hooks", HooksView.as_view())]


def test_a_program_reads_about_its_own_key() -> None:
    now = timezone.now().replace(microsecond=0)
    key, text = service_key(Scope.WEBHOOKS_READ, now=now, life=dt.timedelta(days=30))

    reply = program(text).get(OWN)

    assert reply.status_code == 200
    assert reply.json() == {
        "key_id": str(key.pk),
        "name": "Harbour",
        "scopes": ["webhooks:read"],
        "expires_at": (now + dt.timedelta(days=30)).isoformat().replace("+00:00", "Z"),
    }


@pytest.mark.parametrize(
    "fault", ["none", "empty", "garbage", "unknown", "other secret", "revoked", "expired"]
)
def test_every_key_that_lets_nobody_in_gets_the_same_answer(fault: str) -> None:
    key, text = service_key(now=timezone.now() - dt.timedelta(days=10), life=dt.timedelta(days=20))
    parts = text.split("_")
    if fault == "revoked":
        service_keys.revoke(by=None, key_id=key.pk, now=timezone.now())
    if fault == "expired":
        _, text = service_key(now=timezone.now() - dt.timedelta(days=10), life=dt.timedelta(days=10))
    given = {
        "empty": "",
        "garbage": "mc_test_x",
        "unknown": compose(Parts(uuid.uuid4(), parts[3]), environment=parts[1]),
        "other secret": compose(Parts(uuid.UUID(parts[2]), "x" * 43), environment=parts[1]),
    }.get(fault, text)

    reply = (APIClient() if fault == "none" else program(given)).get(OWN)

    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"].endswith('realm="api"')
    if fault != "none":
        assert (reply.json()["error_code"], reply.json()["message"]) == (
            "API_KEY_401",
            "The API key is not valid.",
        )


def test_keys_made_under_a_former_hash_key_are_accepted_while_it_is_listed(settings: LazySettings) -> None:
    _, before = service_key()
    former, settings.SERVICE_KEY_HASH_KEY = settings.SERVICE_KEY_HASH_KEY, "another key"
    _, since = service_key()

    assert [program(text).get(OWN).status_code for text in (before, since)] == [401, 200]
    settings.SERVICE_KEY_FORMER_HASH_KEYS = ["older still", former]
    assert [program(text).get(OWN).status_code for text in (before, since)] == [200, 200]
    assert (
        program(compose(Parts(uuid.UUID(before.split("_")[2]), "x" * 43), environment="test"))
        .get(OWN)
        .status_code
        == 401
    )


def test_a_token_is_no_key_and_a_key_no_token() -> None:
    _, text = service_key()

    assert client_of(UserFactory()).get(OWN).status_code == 401
    assert program(text).get("/api/v1/me").status_code == 401
    assert program(text).get("/api/v1/assessments").status_code == 401
    bearer = APIClient().get("/api/v1/me", headers={"Authorization": f"Bearer {text}"})
    assert bearer.status_code == 401


@pytest.mark.urls("tests.accounts.service_keys.test_authentication")
@pytest.mark.parametrize(
    ("scope", "method", "status"),
    [
        (Scope.WEBHOOKS_READ, "get", 200),
        (Scope.WEBHOOKS_READ, "post", 403),
        (Scope.WEBHOOKS_WRITE, "post", 200),
        (Scope.WEBHOOKS_WRITE, "get", 403),
        (Scope.TASKS_READ, "get", 403),
    ],
)
def test_a_key_does_what_its_scope_says(scope: Scope, method: str, status: int) -> None:
    key, text = service_key(scope)

    reply = getattr(program(text), method)("/api/v1/hooks")

    assert reply.status_code == status
    if status == 200:
        assert reply.json() == {"caller": str(key.pk)}


@pytest.mark.urls("tests.accounts.service_keys.test_authentication")
def test_people_do_not_have_the_scopes_of_programs() -> None:
    assert client_of(UserFactory(role="admin")).get("/api/v1/hooks").status_code == 403


def test_a_key_costs_one_look_and_one_note_a_minute(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = program(service_key()[1])

    with django_assert_num_queries(2):
        client.get(OWN)
    with django_assert_num_queries(1):
        client.get(OWN)


@pytest.mark.parametrize(("own", "limit"), [(None, "600"), (7, "7")])
def test_a_key_has_the_allowance_of_all_keys_or_its_own(
    settings: LazySettings, own: int | None, limit: str
) -> None:
    settings.RATE_LIMITS_ENABLED = True

    reply = program(service_key(requests_per_minute=own)[1]).get(OWN)

    assert reply.headers["RateLimit-Limit"] == limit
