"""What was erased or called off after a backup was made is so again after it was restored."""

import datetime as dt
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import UserStatus
from accounts.models import ErasureRequest, User
from accounts.personal_data import erasing, erasure_replay
from accounts.personal_data.erasure_replay import Reapplied
from ops import audit_verifying
from recommendations import verifying
from tests.accounts.personal_data.people import MARK
from tests.accounts.personal_data.sweep import places_with
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
NOTHING = Reapplied(erased=0, called_off=0, unknown=0)


def asked_for(person: User) -> ErasureRequest:
    return erasing.request_erasure(by=person, person=person, now=timezone.now())


def erased(person: User) -> None:
    row = asked_for(person)
    erasing.erase(row.pk, now=row.due_at)


def undone_by_a_restore(deed: Callable[[], object], file: Path) -> None:
    """Do it, keep the list of erasures, and bring the database back to what it was before."""
    backup = transaction.savepoint()
    deed()
    with file.open("w") as kept:
        call_command("erasures", "list", stdout=kept)
    transaction.savepoint_rollback(backup)


def applied(file: Path) -> str:
    said = StringIO()
    call_command("erasures", "apply", str(file), stdout=said)
    return said.getvalue().strip()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "erasures.jsonl"


def test_who_was_erased_since_the_backup_is_erased_again(student: User, file: Path) -> None:
    undone_by_a_restore(lambda: erased(student), file)
    assert MARK not in file.read_text()
    assert places_with(MARK) != []

    said = applied(file)

    assert said == "Erased again: 1. Called off again: 0. Not in this database: 0."
    assert places_with(MARK) == []
    student.refresh_from_db()
    assert student.status == UserStatus.ERASED
    assert ErasureRequest.objects.get().completed_at is not None
    connection.check_constraints()
    assert audit_verifying.verify().broken is None
    assert verifying.verify().broken is None
    assert applied(file) == "Erased again: 0. Called off again: 0. Not in this database: 0."


def test_what_the_backup_had_half_done_is_gone_on_with(file: Path) -> None:
    person: User = UserFactory()
    row = asked_for(person)
    with transaction.atomic():
        erasing._step(row.pk, "accounts.personal_data.account_rows.shut_out", row.due_at)
    undone_by_a_restore(lambda: erasing.erase(row.pk, now=row.due_at), file)

    assert applied(file).startswith("Erased again: 1.")
    person.refresh_from_db()
    assert person.status == UserStatus.ERASED


def test_what_was_called_off_since_is_not_done_when_it_comes_due(file: Path) -> None:
    person: User = UserFactory()
    row = asked_for(person)
    undone_by_a_restore(lambda: erasing.cancel(by=person, person=person, now=timezone.now()), file)

    assert applied(file) == "Erased again: 0. Called off again: 1. Not in this database: 0."
    assert erasing.announce_due(now=row.due_at + dt.timedelta(days=1)) == 0


def test_what_was_called_off_and_asked_for_again_waits_for_its_time(file: Path) -> None:
    person: User = UserFactory()
    asked_for(person)

    def change_of_mind() -> None:
        erasing.cancel(by=person, person=person, now=timezone.now())
        asked_for(person)

    undone_by_a_restore(change_of_mind, file)
    kept = list(erasure_replay.entries())

    assert applied(file) == "Erased again: 0. Called off again: 1. Not in this database: 0."
    first, second = erasure_replay.entries()
    assert (first.id, first.cancelled_at is None, second.cancelled_at) == (kept[0].id, False, None)
    person.refresh_from_db()
    assert person.is_active


def test_people_who_came_after_the_backup_are_no_matter(file: Path) -> None:
    undone_by_a_restore(lambda: erased(UserFactory()), file)

    assert applied(file) == "Erased again: 0. Called off again: 0. Not in this database: 1."


@pytest.mark.parametrize(
    "line", ["x", "{}", "[]", '{"id": "1"}', "null", pytest.param("[" * 100_000, id="deep")]
)
def test_a_file_that_is_none_of_ours_erases_nobody(file: Path, line: str) -> None:
    person: User = UserFactory()
    undone_by_a_restore(lambda: erased(person), file)
    with file.open("a") as kept:
        kept.write(f"{line}\n")

    with pytest.raises(CommandError, match="Line 2"):
        applied(file)

    person.refresh_from_db()
    assert person.is_active


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        applied(tmp_path / "none")


def test_nothing_kept_is_nothing_done() -> None:
    assert erasure_replay.reapply([], now=timezone.now()) == NOTHING
