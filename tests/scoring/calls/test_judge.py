"""The scoring job and its calls: none without a row, none made twice, none beyond the limits."""

import json
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from microcred.ai import providers
from ops import erasure, jobs
from ops.enums import JobStatus
from ops.models import AsyncJob
from scoring.enums import CallContent, CallState, EssayOutcome
from scoring.essays.prompt import PROMPT_SHA256, PROMPT_VERSION
from scoring.models import EssayScore, ModelCall, ModelCallContent
from tests.factories.assessments import RIGHT_ANSWERS, submitted_assessment
from tests.factories.catalog import published_question
from tests.factories.releases import released
from tests.factories.scoring import (
    INJECTION,
    handed_in,
    missing_parts,
    role_with_essay,
    scoring_job,
    work_off_scoring,
)
from tests.fakes.openai_server import FakeOpenAI, Received, refusal, status
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db

DEAR = {django_settings.AI_MODELS["scoring"]: {"input": "100", "output": "1000"}}


def calls() -> list[tuple[str, int | None]]:
    """Outcome and attempt of every call, the first one first."""
    return list(ModelCall.objects.order_by("pk").values_list("outcome", "attempt"))


def two_calls() -> Assessment:
    """Hand in two essays that go in two calls: one of them speaks to the grader and goes first."""
    role = role_with_essay()
    published_question("essay", role=role, prompt="Name a second case?")
    assessment = submitted_assessment(role=role)
    spoken = assessment.responses.filter(question_snapshot__prompt="Name a second case?").get()
    type(spoken).objects.create(
        assessment=assessment, question_snapshot=spoken.question_snapshot, version=2,
        answer={"text": INJECTION}, submitted_at=spoken.submitted_at,
    )  # fmt: skip
    return assessment


def test_every_call_is_in_the_ledger_with_what_it_took(openai: FakeOpenAI, settings: Settings) -> None:
    openai.script = second_level
    settings.AI_PRICES = DEAR
    assessment = handed_in()

    work_off_scoring(assessment)

    call, score, (request,) = ModelCall.objects.get(), EssayScore.objects.get(), openai.requests
    assert (call.assessment_id, call.job_id) == (assessment.pk, scoring_job(assessment).pk)
    assert (call.purpose, call.reading, call.provider) == ("scoring", 1, "openai")
    assert call.host == openai.base_url.removeprefix("http://").removesuffix("/v1")
    assert (call.model, call.answered_model) == (request.body["model"], request.body["model"])
    assert (call.prompt_version, call.prompt_sha256) == (PROMPT_VERSION, PROMPT_SHA256)
    assert (call.state, call.outcome) == (CallState.SETTLED, "answered")
    assert (call.input_tokens, call.output_tokens) == (score.input_tokens, score.output_tokens)
    assert (call.cost_microcents, call.latency_ms) == (score.cost_microcents, score.latency_ms)
    assert 0 < (call.cost_microcents or 0) < call.reserved_microcents
    texts = {row.kind: row.text for row in call.contents.all()}
    assert texts == {
        CallContent.PROMPT: request.prompt,
        CallContent.ANSWER: RIGHT_ANSWERS["essay"],
        CallContent.REPLY: second_level(request),
    }


@pytest.mark.django_db(transaction=True)
def test_the_row_is_there_before_anything_is_sent(openai: FakeOpenAI) -> None:
    seen: list[str] = []

    def look(request: Received) -> str:
        seen.extend(ModelCall.objects.values_list("state", flat=True))
        connection.close()
        return second_level(request)

    openai.script = look

    work_off_scoring(handed_in())

    assert seen == ["reserved"]


