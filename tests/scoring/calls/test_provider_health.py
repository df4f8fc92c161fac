"""Whether providers answer, by what came of the latest calls."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from microcred.ai.base import FailureKind
from microcred.ids import uuid7_lower_bound
from ops.gauges import WINDOW
from scoring.calls import ledger, provider_health
from scoring.models import ModelCall
from tests.factories.assessments import started_assessment
from tests.scoring.calls.entries import EMBEDDING, outgoing, payer, reply

pytestmark = pytest.mark.django_db


def called(*outcomes: FailureKind | None, embedding: bool = False) -> None:
    """Make calls one after the other; None is one that was answered."""
    by = payer(started_assessment())
    changes: dict[str, Any] = dict(EMBEDDING) if embedding else {}
    for kind in outcomes:
        call = ledger.reserve(outgoing(**changes), payer=by)
        if kind is None:
            ledger.settle(call, reply())
        else:
            ledger.settle_failure(call, kind, latency_ms=5)


def test_without_a_call_nothing_is_known_against_a_provider() -> None:
    assert provider_health.provider_health() == {"status": "ok", "latest": {}}


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ((None,), "ok"),
        (("timeout",), "ok"),
        ((None, "timeout"), "ok"),
        (("timeout", "connection", None), "ok"),
        (("timeout", "refusal"), "ok"),
        ((None, "timeout", "circuit_open"), "not answering: chat"),
        (("auth", "auth"), "not answering: chat"),
    ],
)
def test_two_calls_in_a_row_that_reached_nobody(
    outcomes: tuple[FailureKind | None, ...], status: str
) -> None:
    called(*outcomes)

    found = provider_health.provider_health()

    assert (found["status"], found["latest"]["chat"]["outcome"]) == (status, outcomes[-1] or "answered")
    assert 0 <= found["latest"]["chat"]["seconds_ago"] <= 60


def test_embeddings_are_told_apart() -> None:
    called("server", "server", embedding=True)
    called(None)

    found = provider_health.provider_health()

    assert (found["status"], set(found["latest"])) == ("not answering: embeddings", {"chat", "embeddings"})


def test_what_was_long_ago_says_nothing() -> None:
    called("server")
    (row,) = ModelCall.objects.values()
    for minutes in (0, 1):
        moment = row["started_at"] - WINDOW - dt.timedelta(minutes=minutes)
        ModelCall.objects.bulk_create([ModelCall(**row | {"id": uuid7_lower_bound(moment)})])

    assert provider_health.provider_health()["status"] == "ok"


def test_the_health_page_says_degraded_and_goes_on_answering() -> None:
    called("connection", "connection")

    response = Client().get("/health/ready")

    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["providers"]["status"] == "not answering: chat"
