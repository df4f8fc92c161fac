"""Tokens: who gets one, how long it lives, and what ends it."""

import datetime as dt
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connections, transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts import services, tokens
from accounts.enums import Role
from accounts.models import TokenFamily, User
from ops.models import AuditLog
from tests.accounts.test_token_signing import claims_of, me, refresh
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
    ("header", "status"),
    [
        ("bearer {}", 200),
        ("BEARER  {}", 200),
        ("Bearer", 401),
        ("bearer {} {}", 401),
        ("Basic {}", 401),
        ("{}", 401),
        ("", 401),
    ],
)
def test_the_scheme_of_a_token_has_no_case(header: str, status: int) -> None:
    access = tokens.issue(UserFactory()).access

    answer = APIClient().get("/api/v1/me", headers={"Authorization": header.format(access, access)})

    assert (answer.status_code, "user_id" in answer.json()) == (status, status == 200)


@pytest.mark.parametrize(
    ("email", "password"), [("sam@example.org", "wrong password"), ("nobody@example.org", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_address_look_the_same(email: str, password: str) -> None:
    UserFactory(email="sam@example.org")

    reply = APIClient().post("/api/v1/auth/token", {"email": email, "password": password}, format="json")

    assert reply.status_code == 401
    assert reply.json()["error_code"] == "AUTH_401"
    assert reply.json()["message"] == "E-mail address or password is wrong."


def logout(token: str) -> int:
    return APIClient().post("/api/v1/auth/logout", {"refresh": token}, format="json").status_code


def ask(email: str, password: str, **meta: Any) -> int:
    body = {"email": email, "password": password}
    return APIClient().post("/api/v1/auth/token", body, format="json", **meta).status_code


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
def test_many_people_are_guarded_from_one_address_on_the_page_and_over_the_api_together() -> None:
    user = UserFactory()
    for number in range(30):
        assert ask(f"person{number}@example.org", "wrong password") == 401
        Client().post("/login", {"username": f"else{number}@example.org", "password": "wrong password"})

    assert ask(user.email, PASSWORD) == 429
    assert ask(user.email, PASSWORD, REMOTE_ADDR="198.51.100.7") == 200


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


def test_a_refresh_token_that_turns_up_again_ends_the_log_in_and_no_other() -> None:
    user = UserFactory()
    stolen, elsewhere = tokens.issue(user), tokens.issue(user)
    thief = refresh(stolen.refresh).json()

    assert refresh(stolen.refresh).status_code == 401

    assert refresh(thief["refresh"]).status_code == 401
    assert [me(access) for access in (stolen.access, thief["access"], elsewhere.access)] == [401, 401, 200]
    assert refresh(elsewhere.refresh).status_code == 200
    line = AuditLog.objects.get(action="tokens.reused")
    assert (line.resource_id, list(line.metadata)) == (user.pk, ["family_id"])


@pytest.mark.django_db(transaction=True)
def test_of_eight_parallel_refreshes_one_wins_and_the_log_in_ends() -> None:
    for _ in range(5):
        pair = tokens.issue(UserFactory())

        def send(_: int, token: str = pair.refresh) -> Any:
            try:
                return refresh(token)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(send, range(8)))

        assert sorted(reply.status_code for reply in replies) == [200] + [401] * 7
        winner = next(reply.json() for reply in replies if reply.status_code == 200)
        assert (me(winner["access"]), refresh(winner["refresh"]).status_code) == (401, 401)
        assert TokenFamily.objects.get(user__pk=claims_of(pair.access)["user_id"]).ended_because == "reuse"


def test_logging_out_ends_access_and_refresh_tokens_of_this_log_in_alone() -> None:
    user = UserFactory()
    here, elsewhere = tokens.issue(user), tokens.issue(user)

    assert logout(here.refresh) == 204

    assert [me(pair.access) for pair in (here, elsewhere)] == [401, 200]
    assert (refresh(here.refresh).status_code, logout(here.refresh)) == (401, 401)


def test_no_token_is_stored() -> None:
    pair = tokens.issue(UserFactory())
    pair = tokens.rotate(pair.refresh)

    stored = str(TokenFamily.objects.values())

    assert not any(part in stored for token in (pair.access, pair.refresh) for part in token.split("."))


def test_a_log_in_that_has_ended_stays_ended() -> None:
    pair = tokens.issue(UserFactory())
    logout(pair.refresh)

    with pytest.raises(IntegrityError), transaction.atomic():
        TokenFamily.objects.update(ended_at=None, ended_because="")


def test_log_ins_are_forgotten_when_no_token_of_theirs_can_be_good() -> None:
    with time_machine.travel("2026-03-02T09:00:00+00:00", tick=False):
        tokens.issue(UserFactory())

    assert tokens.forget_ended(now=dt.datetime(2026, 3, 9, 8, tzinfo=dt.UTC)) == 0
    assert tokens.forget_ended(now=dt.datetime(2026, 3, 9, 10, tzinfo=dt.UTC)) == 1


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


def test_after_thirty_days_of_refreshing_the_password_is_asked_for_again() -> None:
    with time_machine.travel("2026-03-02T09:00:00+00:00", tick=False) as clock:
        pair = tokens.issue(UserFactory()).refresh
        TokenFamily.objects.update(created_at=dt.datetime.now(dt.UTC))
        statuses = []
        for _ in range(5):
            clock.shift(6 * 24 * 3600 + 60)
            reply = refresh(pair)
            statuses.append(reply.status_code)
            pair = reply.json().get("refresh", "")

    assert statuses == [200, 200, 200, 200, 401]


def test_a_wrong_password_is_in_the_log_with_whose_it_was_and_without_the_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    person = UserFactory(email="sam@example.org")
    with caplog.at_level(logging.WARNING):
        ask("Sam@example.org", "wrong password")
        ask("nobody@example.org", "wrong password")

    refused: Any = [record.msg for record in caplog.records]
    assert [(line["event"], line["user_id"]) for line in refused if line["event"] == "password_refused"] == [
        ("password_refused", str(person.pk)),
        ("password_refused", None),
    ]
    assert "example.org" not in caplog.text
