"""Tokens: who gets one, how long it lives, and what ends it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connections
from django.test import Client
from rest_framework.test import APIClient

from accounts import services, tokens
from accounts.enums import Role
from accounts.models import User
from tests.clients import client_of
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_a_person_gets_a_pair_of_tokens_whatever_the_case_of_their_address() -> None:
    UserFactory(email="sam@example.org")

    reply = APIClient().post(
        "/api/v1/auth/token", {"email": "Sam@Example.ORG", "password": PASSWORD}, format="json"
    )

    assert reply.status_code == 200
    assert reply.json()["token_type"] == "Bearer"
    assert reply.json()["expires_in"] == 900
    assert reply.json()["role"] == "student"
    me = APIClient().get("/api/v1/me", headers={"Authorization": f"Bearer {reply.json()['access']}"})
    assert me.json()["email"] == "sam@example.org"


@pytest.mark.parametrize(
    ("email", "password"), [("sam@example.org", "wrong password"), ("nobody@example.org", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_address_look_the_same(email: str, password: str) -> None:
    UserFactory(email="sam@example.org")

    reply = APIClient().post("/api/v1/auth/token", {"email": email, "password": password}, format="json")

    assert reply.status_code == 401
    assert reply.json()["error_code"] == "AUTH_401"
    assert reply.json()["message"] == "E-mail address or password is wrong."


def ask(email: str, password: str) -> int:
    body = {"email": email, "password": password}
    return APIClient().post("/api/v1/auth/token", body, format="json").status_code


@time_machine.travel("2026-03-02T09:00:00+00:00", tick=False)
@pytest.mark.parametrize("known", [True, False])
def test_ten_wrong_passwords_for_one_address_are_enough(known: bool) -> None:
    UserFactory(email="sam@example.org" if known else "another@example.org")

    statuses = [ask("Sam@example.org", "wrong password") for _ in range(11)]

    assert statuses == [401] * 10 + [429]
    reply = APIClient().post(
        "/api/v1/auth/token", {"email": "sam@example.org", "password": PASSWORD}, format="json"
    )
    assert (reply.status_code, reply.json()["error_code"]) == (429, "RATE_LIMIT_429")
    assert 1 <= int(reply["Retry-After"]) <= 300


@time_machine.travel("2026-03-02T09:00:00+00:00", tick=False)
def test_attempts_on_the_page_and_over_the_api_are_counted_together() -> None:
    user = UserFactory()
    for _ in range(5):
        ask(user.email, "wrong password")
        Client().post("/login", {"username": user.email, "password": "wrong password"})

    assert ask(user.email, PASSWORD) == 429
    assert Client().post("/login", {"username": user.email, "password": PASSWORD}).status_code == 429


@time_machine.travel("2026-03-02T09:00:00+00:00", tick=False)
def test_a_program_may_log_in_as_often_as_it_likes() -> None:
    user = UserFactory()

    assert {ask(user.email, PASSWORD) for _ in range(12)} == {200}


def test_a_refresh_token_works_once() -> None:
    pair = tokens.issue(UserFactory())
    client = APIClient()

    first = client.post("/api/v1/auth/token/refresh", {"refresh": pair.refresh}, format="json")
    second = client.post("/api/v1/auth/token/refresh", {"refresh": pair.refresh}, format="json")

    assert first.status_code == 200
    assert second.status_code == 401
    assert second.json()["error_code"] == "TOKEN_401"


@pytest.mark.django_db(transaction=True)
def test_of_eight_parallel_refreshes_one_wins() -> None:
    pair = tokens.issue(UserFactory())

    def refresh(_: int) -> int:
        try:
            return (
                APIClient()
                .post("/api/v1/auth/token/refresh", {"refresh": pair.refresh}, format="json")
                .status_code
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(refresh, range(8)))

    assert statuses == [200] + [401] * 7


def test_after_logout_the_refresh_token_is_useless() -> None:
    pair = tokens.issue(UserFactory())
    client = APIClient()

    assert client.post("/api/v1/auth/logout", {"refresh": pair.refresh}, format="json").status_code == 204
    assert (
        client.post("/api/v1/auth/token/refresh", {"refresh": pair.refresh}, format="json").status_code == 401
    )


@pytest.mark.parametrize("end", ["disabled", "password", "role", "deleted"])
def test_the_next_request_is_refused_when_the_account_changes(end: str) -> None:
    user = UserFactory()
    client, pair = client_of(user), tokens.issue(user)
    assert client.get("/api/v1/me").status_code == 200

    if end == "disabled":
        services.disable(by=None, person=user)
    elif end == "password":
        services.change_password(by=None, person=user, password="another password")
    elif end == "role":
        user.role = Role.ADVISOR
        services.save_person(by=None, person=user, changed=frozenset({"role"}))
    else:
        User.objects.filter(pk=user.pk).delete()

    assert client.get("/api/v1/me").status_code == 401
    refreshed = APIClient().post("/api/v1/auth/token/refresh", {"refresh": pair.refresh}, format="json")
    assert refreshed.status_code == 401


def test_a_refresh_token_is_no_access_token() -> None:
    pair = tokens.issue(UserFactory())

    reply = APIClient().get("/api/v1/me", headers={"Authorization": f"Bearer {pair.refresh}"})

    assert reply.status_code == 401
    assert reply.json()["error_code"] == "AUTH_401"


def test_without_a_token_the_answer_names_the_scheme() -> None:
    reply = APIClient().get("/api/v1/me")

    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert reply.json()["request_id"] == reply.headers["X-Request-ID"]
