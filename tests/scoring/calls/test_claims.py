"""Of two workers with the same words one asks and pays; the other waits, and reads what came of it."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from microcred.db import database_now
from ops import jobs
from ops.enums import JobStatus
from ops.models import AsyncJob
from scoring.calls import claims, ledger
from scoring.calls.claims import BeingAsked
from scoring.calls.ledger import BudgetExceeded, Payer
from scoring.enums import EssayOutcome
from scoring.models import EssayScore, ModelCall, ModelCallClaim
from tests.factories.assessments import submitted_assessment
from tests.factories.scoring import (
    handed_in,
    missing_parts,
    role_with_essay,
    scoring_job,
    work_off_scoring,
)
from tests.fakes.openai_server import FakeOpenAI, Received, refusal, status
from tests.scoring.calls.entries import answer_of, outgoing, payer, reply
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db

OTHER_JOB = uuid.UUID(int=2)


def reserve(assessment: Assessment, job: uuid.UUID = OTHER_JOB, **changes: Any) -> ModelCall:
    """Reserve a call about the assessment's essay."""
    return ledger.reserve(
        outgoing(answers=[answer_of(assessment)], **changes), payer=Payer(assessment.pk, job)
    )


def test_what_is_being_asked_about_is_not_asked_about_again() -> None:
    assessment = handed_in()
    ledger.reserve(outgoing(answers=[answer_of(assessment)]), payer=payer(assessment))

    with pytest.raises(BeingAsked) as held:
        reserve(handed_in())

    assert 0 < held.value.seconds <= claims.longest_call_seconds()
    assert ModelCall.objects.count() == 1


@pytest.mark.parametrize("changes", [{"reading": 2}, {"answers": []}])
def test_another_reading_or_essay_is_in_nobodys_way(changes: dict[str, Any]) -> None:
    reserve(handed_in())

    other = handed_in()
    ledger.reserve(
        outgoing(**{"answers": [answer_of(other)], **changes}), payer=Payer(other.pk, uuid.UUID(int=3))
    )

    assert ModelCall.objects.count() == 2


def test_an_answer_ends_the_claim_and_is_to_be_read_instead_of_asked_for() -> None:
    assessment = handed_in()
    call = ledger.reserve(outgoing(answers=[answer_of(assessment)]), payer=payer(assessment))
    ledger.settle(call, reply())

    with pytest.raises(BeingAsked) as held:
        reserve(handed_in())

    assert held.value.seconds == 0
    assert not ModelCallClaim.objects.exists()
    # Who has read it, and found nothing of use in it, may ask.
    reserve(handed_in(), seen=frozenset({call.pk}))


def test_a_failure_ends_the_claim() -> None:
    assessment = handed_in()
    call = ledger.reserve(outgoing(answers=[answer_of(assessment)]), payer=payer(assessment))

    ledger.settle_failure(call, "server", latency_ms=3)

    reserve(handed_in())


def test_a_claim_that_a_dead_worker_left_runs_out() -> None:
    reserve(handed_in())
    ModelCallClaim.objects.update(expires_at=database_now() - dt.timedelta(milliseconds=1))

    second = reserve(handed_in(), job=uuid.UUID(int=3))

    assert ModelCallClaim.objects.get().call_id == second.pk


def test_a_job_does_not_wait_for_its_own_earlier_attempt() -> None:
    assessment = handed_in()
    reserve(assessment)

    reserve(assessment)

    assert ModelCall.objects.count() == 2


def test_an_attempt_that_was_followed_by_another_asks_nothing_more() -> None:
    assessment = handed_in()
    job = scoring_job(assessment)
    frozen = Payer(assessment.pk, job.pk, attempt=1)
    made = outgoing(answers=[answer_of(assessment)])
    AsyncJob.objects.filter(pk=job.pk).update(attempts=2)

    for reserving in (ledger.reserve, lambda one, payer: ledger.reserve_together([one], payer=payer)):
        with pytest.raises(jobs.LeaseLost):
            reserving(made, payer=frozen)

    assert not ModelCall.objects.exists()


def test_what_an_earlier_attempt_reserved_late_is_given_up_before_another_asks() -> None:
    assessment = handed_in()
    answers = [answer_of(assessment)]
    late = ledger.reserve(outgoing(answers=answers), payer=payer(assessment, attempt=1))

    call = ledger.reserve(outgoing(answers=answers), payer=payer(assessment, attempt=2))

    assert ledger.settle(late, reply()) is False
    assert ledger.settle(call, reply()) is True
    outcomes = ModelCall.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["abandoned", "answered"]


def test_what_an_earlier_attempt_claimed_is_given_up_with_its_calls() -> None:
    assessment = handed_in()
    ledger.reserve(outgoing(answers=[answer_of(assessment)]), payer=payer(assessment, attempt=1))

    ledger.abandon_earlier(payer(assessment, attempt=2))

    assert not ModelCallClaim.objects.exists()


def test_calls_that_nobody_waits_for_any_more_are_settled_by_the_clock() -> None:
    call = reserve(handed_in())

    assert ledger.abandon_stale(now=database_now()) == 0
    assert ledger.abandon_stale(now=database_now() + dt.timedelta(minutes=16)) == 1

    call.refresh_from_db()
    assert (call.outcome, call.cost_microcents) == ("abandoned", call.reserved_microcents)
    assert not ModelCallClaim.objects.exists()


