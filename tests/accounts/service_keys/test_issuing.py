"""Making, changing over and revoking keys."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import service_keys
from accounts.enums import Scope
from accounts.models import ServiceKey, ServiceKeySecret
from microcred.errors import Missing
from ops.models import AuditLog
from tests.factories.accounts import AdminFactory
from tests.factories.service_keys import service_key

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def works(text: str, *, now: dt.datetime | None = None) -> bool:
    try:
        service_keys.holder_of(text, now=now or timezone.now())
    except service_keys.KeyRefused:
        return False
    return True


def test_a_new_key_is_somebody_with_its_scopes() -> None:
    key, text = service_key(Scope.WEBHOOKS_READ, name=" Harbour Data School ")

    holder = service_keys.holder_of(text, now=timezone.now())

    assert (holder.pk, holder.name, holder.role) == (key.pk, "Harbour Data School", "service")
    assert holder.scopes == {Scope.WEBHOOKS_READ}
    assert (holder.is_authenticated, holder.is_anonymous) == (True, False)


def test_neither_key_nor_secret_is_stored() -> None:
    _, text = service_key()
    secret = text.split("_")[3]

    stored = [str(value) for row in ServiceKeySecret.objects.values() for value in row.values()]
    stored += [str(value) for row in ServiceKey.objects.values() for value in row.values()]
    stored += [str(line.metadata) for line in AuditLog.objects.all()]

    assert not any(secret in value for value in stored)


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "n" * 121}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"life": dt.timedelta(0)}, "days"),
        ({"life": 731 * DAY}, "days"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
        ({"requests_per_minute": 10**12}, "requests_per_minute"),
    ],
)
def test_what_is_wrong_with_a_key_is_named(fault: dict[str, Any], field: str) -> None:
    with pytest.raises(service_keys.KeyInvalid) as caught:
        service_key(**fault)

    assert caught.value.details == {"field": field}
    assert not ServiceKey.objects.exists()


@pytest.mark.parametrize("scopes", [[], ["webhooks:read", "everything"]])
def test_scopes_are_known_ones(scopes: list[str]) -> None:
    with pytest.raises(service_keys.KeyInvalid):
        service_keys.create(by=None, name="Harbour", scopes=scopes, now=timezone.now())


def test_a_key_works_until_it_expires_and_not_a_moment_longer() -> None:
    now = timezone.now()
    _, text = service_key(now=now, life=30 * DAY)

    assert works(text, now=now + 30 * DAY - dt.timedelta(microseconds=1))
    assert not works(text, now=now + 30 * DAY)


def test_in_a_change_over_both_secrets_are_the_same_program() -> None:
    now = timezone.now()
    key, old = service_key(now=now)

    new = service_keys.rotate(by=None, key_id=key.pk, now=now, overlap=2 * DAY)

    assert service_keys.holder_of(old, now=now).pk == service_keys.holder_of(new, now=now).pk == key.pk
    assert [works(text, now=now + 2 * DAY) for text in (old, new)] == [False, True]


def test_an_overlap_gives_no_secret_more_time_than_it_had() -> None:
    now = timezone.now()
    key, old = service_key(now=now, life=DAY)

    service_keys.rotate(by=None, key_id=key.pk, now=now, overlap=7 * DAY)

    assert not works(old, now=now + DAY)


def test_a_third_secret_has_to_wait_unless_the_others_end_now() -> None:
    now = timezone.now()
    key, first = service_key(now=now)
    second = service_keys.rotate(by=None, key_id=key.pk, now=now, overlap=DAY)

    with pytest.raises(service_keys.TwoSecretsLive):
        service_keys.rotate(by=None, key_id=key.pk, now=now, overlap=DAY)
    third = service_keys.rotate(by=None, key_id=key.pk, now=now, overlap=dt.timedelta(0))

    assert [works(text, now=now) for text in (first, second, third)] == [False, False, True]


def test_after_the_overlap_the_next_change_over_is_possible() -> None:
    now = timezone.now()
    key, _ = service_key(now=now)
    service_keys.rotate(by=None, key_id=key.pk, now=now, overlap=DAY)

    assert works(service_keys.rotate(by=None, key_id=key.pk, now=now + DAY), now=now + DAY)


@pytest.mark.parametrize("overlap", [-DAY, 91 * DAY])
def test_an_overlap_has_bounds(overlap: dt.timedelta) -> None:
    key, _ = service_key()

    with pytest.raises(service_keys.KeyInvalid):
        service_keys.rotate(by=None, key_id=key.pk, now=timezone.now(), overlap=overlap)


def test_a_revoked_key_is_revoked_with_all_its_secrets_and_for_good() -> None:
    now = timezone.now()
    key, old = service_key(now=now)
    new = service_keys.rotate(by=None, key_id=key.pk, now=now)

    service_keys.revoke(by=None, key_id=key.pk, now=now)
    again = service_keys.revoke(by=None, key_id=key.pk, now=now + DAY)

    assert [works(text, now=now) for text in (old, new)] == [False, False]
    assert again.revoked_at == now
    with pytest.raises(service_keys.KeyRevoked):
        service_keys.rotate(by=None, key_id=key.pk, now=now)


def test_a_key_that_is_not_there_is_missing() -> None:
    for deed in (service_keys.rotate, service_keys.revoke):
        with pytest.raises(Missing):
            deed(by=None, key_id=uuid.uuid4(), now=timezone.now())


def test_every_deed_leaves_a_line_in_the_trail() -> None:
    admin, now = AdminFactory(), timezone.now()
    key, _ = service_key(Scope.TASKS_READ, by=admin)
    service_keys.rotate(by=admin, key_id=key.pk, now=now)
    service_keys.revoke(by=admin, key_id=key.pk, now=now)
    service_keys.revoke(by=admin, key_id=key.pk, now=now)

    lines = AuditLog.objects.filter(resource_type="service_key").order_by("id")

    assert [line.action for line in lines] == [
        "service_key.created",
        "service_key.rotated",
        "service_key.revoked",
    ]
    assert {(line.actor_id, line.resource_id) for line in lines} == {(admin.pk, key.pk)}
    assert lines[0].metadata["scopes"] == ["tasks:read"]


def test_the_use_of_a_secret_is_noted_once_a_minute() -> None:
    now = timezone.now()
    _, text = service_key(now=now)

    noted = []
    for seconds in (0, 1, 59, 60, 61):
        service_keys.holder_of(text, now=now + dt.timedelta(seconds=seconds))
        noted.append(ServiceKeySecret.objects.get().last_used_at)

    later = now + dt.timedelta(seconds=60)
    assert noted == [now, now, now, later, later]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE service_keys SET revoked_at = NULL",
        "UPDATE service_keys SET revoked_at = now() + interval '1 day'",
        "UPDATE service_key_secrets SET expires_at = expires_at + interval '1 second'",
        "UPDATE service_key_secrets SET digest = repeat('0', 64)",
        "UPDATE service_key_secrets SET replaced_at = NULL WHERE replaced_at IS NOT NULL",
        "UPDATE service_keys SET scopes = '{}'",
        "UPDATE service_keys SET scopes = '{everything}'",
        "UPDATE service_keys SET name = ''",
        "UPDATE service_keys SET requests_per_minute = 0",
        "INSERT INTO service_key_secrets (id, key_id, digest, expires_at) "
        "SELECT gen_random_uuid(), id, repeat('0', 64), now() FROM service_keys",
        "INSERT INTO service_key_secrets (id, key_id, digest, expires_at, replaced_at) "
        "SELECT gen_random_uuid(), id, 'plain', now(), now() FROM service_keys",
    ],
)
def test_the_database_refuses_what_must_not_be(change: str) -> None:
    now = timezone.now()
    key, _ = service_key(now=now)
    service_keys.rotate(by=None, key_id=key.pk, now=now)
    service_keys.revoke(by=None, key_id=key.pk, now=now)

    with pytest.raises(IntegrityError), transaction.atomic(), transaction.get_connection().cursor() as cursor:
        cursor.execute(change)
