"""Records are appended one at a time, however many transactions append, end or are given up at once."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from recommendations import verifying
from recommendations.chain import FIRST
from recommendations.drafts import Draft
from recommendations.models import DecisionRecord, Recommendation
from recommendations.services import records
from tests.factories.catalog import NOW
from tests.factories.recommendations import RecommendationFactory

WORKERS = 4
EACH = 6


class GivenUp(Exception):
    """A transaction that does not come to its end."""


def append(run: Recommendation) -> DecisionRecord:
    draft = Draft(summary="A summary.", profile=())
    return records.append(run, draft, role_id=run.assessment.role_id, items=[], now=NOW)


def at_once(*works: Callable[[], None]) -> list[BaseException]:
    """Do all of it in threads of their own, each with a connection of its own; return what went wrong."""
    failed: list[BaseException] = []
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            gate.wait(timeout=20)
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return failed


def insert(**other: Any) -> None:
    """Insert a row as somebody would who writes SQL."""
    row: dict[str, Any] = {"sequence": 1, "previous": FIRST, "digest": "a" * 64} | other
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO decision_records"
            " (id, sequence, assessment_id, recommendation_id, body, previous, digest, made_at)"
            " VALUES (gen_random_uuid(), %(sequence)s, gen_random_uuid(), gen_random_uuid(), '{}', %(previous)s,"
            " %(digest)s, now())",
            row,
        )


@pytest.mark.django_db(transaction=True)
def test_the_chain_never_forks_not_even_where_some_are_rolled_back() -> None:
    runs = [RecommendationFactory() for _ in range(WORKERS)]

    def work(run: Recommendation, number: int) -> Callable[[], None]:
        def several() -> None:
            for turn in range(EACH):
                try:
                    with transaction.atomic():
                        append(run)
                        if (turn + number) % 3 == 0:
                            raise GivenUp
                except GivenUp:
                    continue

        return several

    failed = at_once(*(work(run, number) for number, run in enumerate(runs)))

    kept = WORKERS * EACH - sum((turn + number) % 3 == 0 for number in range(WORKERS) for turn in range(EACH))
    assert failed == []
    assert list(DecisionRecord.objects.values_list("sequence", flat=True)) == list(range(1, kept + 1))
    assert verifying.verify().broken is None
    assert DecisionRecord.objects.values("assessment_id").distinct().count() == WORKERS


@pytest.mark.django_db(transaction=True)
def test_one_that_waits_follows_the_one_that_it_waited_for() -> None:
    first, second = RecommendationFactory(), RecommendationFactory()
    appended, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            append(first)
            appended.set()
            assert go_on.wait(timeout=20)

    def quick() -> None:
        assert appended.wait(timeout=20)
        threading.Timer(0.3, go_on.set).start()
        with transaction.atomic():
            append(second)

    assert at_once(slow, quick) == []
    one, other = DecisionRecord.objects.order_by("sequence")
    assert (one.recommendation_id, other.recommendation_id) == (first.pk, second.pk)
    assert other.previous == one.digest


@pytest.mark.django_db(transaction=True)
def test_one_that_waits_for_one_that_is_given_up_takes_its_place() -> None:
    first, second = RecommendationFactory(), RecommendationFactory()
    appended = threading.Event()

    def given_up() -> None:
        with transaction.atomic():
            append(first)
            appended.set()
            transaction.set_rollback(True)

    def other() -> None:
        assert appended.wait(timeout=20)
        with transaction.atomic():
            append(second)

    assert at_once(given_up, other) == []
    record = DecisionRecord.objects.get()
    assert (record.sequence, record.recommendation_id, record.previous) == (1, second.pk, FIRST)


@pytest.mark.django_db(transaction=True)
def test_two_that_go_round_the_service_cannot_fork_the_chain_either() -> None:
    failed = at_once(lambda: insert(digest="a" * 64), lambda: insert(digest="b" * 64))

    assert [type(error) for error in failed] == [IntegrityError]
    assert DecisionRecord.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row",
    [{"sequence": 2}, {"previous": "f" * 64}, {"sequence": 0}],
    ids=["a gap", "another before it", "no number"],
)
def test_the_database_refuses_what_does_not_follow(row: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        insert(**row)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    ["UPDATE decision_records SET body = '{}'", "DELETE FROM decision_records", "TRUNCATE decision_records"],
)
def test_the_database_refuses_every_change(sql: str) -> None:
    insert()

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change(sql)

    assert DecisionRecord.objects.count() == 1


def change(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL microcred.allow_truncate = 'off'")
        cursor.execute(sql)
