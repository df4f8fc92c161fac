"""What of accounts and keys waits for an administrator."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts import key_inventory
from accounts.enums import Role, UserStatus
from accounts.models import AdvisorAssignment, ErasureRequest, User
from microcred.admin_dashboard import Alert, pluralize

_LATE: Final = dt.timedelta(days=1)
#: What the lists show of what is counted here.
_ALONE: Final = "role__exact=student&status__exact=active&last_login__isnull=False&advisor_links__isnull=True"
_OPEN: Final = "completed_at__isempty=1&cancelled_at__isempty=1"


def signs(*, now: dt.datetime) -> Iterator[Alert]:
    """Yield keys to be changed, erasures that are to come or late, and students whom nobody advises."""
    yield from _keys(now)
    yield from _erasures(now)
    students = User.objects.filter(role=Role.STUDENT, status=UserStatus.ACTIVE, last_login__isnull=False)
    alone = students.filter(~Exists(AdvisorAssignment.objects.filter(student=OuterRef("pk")))).count()
    if alone:
        said = pluralize(
            alone, "student who has logged in has no advisor.", "students who have logged in have no advisor."
        )
        yield Alert(said, f"{reverse('admin:accounts_user_changelist')}?{_ALONE}")


def _keys(now: dt.datetime) -> Iterator[Alert]:
    due = [key for key in key_inventory.in_use(now=now) if key.why_due(now)]
    if due:
        oldest = f"the {due[0].purpose} of {due[0].owner} ({due[0].why_due(now)})"
        others = f", and {pluralize(len(due) - 1, 'more', 'more')}" if len(due) > 1 else ""
        yield Alert(f"To be changed: {oldest}{others}.", reverse("admin:accounts_servicekey_changelist"))


def _erasures(now: dt.datetime) -> Iterator[Alert]:
    open_ones = ErasureRequest.objects.filter(cancelled_at=None, completed_at=None)
    listed = f"{reverse('admin:accounts_erasurerequest_changelist')}?{_OPEN}"
    late = open_ones.filter(due_at__lt=now - _LATE).count()
    if late:
        said = pluralize(late, "erasure is due and was not done.", "erasures are due and were not done.")
        yield Alert(said, listed, is_fault=True)
    coming = open_ones.filter(due_at__gte=now - _LATE).count()
    if coming:
        yield Alert(pluralize(coming, "person is to be erased.", "people are to be erased."), listed)
