"""A reply that has been paid for is kept while the database is away."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from scoring.calls import claims, ledger, settling
from scoring.enums import CallContent, CallState
from tests.factories.assessments import started_assessment
from tests.scoring.calls.entries import outgoing, payer, reply


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_cut_costs_no_reply() -> None:
    call = ledger.reserve(outgoing(), payer=payer(started_assessment()))
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    other.close()

    ledger.settle(call, reply(400))

    call.refresh_from_db()
    assert (call.state, call.cost_microcents) == (CallState.SETTLED, 400)
    assert call.contents.get(kind=CallContent.REPLY).text == '{"e1": {}}'


@pytest.mark.django_db(transaction=True)
def test_it_is_not_kept_for_longer_than_the_claims_of_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    call = ledger.reserve(outgoing(), payer=payer(started_assessment()))
    passed: list[float] = []

    def away(*_: Any) -> bool:
        raise OperationalError("away")

    monkeypatch.setattr(settling, "_write", away)
    clock = SimpleNamespace(monotonic=lambda: 70 + sum(passed), sleep=passed.append)
    monkeypatch.setattr(settling, "time", clock)

    with pytest.raises(OperationalError):
        ledger.settle(call, reply(400))

    rounds = settling.PATIENCE_SECONDS / settling.ROUND_SECONDS
    assert rounds <= len(passed) <= rounds + 1
    monkeypatch.undo()
    assert settling.PATIENCE_SECONDS < claims.SETTLING_SECONDS


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_nothing_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    call = ledger.reserve(outgoing(), payer=payer(started_assessment()))
    tries: list[Any] = []

    def away(*arguments: Any) -> bool:
        tries.append(arguments)
        raise OperationalError("away")

    monkeypatch.setattr(settling, "_write", away)

    with pytest.raises(OperationalError), transaction.atomic():
        ledger.settle(call, reply(400))

    assert len(tries) == 1