def test_the_same_answer_gets_the_stored_score_without_a_second_call(openai: FakeOpenAI) -> None:
    openai.script = second_level
    role = role_with_essay()
    first, second = submitted_assessment(role=role), submitted_assessment(role=role)

    work_off_scoring(first)
    work_off_scoring(second)

    scores = {row.assessment_id: row for row in EssayScore.objects.all()}
    assert len(openai.requests) == ModelCall.objects.count() == 1
    assert scores[first.pk].score == scores[second.pk].score == Decimal("2.00")
    assert scores[first.pk].input_tokens > 0
    assert (scores[second.pk].input_tokens, scores[second.pk].cost_microcents) == (0, 0)
    assert scores[second.pk].model == scores[first.pk].model
    named = {str(row.response_payload["model_calls"]) for row in scores.values()}
    assert named == {str([str(ModelCall.objects.get().pk)])}


def test_a_reply_that_left_an_essay_out_is_no_answer_to_it(openai: FakeOpenAI, settings: Settings) -> None:
    settings.MODEL_MAX_READINGS = 1
    role = role_with_essay()
    published_question("essay", role=role, prompt="Name a second case?")

    def about_the_first(request: Received) -> str:
        said = json.loads(second_level(request))
        return json.dumps({"e1": said["e1"]})

    openai.script = about_the_first
    work_off_scoring(submitted_assessment(role=role))
    work_off_scoring(submitted_assessment(role=role))

    # Both were asked about together, the one left out alone; the second student's are the same words.
    assert [
        len(request.body["response_format"]["json_schema"]["schema"]["required"])
        for request in openai.requests
    ] == [2, 1]
    assert EssayScore.objects.filter(outcome=EssayOutcome.SCORED).count() == 4


def test_another_model_is_asked_again(openai: FakeOpenAI, settings: Settings) -> None:
    openai.script = second_level
    role = role_with_essay()
    work_off_scoring(submitted_assessment(role=role))
    settings.AI_MODELS = {**settings.AI_MODELS, "scoring": "another-model"}
    released()
    from_settings_anew()

    work_off_scoring(submitted_assessment(role=role))

    assert [call.model for call in ModelCall.objects.order_by("pk")][1:] == ["another-model"]


def test_an_erased_reply_is_not_used_again(openai: FakeOpenAI) -> None:
    openai.script = second_level
    role = role_with_essay()
    work_off_scoring(submitted_assessment(role=role))
    with transaction.atomic():
        erasure.begin(by=None, subject_type="assessment", subject_id=None, reason="asked for")
        ModelCallContent.objects.all().delete()
        erasure.end()

    work_off_scoring(submitted_assessment(role=role))

    assert len(openai.requests) == 2


def test_a_retry_does_not_pay_again_for_what_was_judged(openai: FakeOpenAI, settings: Settings) -> None:
    settings.AI_PRICES = DEAR
    failing = {"left": 2}

    def fail_twice_about_the_second(request: Received) -> Any:
        if "Ignore all" not in request.prompt and failing["left"]:
            failing["left"] -= 1
            return status(500)
        return second_level(request)

    openai.script = fail_twice_about_the_second
    assessment = two_calls()

    job = work_off_scoring(assessment)

    assert job.attempts == 3
    assert sorted(calls()) == [("answered", 1), ("answered", 3), ("server", 1), ("server", 2)]
    assert len(openai.requests) == 4
    # Both essays carry the costs of the calls that judged them, though one was made in an earlier attempt.
    paid = sum(row.cost_microcents or 0 for row in ModelCall.objects.filter(outcome="answered"))
    assert sum(row.cost_microcents for row in EssayScore.objects.all()) == paid > 0


def test_a_retry_does_not_ask_again_what_was_refused(openai: FakeOpenAI) -> None:
    failing = {"left": 1}

    def refuse_one_and_fail_once(request: Received) -> Any:
        if "Ignore all" in request.prompt:
            return refusal()
        failing["left"] -= 1
        return status(500) if failing["left"] >= 0 else second_level(request)

    openai.script = refuse_one_and_fail_once
    assessment = two_calls()

    work_off_scoring(assessment)

    assert sorted(calls()) == [("answered", 2), ("refusal", 1), ("server", 1)]
    assert sorted(row.outcome for row in EssayScore.objects.all()) == ["needs_review", "scored"]


