"""Paid calls: written down before, settled once after, within the limits whoever races."""

import datetime as dt
import hashlib
import threading
import uuid
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from microcred.db import database_now
from ops import erasure
from scoring.calls import ledger
from scoring.calls.ledger import BudgetExceeded, Payer
from scoring.enums import CallContent, CallState
from scoring.models import ModelCall, ModelCallClaim, ModelCallContent
from tests.factories.assessments import started_assessment
from tests.factories.scoring import handed_in
from tests.scoring.calls.entries import CENT, answer_of, outgoing, payer, reply

pytestmark = pytest.mark.django_db


def test_a_reserved_call_says_what_will_be_sent_and_counts_with_its_highest_cost() -> None:
    assessment = started_assessment()

    call = ledger.reserve(outgoing(), payer=payer(assessment))

    call.refresh_from_db()
    assert (call.state, call.outcome, call.cost_microcents) == (CallState.RESERVED, "", None)
    assert (call.host, call.correlation_id, call.attempt) == ("models.example.org", "request-7", 1)
    assert call.input_sha256 == hashlib.sha256(b"what was sent").hexdigest()
    assert call.month == call.started_at.date().replace(day=1)
    assert [(row.kind, row.text) for row in call.contents.all()] == [(CallContent.PROMPT, "what was sent")]
    assert ledger.spent(assessment_id=assessment.pk, month=call.month) == (CENT, CENT)


def test_a_settled_call_counts_with_its_cost_and_keeps_the_reply() -> None:
    assessment = started_assessment()
    call = ledger.reserve(outgoing(), payer=payer(assessment))

    ledger.settle(call, reply())

    call.refresh_from_db()
    assert (call.state, call.outcome, call.cost_microcents) == (CallState.SETTLED, "answered", 400)
    assert (call.input_tokens, call.output_tokens, call.latency_ms) == (120, 30, 700)
    assert (call.answered_model, call.cost_is_estimate) == ("model-1-2024", False)
    assert call.settled_at is not None
    assert call.contents.get(kind=CallContent.REPLY).text == '{"e1": {}}'
    assert ledger.spent(assessment_id=assessment.pk, month=call.month) == (400, 400)


def test_a_reply_without_a_price_counts_with_what_was_reserved() -> None:
    call = ledger.reserve(outgoing(), payer=payer(started_assessment()))

    ledger.settle(call, reply(0, price_known=False))

    call.refresh_from_db()
    assert (call.cost_microcents, call.cost_is_estimate) == (CENT, True)


@pytest.mark.parametrize(
    ("kind", "cost"),
    [
        ("timeout", CENT),
        ("connection", CENT),
        ("truncated", CENT),
        ("rate_limit", 0),
        ("auth", 0),
        ("server", 0),
    ],
)
def test_a_failure_costs_what_was_reserved_where_the_provider_may_have_worked(kind: Any, cost: int) -> None:
    call = ledger.reserve(outgoing(), payer=payer(started_assessment()))

    ledger.settle_failure(call, kind, latency_ms=20)

    call.refresh_from_db()
    assert (call.outcome, call.cost_microcents, call.latency_ms) == (kind, cost, 20)
    assert call.cost_is_estimate == (cost > 0)


def test_a_call_is_settled_once() -> None:
    call = ledger.reserve(outgoing(), payer=payer(started_assessment()))
    ledger.settle(call, reply(400))

    ledger.settle(call, reply(999))
    ledger.settle_failure(call, "timeout", latency_ms=1)

    call.refresh_from_db()
    assert (call.outcome, call.cost_microcents) == ("answered", 400)
    assert call.contents.filter(kind=CallContent.REPLY).count() == 1


