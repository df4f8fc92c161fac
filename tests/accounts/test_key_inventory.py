"""How old keys are, and who is told."""

import datetime as dt

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts import service_keys
from accounts.key_inventory import IssuedKey, in_use, remind
from ops import schedules
from partners.enums import DisabledReason
from partners.models import WebhookSecret
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.service_keys import service_key
from tests.partners.conftest import registered
from tutoring.services import add_source

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("age", "left", "why"),
    [
        (364, None, ""),
        (365, None, "365 days old"),
        (10, 60, ""),
        (10, 59, "expires on 2026-04-30"),
    ],
)
def test_why_a_key_is_to_be_changed(age: int, left: int | None, why: str) -> None:
    key = IssuedKey("service key", "Harbour", NOW - age * DAY, None if left is None else NOW + left * DAY)

    assert key.why_due(NOW) == why


def test_keys_in_use_of_every_app_are_listed_and_others_are_not() -> None:
    now = timezone.now()
    service_key(name="Harbour", now=now)
    revoked, _ = service_key(name="Gone", now=now)
    service_keys.revoke(by=None, key_id=revoked.pk, now=now)
    rotated, _ = service_key(name="Rotated", now=now)
    service_keys.rotate(by=None, key_id=rotated.pk, now=now, life=30 * DAY, overlap=DAY)
    endpoint, _ = registered("http://127.0.0.1:9/")
    add_source(by=None, name="Tutors")

    found = [(key.purpose, key.owner) for key in in_use(now=timezone.now())]

    assert sorted(found) == [
        ("service key", "Harbour"),
        ("service key", "Rotated"),
        ("tutoring secret", "Tutors"),
        ("webhook secret", "Partner"),
    ]
    endpoint.active, endpoint.disabled_reason = False, DisabledReason.STAFF
    endpoint.save()
    assert "Partner" not in [key.owner for key in in_use(now=timezone.now())]


def test_administrators_are_written_to_once_and_see_nobody_elses_address() -> None:
    admins = [AdminFactory(), AdminFactory()]
    AdvisorFactory()
    registered("http://127.0.0.1:9/")
    WebhookSecret.objects.update(created_at=NOW - 400 * DAY)

    assert remind(now=NOW) == 1

    (letter,) = mail.outbox
    assert sorted(letter.bcc) == sorted(admin.email for admin in admins)
    assert letter.to == []
    assert letter.subject == "MicroCred: 1 key to change"
    assert "- webhook secret of Partner: 400 days old\n" in letter.body
    assert "SECRET_KEY" in letter.body


def test_with_nothing_to_change_the_letter_recalls_the_keys_of_the_environment(settings: Settings) -> None:
    AdminFactory()
    settings.KEY_DAYS = 90

    assert remind(now=NOW) == 0

    (letter,) = mail.outbox
    assert letter.subject == "MicroCred: keys"
    assert letter.body.startswith("No key that was given out is 90 days old or about to end.\n")


def test_without_administrators_nobody_is_written_to() -> None:
    assert remind(now=NOW) == 0
    assert mail.outbox == []


def test_it_is_announced_once_in_thirty_days() -> None:
    schedule = schedules.BY_NAME["remind-of-keys"]

    assert schedule.slot(NOW + 30 * DAY) - schedule.slot(NOW) == 1
    assert schedule.function == "accounts.key_inventory.remind"


def test_command_lists_keys_and_those_to_change(capsys: pytest.CaptureFixture[str]) -> None:
    service_key(name="Harbour", now=timezone.now(), life=300 * DAY)
    registered("http://127.0.0.1:9/")
    WebhookSecret.objects.update(created_at=timezone.now() - 400 * DAY)

    call_command("keys")
    everything = capsys.readouterr().out.splitlines()
    call_command("keys", "--due")
    due = capsys.readouterr().out.splitlines()

    assert [line[12:] for line in everything[:-1]] == [
        "webhook secret   Partner  to change: 400 days old",
        "service key      Harbour",
    ]
    assert everything[-1] == "2 in use, to change: 1"
    assert due == [everything[0], everything[-1]]
