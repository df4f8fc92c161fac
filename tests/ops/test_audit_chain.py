"""The trail is one chain: the database links every row, refuses changes, and whoever gets round it is found out."""

import random
import threading
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction

from accounts.models import User
from ops import audit, audit_verifying, erasure
from ops.models import AuditLink, AuditLog
from tests.factories.accounts import AdminFactory
from tests.ops.tampering import KINDS, sql, tamper, triggers_off, write

SEED = 20_260_302


def note(**facts: object) -> AuditLog:
    return audit.record(by=None, action="thing.done", resource_type="thing", resource_id=None, metadata=facts)


def length() -> int:
    """How many rows are linked; migrations have left some."""
    return int(audit_verifying.head().partition(":")[0])


def linked() -> None:
    """Have the database do what it does at the end of a transaction."""
    connection.check_constraints()


def broken(**options: object) -> str:
    with pytest.raises(CommandError) as refusal:
        call_command("verify_audit", **options)
    return str(refusal.value)


@pytest.mark.django_db
class TestChain:
    def test_every_row_is_linked_to_the_one_before_and_python_comes_to_the_same_hashes(self) -> None:
        lines = [
            note(text='“quoted" \\ \x1f\n é \u2028', number=1.50, big=10**20),
            note(),
            note(deep={"a": [None]}),
        ]
        linked()

        links = list(AuditLink.objects.order_by("-sequence")[:3])[::-1]
        assert [link.audit for link in links] == [line.pk for line in lines]
        assert links[1].previous == links[0].digest
        assert links[2].previous == links[1].digest
        assert audit_verifying.verify().broken is None

    def test_before_the_transaction_ends_no_row_has_a_place(self) -> None:
        before = length()

        line = note()
        assert not AuditLink.objects.filter(audit=line.pk).exists()
        linked()

        assert AuditLink.objects.get(audit=line.pk).sequence == before + 1

    @pytest.mark.parametrize("table", ["audit_logs", "audit_links"])
    @pytest.mark.parametrize("change", ["UPDATE {} SET {} = NULL", "DELETE FROM {}"])
    def test_not_even_erasure_changes_the_trail(self, table: str, change: str) -> None:
        with transaction.atomic():
            erasure.begin(by=None, subject_type="user", subject_id=None, reason="asked for")
            linked()
            column = "resource_id" if table == "audit_logs" else "digest"
            with pytest.raises(IntegrityError, match=f"{table} is append-only"), transaction.atomic():
                sql(change.format(table, column))

    def test_nobody_makes_a_link_by_hand(self) -> None:
        with pytest.raises(IntegrityError, match="append-only: INSERT refused"), transaction.atomic():
            AuditLink.objects.create(audit=uuid.uuid4(), sequence=1, previous="0" * 64, digest="1" * 64)

    def test_truncating_is_refused(self) -> None:
        sql("SELECT set_config('microcred.allow_truncate', '', true)")
        for table in ("audit_logs", "audit_links"):
            with pytest.raises(IntegrityError, match="TRUNCATE refused"), transaction.atomic():
                sql(f"TRUNCATE {table}")


@pytest.mark.django_db
class TestCommand:
    def test_a_whole_trail_is_counted_and_its_head_given_out(self) -> None:
        write(3)
        out, rows = StringIO(), length()

        call_command("verify_audit", head=True, stdout=out)
        anchor = out.getvalue().strip()
        call_command("verify_audit", anchor=[anchor], stdout=out)

        assert anchor == audit_verifying.head()
        said = f"{rows} rows of the audit trail, all as they were written, 1 anchors among them.\n"
        assert out.getvalue().endswith(said)

    def test_the_first_bad_row_is_named(self) -> None:
        place = length() + 2
        write(5)
        second, fourth = AuditLink.objects.get(sequence=place), AuditLink.objects.get(sequence=place + 2)
        with triggers_off():
            sql("UPDATE audit_logs SET action = 'else' WHERE id IN (%s, %s)", second.audit, fourth.audit)

        said = broken()

        assert f"row {second.audit} at place {place}: its content does not match its hash" in said

    def test_a_row_that_came_in_past_the_chain_is_named(self) -> None:
        write(2)
        made = uuid.uuid4()
        with triggers_off():
            sql(
                "INSERT INTO audit_logs (id, action, actor_role, resource_type, metadata) "
                "VALUES (%s, 'a', '', 'b', '{}')",
                made,
            )

        assert f"row {made}: it is in no place of the chain" in broken()

    def test_rows_cut_off_the_end_are_missed_by_the_anchors_in_the_log(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        write(4)
        rows = length()
        with caplog.at_level("INFO"):
            audit_verifying.anchor(now=None)
        log = tmp_path / "worker.log"
        log.write_text("\n".join(record.getMessage() for record in caplog.records))
        with triggers_off():
            sql("DELETE FROM audit_logs")
            sql("DELETE FROM audit_links")

        assert f"at place 1: it is missing; there was one at {rows}" in broken(anchors_in=str(log))
        call_command("verify_audit", stdout=StringIO())  # which is why heads are kept elsewhere

    def test_what_is_no_anchor_is_refused(self) -> None:
        assert "is no anchor" in broken(anchor=["7"])
        assert "cannot be read" in broken(anchors_in="/nowhere/at/all")

    def test_a_log_without_an_anchor_proves_nothing(self, tmp_path: Path) -> None:
        log = tmp_path / "web.log"
        log.write_text("nothing of that kind\n")

        assert f"{log} holds no anchor" in broken(anchors_in=str(log))


def found_of(trials: int, *, rows: int) -> dict[str, tuple[int, int]]:
    """Tamper that often, each time with the same trail; return for each kind how often, and how often it was found."""
    chance = random.Random(SEED)
    counts = dict.fromkeys(KINDS, (0, 0))
    write(rows)
    anchor = audit_verifying.read_anchors([audit_verifying.head()])
    assert audit_verifying.verify(anchors=anchor).broken is None
    for _ in range(trials):
        with transaction.atomic():
            kind, place = tamper(chance)
            bad = audit_verifying.verify(anchors=anchor).broken
            transaction.set_rollback(True)
        tried, found = counts[kind]
        counts[kind] = (tried + 1, found + (bad is not None))
        assert bad is not None, f"{kind} at {place}"
    return counts


@pytest.mark.django_db
def test_random_tamperings_are_all_found() -> None:
    counts = found_of(40, rows=12)

    assert all(0 < tried == found for tried, found in counts.values()), counts


@pytest.mark.long
@pytest.mark.django_db
def test_a_thousand_random_tamperings_are_all_found() -> None:
    counts = found_of(1000, rows=60)

    assert sum(found for _, found in counts.values()) == 1000, counts


def cross(people: list[User], rounds: int, failures: list[str]) -> None:
    """Lock two people in this order and write a row of the trail before each, many times."""
    try:
        for _ in range(rounds):
            for person in people:
                with transaction.atomic():
                    note(at="first")
                    User.objects.select_for_update().get(pk=person.pk)
                    note(at="last")
    except Exception as error:  # whatever it is, the test names it
        failures.append(repr(error))
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_transactions_side_by_side_make_one_chain_and_never_wait_for_each_other_in_a_ring() -> None:
    people: list[User] = [AdminFactory(), AdminFactory()]
    failures: list[str] = []
    workers = [
        threading.Thread(target=cross, args=(people if number % 2 else people[::-1], 15, failures))
        for number in range(6)
    ]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)

    assert failures == []
    found = audit_verifying.verify()
    assert (found.broken, found.rows) == (None, AuditLog.objects.count())
    assert found.rows >= 6 * 15 * 2 * 2