@pytest.mark.parametrize("is_settled", [False, True])
def test_the_database_refuses_any_other_change(is_settled: bool) -> None:
    call = ledger.reserve(outgoing(), payer=payer(started_assessment()))
    if is_settled:
        ledger.settle(call, reply())

    for change in ({"reserved_microcents": 0}, {"cost_microcents": 0}, {"model": "another"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ModelCall.objects.filter(pk=call.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelCall.objects.filter(pk=call.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelCallContent.objects.filter(call=call).update(text="something else")
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelCallContent.objects.filter(call=call).delete()


def test_erasure_may_delete_what_was_sent_and_leaves_the_row() -> None:
    call = ledger.reserve(outgoing(), payer=payer(started_assessment()))
    ledger.settle(call, reply())

    with transaction.atomic():
        erasure.begin(by=None, subject_type="assessment", subject_id=None, reason="asked for")
        ModelCallContent.objects.filter(call=call).delete()

    assert not call.contents.exists()
    assert ModelCall.objects.get().input_sha256


def test_what_an_earlier_attempt_left_open_is_settled_as_abandoned() -> None:
    assessment = started_assessment()
    left = ledger.reserve(outgoing(), payer=payer(assessment, attempt=1))
    of_another_job = ledger.reserve(outgoing(), payer=Payer(assessment.pk, uuid.UUID(int=2), 1))
    mine = ledger.reserve(outgoing(), payer=payer(assessment, attempt=2))

    assert ledger.abandon_earlier(payer(assessment, attempt=2)) == 1

    states = {call.pk: (call.outcome, call.cost_microcents) for call in ModelCall.objects.all()}
    assert states == {left.pk: ("abandoned", CENT), of_another_job.pk: ("", None), mine.pk: ("", None)}


def test_a_call_that_does_not_fit_into_the_month_is_not_reserved(settings: Settings) -> None:
    settings.MODEL_BUDGET_MONTH_CENTS = 2.5
    for _ in range(2):
        ledger.reserve(outgoing(), payer=payer(started_assessment()))

    with pytest.raises(BudgetExceeded) as refused:
        ledger.reserve(outgoing(), payer=payer(started_assessment()))

    assert (refused.value.limit, refused.value.spent_microcents) == ("month", 2 * CENT)
    assert ModelCall.objects.count() == 2


def test_what_a_call_did_not_cost_after_all_can_be_spent(settings: Settings) -> None:
    settings.MODEL_BUDGET_MONTH_CENTS = 1
    ledger.settle(ledger.reserve(outgoing(), payer=payer(started_assessment())), reply(400))

    ledger.reserve(outgoing(CENT - 400), payer=payer(started_assessment()))

    assert ModelCall.objects.count() == 2


def test_another_month_has_a_budget_of_its_own(settings: Settings) -> None:
    settings.MODEL_BUDGET_MONTH_CENTS = 1
    call = ledger.reserve(outgoing(), payer=payer(started_assessment()))
    month_before = (call.month - dt.timedelta(days=1)).replace(day=1)

    assert ledger.spent(assessment_id=uuid.UUID(int=9), month=month_before) == (0, 0)


def test_an_assessment_has_a_limit_of_its_own(settings: Settings) -> None:
    settings.MODEL_CAP_ASSESSMENT_CENTS = 1
    assessment = started_assessment()
    ledger.reserve(outgoing(), payer=payer(assessment))

    with pytest.raises(BudgetExceeded) as refused:
        ledger.reserve(outgoing(1), payer=payer(assessment))
    ledger.reserve(outgoing(), payer=payer(started_assessment()))

    assert refused.value.limit == "assessment"


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_never_exceed_the_month_together(settings: Settings) -> None:
    settings.MODEL_BUDGET_MONTH_CENTS = 5
    assessments = [started_assessment() for _ in range(12)]
    line_up = threading.Barrier(len(assessments))
    results: list[str] = []

    def race(assessment: Assessment) -> None:
        line_up.wait()
        try:
            ledger.reserve(outgoing(), payer=payer(assessment))
            results.append("reserved")
        except BudgetExceeded:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=(assessment,)) for assessment in assessments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["refused"] * 7 + ["reserved"] * 5
    month = database_now().date().replace(day=1)
    assert ledger.spent(assessment_id=assessments[0].pk, month=month)[0] == 5 * CENT


@pytest.mark.parametrize("setting", ["MODEL_BUDGET_MONTH_CENTS", "MODEL_CAP_ASSESSMENT_CENTS"])
def test_calls_that_go_together_stop_at_the_first_that_does_not_fit(settings: Settings, setting: str) -> None:
    setattr(settings, setting, 3)
    assessment = started_assessment()
    ledger.reserve(outgoing(), payer=payer(assessment))

    calls = ledger.reserve_together([outgoing(), outgoing(2 * CENT), outgoing(1)], payer=payer(assessment))

    assert [call is not None for call in calls] == [True, False, False]
    assert ModelCall.objects.aggregate(set_aside=Sum("reserved_microcents"))["set_aside"] == 2 * CENT


def test_a_reservation_waits_for_its_turn_and_looks_around_in_one_trip() -> None:
    assessment = handed_in()
    made = [outgoing(answers=[answer_of(assessment, fingerprint=letter * 64)]) for letter in "ab"]

    driver = connection.connection
    with (
        mock.patch.object(driver, "pipeline", wraps=driver.pipeline) as trips,
        CaptureQueriesContext(connection) as captured,
    ):
        calls = ledger.reserve_together(made, payer=payer(assessment))

    told = [str(one["sql"]).split()[:2] for one in captured.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert trips.call_count == 1
    assert told[0] == ["SELECT", "pg_advisory_xact_lock(7310468201)"]
    # The clock, claims, replies, later attempts; then all rows at once.
    assert [verb for verb, _ in told] == ["SELECT"] * 5 + ["WITH"]
    assert [call.outcome for call in calls if call] == ["", ""]
    assert ModelCallClaim.objects.count() == 2
