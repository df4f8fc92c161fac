"""What accounts and keys tell an administrator."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts import dashboard
from accounts.models import ErasureRequest, User
from accounts.personal_data import erasing
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.service_keys import service_key

pytestmark = pytest.mark.django_db


def said(*, later: int = 0) -> list[tuple[str, bool]]:
    now = timezone.now() + dt.timedelta(days=later)
    return [(sign.text, sign.is_fault) for sign in dashboard.signs(now=now)]


def test_students_who_have_logged_in_and_have_no_advisor_are_counted() -> None:
    UserFactory()
    UserFactory(last_login=timezone.now())
    User.objects.filter(pk=AdvisorAssignmentFactory().student_id).update(last_login=timezone.now())

    assert said() == [("1 student who has logged in has no advisor.", False)]


def test_the_oldest_key_that_is_to_be_changed_is_named() -> None:
    for name in ("Harbour", "Lighthouse", "Ferry"):
        _, _ = service_key(name=name, life=dt.timedelta(days=300))
    assert said() == []

    ((text, is_fault),) = said(later=250)

    assert text.startswith("To be changed: the service key of Harbour (expires on ")
    assert text.endswith("), and 2 more.")
    assert not is_fault


def test_erasures_are_told_of_before_their_day_and_are_a_fault_after_it() -> None:
    person: User = UserFactory()
    row = erasing.request_erasure(by=person, person=person, now=timezone.now())
    days = (row.due_at - row.requested_at).days

    assert said() == [("1 person is to be erased.", False)]
    assert said(later=days + 2) == [("1 erasure is due and was not done.", True)]
    ErasureRequest.objects.update(cancelled_at=timezone.now())
    assert said(later=days + 2) == []
