"""Copies and erasures whose job is gone."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import DataExport
from accounts.personal_data import erasing, exports, repairs
from accounts.personal_data.models import ErasureRequest
from ops.models import AsyncJob
from tests.factories.accounts import AdminFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ABOUT = {"now": NOW, "since": NOW - dt.timedelta(hours=1)}


def test_a_copy_is_gone_on_with_and_given_up_where_its_job_died() -> None:
    person = UserFactory()
    made = exports.request_copy(by=person, now=NOW)
    AsyncJob.objects.all().delete()

    assert [repairs.restore_exports(**ABOUT) for _ in range(2)] == [1, 0]

    assert AsyncJob.objects.get().unique_key == f"export:{made.pk}"
    AsyncJob.objects.update(status="dead", completed_at=NOW)
    assert repairs.restore_exports(**ABOUT) == 1
    assert DataExport.objects.get().failed_at == NOW
    assert exports.request_copy(by=person, now=NOW).pk != made.pk


@pytest.mark.parametrize(("has_begun", "mended"), [(True, 1), (False, 0)])
def test_an_erasure_that_has_begun_is_gone_on_with(has_begun: bool, mended: int) -> None:
    asked = erasing.request_erasure(by=AdminFactory(), person=UserFactory(), now=NOW)
    if has_begun:
        ErasureRequest.objects.update(started_at=NOW, due_at=NOW)

    assert repairs.restore_erasures(**ABOUT) == mended
    assert repairs.restore_erasures(**ABOUT) == 0

    found = AsyncJob.objects.filter(payload={"erasure_id": str(asked.pk)})
    assert found.count() == mended