def test_a_call_whose_worker_died_stays_counted_and_is_made_again(openai: FakeOpenAI) -> None:
    openai.script = second_level
    assessment = handed_in()
    job = scoring_job(assessment)

    class Killed(KeyboardInterrupt):
        """The worker is gone in the middle of the call."""

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("scoring.essays.judge.ModelJudge.ask", _raise(Killed))
        with pytest.raises(Killed):
            jobs.run(str(job.pk))
    AsyncJob.objects.filter(pk=job.pk).update(
        status=JobStatus.QUEUED, owner_token=None, lease_expires_at=None
    )

    work_off_scoring(assessment)

    assert calls() == [("abandoned", 1), ("answered", 2)]
    assert EssayScore.objects.get().outcome == EssayOutcome.SCORED


def test_a_month_without_money_degrades_the_result_and_says_why(
    openai: FakeOpenAI, settings: Settings
) -> None:
    settings.AI_PRICES, settings.MODEL_BUDGET_MONTH_CENTS = DEAR, 0.01
    assessment = handed_in()

    job = work_off_scoring(assessment)

    row = EssayScore.objects.get()
    assert (job.status, job.attempts, openai.requests) == (JobStatus.SUCCEEDED, 1, [])
    assert missing_parts(assessment) == ["essay_scores"]
    assert (row.outcome, row.flags) == (EssayOutcome.UNAVAILABLE, ["budget"])
    assert row.explanation.startswith("This essay was not scored, because what may be spent")
    assert not ModelCall.objects.exists()


def test_an_assessment_that_reached_its_cap_keeps_what_was_judged(
    openai: FakeOpenAI, settings: Settings
) -> None:
    openai.script = second_level
    settings.AI_PRICES = DEAR
    assessment = two_calls()
    # Both calls reserve some 170 cents and cost some 30.
    settings.MODEL_CAP_ASSESSMENT_CENTS = 180

    work_off_scoring(assessment)

    assert sorted(row.outcome for row in EssayScore.objects.all()) == ["needs_review", "unavailable"]
    assert missing_parts(assessment) == ["essay_scores"]
    assert len(openai.requests) == 1


def test_a_model_without_a_price_is_limited_by_the_dearest(openai: FakeOpenAI, settings: Settings) -> None:
    openai.script = second_level
    settings.AI_MODELS = {**settings.AI_MODELS, "scoring": "unheard-of"}
    released()
    released()
    settings.MODEL_BUDGET_MONTH_CENTS = 0.5
    from_settings_anew()

    work_off_scoring(handed_in())

    assert openai.requests == []


@pytest.mark.django_db(transaction=True)
def test_jobs_that_race_stay_within_the_month_together(openai: FakeOpenAI, settings: Settings) -> None:
    openai.script = second_level
    settings.AI_PRICES = DEAR
    role = role_with_essay()
    essays = [f"{RIGHT_ANSWERS['essay']} This is version {number} of it." for number in range(6)]
    assessments = [
        submitted_assessment(role=role, answers=RIGHT_ANSWERS | {"essay": essay}) for essay in essays
    ]
    settings.MODEL_BUDGET_MONTH_CENTS = 250
    threads = [
        threading.Thread(target=_work, args=(str(scoring_job(assessment).pk),)) for assessment in assessments
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    spent = sum(call.spent_microcents for call in ModelCall.objects.all())
    outcomes = [row.outcome for row in EssayScore.objects.all()]
    assert 0 < spent <= 250 * 1_000_000
    assert outcomes.count("scored") == ModelCall.objects.count() == len(openai.requests)
    assert len(outcomes) == 6
    assert "unavailable" in outcomes


def from_settings_anew() -> None:
    """Let changed settings of the providers take effect."""
    providers.reset()


def _raise(error: type[BaseException]) -> Any:
    def raising(*_: object) -> None:
        raise error

    return raising


def _work(job_id: str) -> None:
    try:
        jobs.run(job_id)
    finally:
        connection.close()
