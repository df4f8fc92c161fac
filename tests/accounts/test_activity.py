"""When people were seen last."""

import datetime as dt
import uuid

import pytest

from accounts.activity import last_seen, latest
from accounts.models import PageSession, TokenFamily, User
from tests.factories.accounts import UserFactory

NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.mark.django_db
def test_it_is_the_latest_log_in_refresh_or_page() -> None:
    here, there, nowhere = UserFactory(), UserFactory(), UserFactory()
    User.objects.filter(pk__in=[here.pk, there.pk]).update(last_login=NOW)
    for days in (9, 8):  # refreshed two days, and one day ahead: tokens are good for a week
        TokenFamily.objects.create(user=here, current=uuid.uuid4(), expires_at=NOW + days * DAY)
    PageSession.objects.create(person=there, token_version=1, started_at=NOW, seen_at=NOW + DAY)

    assert last_seen([here.pk, there.pk, nowhere.pk]) == {here.pk: NOW + 2 * DAY, there.pk: NOW + DAY}
    assert last_seen([]) == {}


def test_the_latest_of_several_sources_counts() -> None:
    one, two = uuid.UUID(int=1), uuid.UUID(int=2)

    assert latest({one: NOW, two: NOW + DAY}, [(one, NOW + DAY), (two, NOW)]) == {
        one: NOW + DAY,
        two: NOW + DAY,
    }
