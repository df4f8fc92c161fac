"""Calls to models of the last minutes."""

import datetime as dt

import pytest

from microcred.ids import uuid7_lower_bound
from ops.gauges import WINDOW
from scoring.calls import gauges, ledger
from scoring.models import ModelCall
from tests.factories.assessments import started_assessment
from tests.scoring.calls.entries import outgoing, payer, reply

pytestmark = pytest.mark.django_db


def test_calls_that_are_over_count_by_purpose_and_outcome() -> None:
    payer_ = payer(started_assessment())
    for latency in (700, 900, 4000):
        ledger.settle(ledger.reserve(outgoing(), payer=payer_), reply(latency_ms=latency))
    ledger.settle_failure(ledger.reserve(outgoing(), payer=payer_), "timeout", latency_ms=20_000)
    ledger.reserve(outgoing(), payer=payer_)

    found = {of: number for of, number in gauges.calls().items() if number}

    assert found == {("scoring", "answered"): 3, ("scoring", "timeout"): 1}
    assert gauges.calls()["answers", "answered"] == 0
    assert gauges.seconds() == {("scoring", "0.5"): 0.9, ("scoring", "0.95"): 20.0}


def test_older_calls_count_no_more() -> None:
    call = ledger.reserve(outgoing(), payer=payer(started_assessment()))
    ledger.settle(call, reply())
    old = uuid7_lower_bound(call.started_at - WINDOW - dt.timedelta(minutes=1))
    values = ModelCall.objects.filter(pk=call.pk).values().get() | {"id": old}
    ModelCall.objects.bulk_create([ModelCall(**values)])

    assert gauges.calls()["scoring", "answered"] == 1
