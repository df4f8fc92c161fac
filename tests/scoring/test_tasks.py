"""The scoring job when providers fail, refuse or come back, and when it runs more than once."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from microcred.ai import providers
from microcred.ai.base import Embedder, EmbedderError
from microcred.db import database_now
from microcred.pipelining import PipelinedQuery, Prefetch, prefetched
from ops import claims, jobs
from ops.enums import JobStatus
from ops.failures import LeaseLost
from ops.models import AsyncJob
from scoring import queries, tasks
from scoring.enums import EssayOutcome, ScoreSource
from scoring.models import CriterionMark, EssayScore, SkillEstimate
from tests.factories.assessments import (
    question_id_of,
    submitted_assessment,
)
from tests.factories.catalog import JobRoleFactory, published_question
from tests.factories.scoring import (
    INJECTION,
    handed_in,
    missing_parts,
    role_with_essay,
    scoring_job,
    work_off_scoring,
)
from tests.fakes.openai_server import FakeOpenAI, chat, faulty, html, refusal, status, truncated
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db


def test_a_limit_is_waited_for_as_long_as_the_provider_asks(openai: FakeOpenAI) -> None:
    openai.queue(status(429, error="rate_limit_exceeded", retry_after="8"))
    openai.script = second_level
    assessment, before = handed_in(), database_now()

    jobs.drain(limit=1)

    waiting = scoring_job(assessment)
    assert (waiting.status, waiting.attempts) == (JobStatus.QUEUED, 1)
    assert before <= waiting.next_run_at - dt.timedelta(seconds=8) <= database_now()
    assert waiting.error_payload is not None
    assert waiting.error_payload["message"] == "rate_limit"
    assert not EssayScore.objects.exists()

    done = work_off_scoring(assessment)
    assert (done.status, done.attempts) == (JobStatus.SUCCEEDED, 2)
    assert EssayScore.objects.get().score == Decimal("2.00")
    assert missing_parts(assessment) == []


def test_a_provider_cannot_hold_a_result_for_longer_than_a_moment(openai: FakeOpenAI) -> None:
    openai.queue(status(429, error="rate_limit_exceeded", retry_after="40"))
    assessment = handed_in()

    jobs.drain()

    assert scoring_job(assessment).attempts == 1
    assert missing_parts(assessment) == ["essay_scores"]


@pytest.mark.parametrize(
    "reply",
    [status(500), status(503, retry_after="1"), html(), chat("no JSON"), chat('{"e9": {}}'), chat("")],
)
def test_a_provider_that_fails_to_the_last_attempt_degrades_the_result(
    openai: FakeOpenAI, reply: Any
) -> None:
    openai.script = lambda request: reply
    assessment = handed_in()

    job = work_off_scoring(assessment)

    assert (job.status, job.attempts, len(openai.requests)) == (JobStatus.SUCCEEDED, 5, 5)
    assert EssayScore.objects.get().outcome == EssayOutcome.UNAVAILABLE
    assert missing_parts(assessment) == ["essay_scores"]
    # The closed answer alone makes the profile: alpha = 2, beta = 1.
    assert SkillEstimate.objects.get().level == Decimal("3.333")
    assert AsyncJob.objects.filter(kind="recommendations.recommend", assessment=assessment).exists()


def test_a_provider_that_keeps_silent_is_asked_twice(openai: FakeOpenAI, settings: Settings) -> None:
    settings.AI_TIMEOUT_SECONDS, settings.AI_CONNECT_TIMEOUT_SECONDS = 0.3, 0.2
    providers.reset()
    openai.script = lambda request: faulty("hang")
    assessment = handed_in()

    job = work_off_scoring(assessment)

    assert (job.attempts, len(openai.requests)) == (2, 2)
    assert missing_parts(assessment) == ["essay_scores"]


def test_an_open_breaker_is_waited_for_once(openai: FakeOpenAI) -> None:
    openai.script = lambda request: status(500)
    first, before = handed_in(), database_now()
    work_off_scoring(first)
    AsyncJob.objects.filter(assessment=first).delete()
    assessment = handed_in()

    jobs.drain(limit=1)
    paused = scoring_job(assessment)
    job = work_off_scoring(assessment)

    assert before <= paused.next_run_at - dt.timedelta(seconds=30) <= database_now()
    assert paused.error_payload is not None
    assert paused.error_payload["message"] == "circuit_open"
    assert (job.attempts, len(openai.requests)) == (5, 5)
    assert missing_parts(assessment) == ["essay_scores"]


@pytest.mark.parametrize("reply", [status(401), status(429, error="insufficient_quota"), truncated()])
def test_what_no_retry_can_mend_degrades_at_once(openai: FakeOpenAI, reply: Any) -> None:
    openai.script = lambda request: reply
    assessment = handed_in()

    job = work_off_scoring(assessment)

    assert (job.attempts, len(openai.requests)) == (1, 1)
    assert missing_parts(assessment) == ["essay_scores"]


def test_a_healed_provider_scores_what_was_left_out(openai: FakeOpenAI) -> None:
    openai.queue(status(401))
    openai.script = second_level
    assessment = handed_in()
    work_off_scoring(assessment)
    with_key = jobs.enqueue(
        "scoring.score", assessment_id=assessment.pk, unique_key=f"score:{assessment.pk}:2"
    )

    jobs.run(str(with_key.pk))

    effective = queries.effective_essay_scores(assessment.pk)
    assert [(row.run, row.score) for row in effective.values()] == [(2, Decimal("2.00"))]
    assert set(SkillEstimate.objects.values_list("run", flat=True)) == {1, 2}


def test_an_essay_that_the_model_refuses_waits_for_a_person(openai: FakeOpenAI) -> None:
    openai.script = lambda request: refusal()
    assessment = handed_in()

    job = work_off_scoring(assessment)

    row = EssayScore.objects.get()
    assert (job.attempts, missing_parts(assessment)) == (1, [])
    assert (row.outcome, row.source, row.score) == (EssayOutcome.NEEDS_REVIEW, ScoreSource.CODE, None)
    assert queries.pending_parts(queries.question_results(assessment.pk)) == [
        {
            "question_id": str(question_id_of(assessment, "essay")),
            "criteria": ["Reasoning", "Evidence"],
            "reason": "needs_review",
        }
    ]


def test_one_refused_essay_does_not_cost_the_others_their_scores(openai: FakeOpenAI) -> None:
    openai.script = lambda request: refusal() if "weapon" in request.prompt else second_level(request)
    role = role_with_essay()
    published_question("essay", role=role, prompt="How is a weapon described?")
    assessment = submitted_assessment(role=role)

    work_off_scoring(assessment)

    outcomes = {row.question_snapshot.prompt: row.outcome for row in EssayScore.objects.all()}
    assert outcomes.pop("How is a weapon described?") == EssayOutcome.NEEDS_REVIEW
    assert list(outcomes.values()) == [EssayOutcome.SCORED]
    assert missing_parts(assessment) == []


def test_at_the_last_attempt_what_was_judged_is_kept(openai: FakeOpenAI) -> None:
    openai.script = lambda request: (
        chat("no JSON") if "Ignore all" in request.prompt else second_level(request)
    )
    role = role_with_essay()
    published_question("essay", role=role, prompt="Name a second case?")
    assessment = submitted_assessment(role=role)
    injected = assessment.responses.filter(question_snapshot__prompt="Name a second case?").get()
    type(injected).objects.create(
        assessment=assessment,
        question_snapshot=injected.question_snapshot,
        version=2,
        answer={"text": INJECTION},
        submitted_at=injected.submitted_at,
    )

    job = work_off_scoring(assessment)

    outcomes = {row.question_snapshot.prompt: row.outcome for row in EssayScore.objects.all()}
    assert job.attempts == 5
    assert outcomes.pop("Name a second case?") == EssayOutcome.UNAVAILABLE
    assert list(outcomes.values()) == [EssayOutcome.SCORED]
    assert missing_parts(assessment) == ["essay_scores"]


def test_giving_up_goes_on_without_the_essays() -> None:
    assessment = handed_in()
    AsyncJob.objects.filter(assessment=assessment).update(giving_up=True, attempts=5)

    job = work_off_scoring(assessment)

    assert (job.status, job.give_ups) == (JobStatus.DEAD, 1)
    assert EssayScore.objects.get().outcome == EssayOutcome.UNAVAILABLE
    assert missing_parts(assessment) == ["essay_scores"]
    assert SkillEstimate.objects.get().level == Decimal("3.333")


@pytest.mark.usefixtures("local_judge")
def test_a_local_judge_that_cannot_be_loaded_degrades_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Embedder:
        raise EmbedderError("the weights are damaged")

    assessment = handed_in()
    with monkeypatch.context() as patched:
        patched.setattr(providers, "embedder", fail)
        job = work_off_scoring(assessment)

    assert (job.attempts, job.give_ups) == (5, 1)
    assert missing_parts(assessment) == ["essay_scores"]


def test_giving_up_on_an_assessment_without_essays_misses_nothing() -> None:
    role = JobRoleFactory()
    published_question(role=role)
    assessment = submitted_assessment(role=role)
    AsyncJob.objects.filter(assessment=assessment).update(giving_up=True, attempts=5)

    work_off_scoring(assessment)

    assert missing_parts(assessment) == []


def test_a_job_that_runs_twice_writes_once(openai: FakeOpenAI) -> None:
    openai.script = second_level
    assessment = handed_in()
    first = claims.claim_job(scoring_job(assessment).pk)
    assert first is not None
    AsyncJob.objects.filter(pk=first.job_id).update(status="queued", owner_token=None, lease_expires_at=None)
    second = claims.claim_job(first.job_id)
    assert second is not None

    tasks.score(second)
    with pytest.raises(LeaseLost):
        tasks.score(first)
    jobs.run(str(first.job_id))

    assert EssayScore.objects.count() == 1
    assert CriterionMark.objects.count() == 2
    assert SkillEstimate.objects.count() == 1
    assert AsyncJob.objects.filter(kind="recommendations.recommend").count() == 1


def test_a_scoring_job_without_an_assessment_says_so() -> None:
    claim = claims.claim_job(jobs.enqueue("scoring.score").pk)
    assert claim is not None

    with pytest.raises(ValueError, match="names its assessment"):
        tasks.score(claim)


def test_all_that_scoring_asks_beforehand_is_taken(
    openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[object] = []

    @contextmanager
    def noted(*reads: PipelinedQuery[Any]) -> Iterator[Prefetch]:
        with prefetched(*reads) as trip:
            yield trip
            left.append(trip.answers)

    monkeypatch.setattr(tasks, "prefetched", noted)

    job = work_off_scoring(handed_in())

    assert job.status == JobStatus.SUCCEEDED
    assert left == [[]]
