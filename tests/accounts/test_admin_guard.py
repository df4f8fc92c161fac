"""Somebody administers at any time."""

import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from accounts import services
from accounts.admin_guard import LastAdmin, is_last_admin
from accounts.enums import Role, UserStatus
from accounts.models import User
from accounts.personal_data import erasing
from tests.factories.accounts import AdminFactory, UserFactory
from tests.ops.harness import PATIENCE_SECONDS
from tests.waiting import waits_or_ends


def disable(admin: User) -> None:
    services.disable(by=None, person=admin)


def make_advisor(admin: User) -> None:
    admin.role = Role.ADVISOR
    services.save_person(by=None, person=admin, changed=frozenset({"role"}))


def ask_for_erasure(admin: User) -> None:
    erasing.request_erasure(by=admin, person=admin, now=timezone.now())


def active_admins() -> int:
    return User.objects.filter(role=Role.ADMIN, status=UserStatus.ACTIVE).count()


@pytest.mark.django_db
@pytest.mark.parametrize("end", [disable, make_advisor])
@pytest.mark.parametrize("other", [None, "disabled", "leaving"])
def test_the_last_admin_stays_one(end: Callable[[User], None], other: str | None) -> None:
    admin = AdminFactory()
    if other == "disabled":
        AdminFactory(status=UserStatus.DISABLED)
    elif other == "leaving":
        ask_for_erasure(AdminFactory())

    with pytest.raises(LastAdmin):
        end(admin)

    stored = User.objects.get(pk=admin.pk)
    assert (stored.role, stored.status, stored.is_superuser) == ("admin", "active", True)


@pytest.mark.django_db
@pytest.mark.parametrize("end", [disable, make_advisor])
def test_of_two_admins_one_may_go(end: Callable[[User], None]) -> None:
    AdminFactory()

    end(AdminFactory())

    assert active_admins() == 1


@pytest.mark.django_db
def test_what_leaves_the_last_admin_one_is_done() -> None:
    admin, student = AdminFactory(), UserFactory()

    disable(student)
    admin.name = "Another"
    services.save_person(by=None, person=admin, changed=frozenset({"name"}))
    services.change_password(by=None, person=admin, password="another horse battery")

    stored = User.objects.get(pk=admin.pk)
    assert (stored.name, stored.check_password("another horse battery")) == ("Another", True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [disable, make_advisor, ask_for_erasure])
def test_of_two_admins_who_go_at_once_one_stays(end: Callable[[User], None]) -> None:
    one, other = AdminFactory(), AdminFactory()

    def ends() -> None:
        try:
            end(other)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            end(one)
            ending = pool.submit(ends)
            waits_or_ends(ending)
        with pytest.raises(LastAdmin):
            ending.result(PATIENCE_SECONDS)

    assert User.objects.get(pk=other.pk).role == Role.ADMIN
    assert not other.erasure_requests.exists()


@pytest.mark.django_db(transaction=True)
def test_what_refers_to_an_admin_goes_on_while_the_admins_are_held() -> None:
    admin, student = AdminFactory(), UserFactory()

    def refers() -> None:
        try:
            erasing.request_erasure(by=admin, person=student, now=timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert is_last_admin(admin.pk)
        referring = pool.submit(refers)
        waits_or_ends(referring)
        assert referring.done()

    assert student.erasure_requests.get().requested_by == admin


@pytest.mark.django_db(transaction=True)
def test_the_admins_are_not_held_while_a_step_of_an_erasure_goes_on(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    leaving, other = AdminFactory(), AdminFactory()
    row = erasing.request_erasure(by=leaving, person=leaving, now=timezone.now())

    def takes_the_other() -> uuid.UUID:
        try:
            with transaction.atomic():
                return User.objects.select_for_update(nowait=True).get(pk=other.pk).pk
        finally:
            connections.close_all()

    def erases(person_id: uuid.UUID) -> Mapping[str, int]:
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(takes_the_other).result(PATIENCE_SECONDS) == other.pk
        return {}

    settings.ERASERS = ["a.step"]
    monkeypatch.setattr(erasing, "import_string", lambda name: erases)

    assert erasing.erase(row.pk, now=row.due_at) == ["a.step"]