def test_no_claim_is_left_where_there_is_no_money(settings: Settings) -> None:
    settings.MODEL_BUDGET_MONTH_CENTS = 0.5

    with pytest.raises(BudgetExceeded):
        reserve(handed_in())

    assert not ModelCallClaim.objects.exists()


def test_the_database_refuses_a_second_claim() -> None:
    call = reserve(handed_in())
    until = database_now()

    with pytest.raises(IntegrityError), transaction.atomic():
        ModelCallClaim.objects.create(call=call, fingerprint="f" * 64, reading=1, expires_at=until)


@pytest.mark.django_db(transaction=True)
def test_workers_that_judge_the_same_answer_at_the_same_instant_pay_once(
    openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.calls.judge.PATIENCE_SECONDS", 60.0)
    assessments, together = _same_answers(6), threading.Barrier(6)
    arrived: list[str] = []

    def slowly(request: Received) -> str:
        arrived.append(request.prompt)
        threading.Event().wait(0.5)
        return second_level(request)

    openai.script = slowly

    _work_at_once(assessments, together)

    assert len(arrived) == ModelCall.objects.count() == 1
    assert {row.outcome for row in EssayScore.objects.all()} == {EssayOutcome.SCORED}
    assert len({row.score for row in EssayScore.objects.all()}) == 1
    assert EssayScore.objects.count() == 6
    assert not ModelCallClaim.objects.exists()
    assert {scoring_job(one).attempts for one in assessments} == {1}


@pytest.mark.django_db(transaction=True)
def test_when_the_one_who_asked_fails_another_asks(openai: FakeOpenAI) -> None:
    assessments, together = _same_answers(2), threading.Barrier(2)
    openai.queue(status(500))
    openai.script = second_level

    _work_at_once(assessments, together)
    for assessment in assessments:
        work_off_scoring(assessment)

    assert sorted(ModelCall.objects.values_list("outcome", flat=True)) == ["answered", "server"]
    assert {row.outcome for row in EssayScore.objects.all()} == {EssayOutcome.SCORED}


@pytest.mark.django_db(transaction=True)
def test_who_has_waited_long_enough_comes_back_later(
    openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.calls.judge.PATIENCE_SECONDS", 0.3)
    # Nor is it too long until the call that is under way must be over.
    monkeypatch.setattr("microcred.ai.base.PATIENCE_SECONDS", 600.0)
    first, second = _same_answers(2)
    seen: list[AsyncJob] = []

    def meanwhile(request: Received) -> str:
        _work(str(scoring_job(second).pk))
        seen.append(scoring_job(second))
        connection.close()
        return second_level(request)

    openai.script = meanwhile

    jobs.run(str(scoring_job(first).pk))
    work_off_scoring(second)

    (waiting,) = seen
    assert (waiting.status, waiting.attempts) == (JobStatus.QUEUED, 1)
    assert waiting.error_payload is not None
    assert waiting.error_payload["message"] == "in_progress"
    assert waiting.next_run_at > waiting.queued_at + dt.timedelta(seconds=1)
    assert (len(openai.requests), scoring_job(second).attempts) == (1, 2)


def test_a_refusal_is_remembered_for_the_words_that_were_refused(openai: FakeOpenAI) -> None:
    openai.script = lambda request: refusal()
    first, second = _same_answers(2)

    work_off_scoring(first)
    work_off_scoring(second)

    assert len(openai.requests) == ModelCall.objects.count() == 1
    outcomes = [(row.outcome, row.response_payload["reason_code"]) for row in EssayScore.objects.all()]
    assert outcomes == [("needs_review", "refused")] * 2
    assert missing_parts(second) == []


def _same_answers(count: int) -> list[Assessment]:
    role = role_with_essay()
    return [submitted_assessment(role=role) for _ in range(count)]


def _work_at_once(assessments: list[Assessment], together: threading.Barrier) -> None:
    def work(job_id: str) -> None:
        together.wait()
        _work(job_id)

    threads = [
        threading.Thread(target=work, args=(str(scoring_job(assessment).pk),)) for assessment in assessments
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _work(job_id: str) -> None:
    try:
        jobs.run(job_id)
    finally:
        connection.close()


def test_calls_that_go_together_leave_out_what_others_ask_about() -> None:
    mine, theirs = handed_in(), handed_in()
    ledger.reserve(outgoing(answers=[answer_of(theirs, "b" * 64)]), payer=Payer(theirs.pk, OTHER_JOB))
    settled = ledger.reserve(
        outgoing(answers=[answer_of(theirs, "c" * 64)]), payer=Payer(theirs.pk, OTHER_JOB)
    )
    ledger.settle(settled, reply())
    made = [outgoing(answers=[answer_of(mine, letter * 64)]) for letter in "abcda"]

    calls = ledger.reserve_together(made, payer=payer(mine))

    assert [call is not None for call in calls] == [True, False, False, True, False]
    with pytest.raises(BeingAsked):
        ledger.reserve(outgoing(answers=[answer_of(theirs, "d" * 64)]), payer=Payer(theirs.pk, OTHER_JOB))
