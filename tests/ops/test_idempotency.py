"""The same request twice: one effect, one answer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from ops import idempotency
from ops.enums import IdempotencyState
from ops.models import AuditLog, IdempotencyRecord

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.ops.urls")]
Post = Callable[..., Any]


def person(name: str) -> AbstractBaseUser:
    return get_user_model().objects.create_user(f"{name}@example.org", None)


def poster(user: AbstractBaseUser) -> Post:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(user)

    def post(text: str, key: str | None = "key-1", path: str = "/api/notes") -> Any:
        headers = {} if key is None else {"Idempotency-Key": key}
        return client.post(path, {"text": text}, format="json", headers=headers)

    return post


@pytest.fixture
def post() -> Post:
    return poster(person("ada"))


def effects() -> int:
    return AuditLog.objects.filter(action="test.effect").count()


def test_same_request_gets_the_same_bytes_and_acts_once(post: Post) -> None:
    first = post("hello")
    second = post("hello")

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"]
    assert (first.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert effects() == 1


def test_order_of_names_in_the_body_does_not_matter(post: Post) -> None:
    assert idempotency._fingerprint({"a": 1, "b": 2}) == idempotency._fingerprint({"b": 2, "a": 1})
    assert idempotency._fingerprint({"a": 1}) != idempotency._fingerprint({"a": "1"})


def test_without_a_key_every_request_acts(post: Post) -> None:
    post("hello", key=None)
    post("hello", key=None)

    assert effects() == 2


def test_other_body_under_the_same_key_is_refused(post: Post) -> None:
    post("hello")

    response = post("goodbye")

    assert (response.status_code, response.json()["error_code"]) == (422, "IDEMPOTENCY_422")
    assert effects() == 1


def test_actors_and_routes_do_not_share_keys(post: Post) -> None:
    post("hello")
    poster(person("bob"))("hello")
    response = post("hello", path="/api/notes/7")

    assert (response.status_code, response.json()["number"]) == (201, 7)
    assert effects() == 3


@pytest.mark.parametrize("key", ["", "k" * 256, "schlüssel", "a\tb"])
def test_key_must_be_printable_ascii_of_1_to_255(post: Post, key: str) -> None:
    response = post("hello", key=key)

    assert (response.status_code, response.json()["error_code"]) == (400, "IDEMPOTENCY_400")
    assert effects() == 0


def test_longest_key_is_accepted(post: Post) -> None:
    assert post("hello", key="k" * 255).status_code == 201


@pytest.mark.parametrize(
    ("text", "status"), [("conflict", 409), ("crash", 500), ("refuse", 400), ("x" * 21, 400)]
)
def test_answer_of_400_and_above_is_not_kept(post: Post, text: str, status: int) -> None:
    assert post(text).status_code == status

    assert not IdempotencyRecord.objects.exists()
    assert post("hello").status_code == 201


def test_another_query_is_another_request(post: Post) -> None:
    post("hello")

    assert post("hello", path="/api/notes?dry_run=1").status_code == 422
    assert effects() == 1


def test_failure_undoes_the_effect(post: Post) -> None:
    post("conflict")

    assert effects() == 0


def test_key_of_a_running_request_is_refused_until_its_lease_ends(post: Post) -> None:
    post("hello")
    record = IdempotencyRecord.objects.get()
    record.state, record.response_status, record.response_body = IdempotencyState.RUNNING, None, None
    record.save()

    response = post("hello")
    assert (response.status_code, response.json()["error_code"]) == (409, "IDEMPOTENCY_409")

    with connection.cursor() as cursor:
        cursor.execute("UPDATE idempotency_records SET lease_expires_at = now() - interval '1 second'")
    assert post("hello").status_code == 201
    assert effects() == 2


def test_the_stored_answer_cannot_be_read_in_the_database(post: Post) -> None:
    answer = post("hello")

    stored = bytes(IdempotencyRecord.objects.get().response_body or b"")
    assert answer.content not in stored
    assert b"hello" not in stored
    assert post("hello").content == answer.content


def test_an_answer_under_a_former_key_is_given_again(post: Post, settings: Settings) -> None:
    first = post("hello")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "another key of the installation",
    )

    assert (post("hello").content, effects()) == (first.content, 1)


def test_an_answer_under_a_key_that_is_gone_is_not_given_twice(post: Post, settings: Settings) -> None:
    post("hello")
    settings.SECRET_KEY = "another key of the installation"

    response = post("hello")

    assert (response.status_code, response.json()["error_code"]) == (409, "IDEMPOTENCY_409")
    assert effects() == 1


def test_answer_is_forgotten_after_a_day(post: Post) -> None:
    post("hello")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE idempotency_records SET created_at = now() - interval '25 hours'")

    response = post("goodbye")

    assert (response.status_code, response.json()["text"]) == (201, "goodbye")


def test_request_that_lost_its_key_to_a_later_one_undoes_its_effect(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle = idempotency._settle

    def settle_too_late(*args: Any, reservation: Any) -> Any:
        IdempotencyRecord.objects.all().delete()
        return settle(*args, reservation=reservation)

    monkeypatch.setattr(idempotency, "_settle", settle_too_late)

    response = post("hello")

    assert (response.status_code, response.json()["error_code"]) == (409, "IDEMPOTENCY_409")
    assert effects() == 0


@pytest.mark.django_db(transaction=True)
def test_key_of_a_request_that_lost_its_connection_midway_can_be_used_again_at_once() -> None:
    user = person("ada")

    reply = poster(user)("lose the connection")

    assert (reply.status_code, reply.json()["error_code"]) == (503, "UNAVAILABLE_503")
    assert effects() == 0
    assert poster(user)("hello").status_code == 201
    assert effects() == 1
