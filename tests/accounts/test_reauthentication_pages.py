"""Proving once more who one is, before changing how people log in."""

from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts import second_factor
from accounts.models import PasswordLink, SecondFactor, ServiceKey, User
from ops.models import AuditLog
from tests.accounts.test_admin import ADD, change
from tests.accounts.test_second_factor import switch_on
from tests.factories.accounts import PASSWORD, AdminFactory, UserFactory
from tests.factories.service_keys import service_key

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/accounts/user/"
KEYS = "/admin/accounts/servicekey/"
MINUTE = 60


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-02T09:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def admin_user() -> User:
    made: User = AdminFactory()
    return made


@pytest.fixture
def client(clock: time_machine.Traveller, admin_user: User) -> Client:
    browser = Client()
    browser.force_login(admin_user)
    return browser


def act(client: Client, where: str, action: str, pk: object) -> Any:
    return client.post(where, {"action": action, "_selected_action": [str(pk)]})


def test_whoever_has_just_logged_in_changes_people_without_being_asked(client: Client) -> None:
    person = UserFactory(name="Before")

    assert change(client, person, name="After")["Location"] == PEOPLE
    person.refresh_from_db()
    assert person.name == "After"


def test_later_no_form_is_shown_and_none_is_taken(client: Client, clock: time_machine.Traveller) -> None:
    person = UserFactory(email="sam@example.org")
    page = reverse("admin:accounts_user_change", args=[person.pk])

    clock.shift(10 * MINUTE + 1)
    assert client.get(page)["Location"] == f"/prove?next={page.replace('/', '%2F')}"
    assert client.get(ADD)["Location"].startswith("/prove?next=")
    assert client.get(PEOPLE).status_code == 200
    assert change(client, person, email="other@example.org")["Location"] == PEOPLE  # what was opened before
    clock.shift(20 * MINUTE)
    assert change(client, person, email="thief@example.org")["Location"].startswith("/prove?next=")

    person.refresh_from_db()
    assert person.email == "other@example.org"


@pytest.mark.parametrize("action", ["make_password_link", "take_off_second_factor", "end_log_ins", "erase"])
def test_later_nothing_is_done_to_people(client: Client, clock: time_machine.Traveller, action: str) -> None:
    person = AdminFactory()
    switch_on(person)
    before = AuditLog.objects.count()
    clock.shift(30 * MINUTE + 1)

    assert act(client, PEOPLE, action, person.pk)["Location"] == "/prove?next=%2Fadmin%2Faccounts%2Fuser%2F"

    assert AuditLog.objects.count() == before
    assert not PasswordLink.objects.exists()
    assert second_factor.is_on(person)


def test_keys_of_programs_are_guarded_too_and_can_be_looked_at(
    client: Client, clock: time_machine.Traveller
) -> None:
    key, _ = service_key()
    clock.shift(30 * MINUTE + 1)

    assert act(client, KEYS, "change_leaked_secret", key.pk)["Location"].startswith("/prove?next=")
    assert client.get(f"{KEYS}add/")["Location"].startswith("/prove?next=")
    assert client.post(f"{KEYS}add/", {"name": "Mine", "scopes": ["webhooks:read"]}).status_code == 302
    assert client.get(reverse("admin:accounts_servicekey_change", args=[key.pk])).status_code == 200
    assert list(ServiceKey.objects.all()) == [key]
    assert key.secrets.count() == 1


def test_the_password_opens_the_way_back_under_another_key(
    client: Client, clock: time_machine.Traveller, admin_user: User
) -> None:
    person = UserFactory()
    clock.shift(31 * MINUTE)
    before = client.session.session_key
    page = reverse("admin:accounts_user_change", args=[person.pk])

    assert client.post("/prove", {"password": "wrong", "next": page}).status_code == 200
    assert client.get(page).status_code == 302
    assert client.post("/prove", {"password": PASSWORD, "next": page})["Location"] == page
    assert client.get(page).status_code == 200
    assert client.session.session_key != before
    line = AuditLog.objects.get(action="session.proven")
    assert (line.actor_id, line.resource_id) == (admin_user.pk, admin_user.pk)


def test_whoever_has_a_second_factor_needs_a_code_too(
    client: Client, clock: time_machine.Traveller, admin_user: User, settings: Settings
) -> None:
    second_factor.enrol(by=admin_user)
    totp = pyotp.TOTP(second_factor._key(SecondFactor.objects.get(person=admin_user)))
    client.post("/second-factor", {"code": totp.now(), "password": PASSWORD})
    clock.shift(31 * MINUTE)

    assert client.post("/prove", {"password": PASSWORD}).status_code == 200
    assert client.post("/prove", {"password": PASSWORD, "code": "000000"}).status_code == 200
    assert client.get(ADD).status_code == 302
    assert client.post("/prove", {"password": PASSWORD, "code": totp.now()}).status_code == 302
    assert client.get(ADD).status_code == 200


def test_it_leads_to_no_other_site(client: Client) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", ""):
        assert client.post("/prove", {"password": PASSWORD, "next": elsewhere})["Location"] == "/start"


def test_tries_count_as_those_of_logging_in(client: Client) -> None:
    tried = [client.post("/prove", {"password": "wrong"}).status_code for _ in range(11)]

    assert tried == [200] * 10 + [429]
