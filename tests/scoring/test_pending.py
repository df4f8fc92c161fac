"""What a result had to go without is scored when that is possible again, and the result heals."""

import datetime as dt
from functools import cache
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from assessments.enums import AssessmentStatus
from assessments.models import Assessment
from microcred.ai import providers
from microcred.db import database_now
from ops import jobs
from ops.models import AsyncJob, AuditLog
from partners.models import WebhookEvent
from recommendations.models import Recommendation
from scoring import oversight, pending, services
from scoring.enums import EssayOutcome
from scoring.judges import PersonOnly
from scoring.models import EssayScore, ModelCall
from scoring.oversight import NewScore
from scoring.services import JudgedEssay, essays_to_judge
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import RIGHT_ANSWERS, submitted_assessment
from tests.factories.recommendations import WordEmbedder
from tests.factories.scoring import missing_parts, role_with_essay
from tests.fakes.openai_server import FakeOpenAI, status, truncated
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db

DEAR = {"gpt-4o-mini": {"input": "100", "output": "1000"}}


@pytest.fixture(autouse=True)
def _quick_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "embedder", cache(WordEmbedder))


def degraded(openai: FakeOpenAI, essay: str = RIGHT_ANSWERS["essay"]) -> Assessment:
    """Hand in an assessment while the provider has no credit left, and work everything off."""
    openai.script = lambda request: status(429, error="insufficient_quota")
    assessment = submitted_assessment(role=role_with_essay(), answers=RIGHT_ANSWERS | {"essay": essay})
    jobs.drain()
    assert missing_parts(assessment) == ["essay_scores"]
    assert assessment.status == AssessmentStatus.COMPLETED
    return assessment


def in_minutes(minutes: int) -> dt.datetime:
    return database_now() + dt.timedelta(minutes=minutes)


def events(assessment: Assessment) -> list[str]:
    """The kinds of the assessment's events, the first one first."""
    return list(
        WebhookEvent.objects.filter(assessment=assessment).order_by("pk").values_list("event_type", flat=True)
    )


def test_a_healed_result_is_whole_recommends_anew_and_is_completed_once(openai: FakeOpenAI) -> None:
    assessment = degraded(openai)
    before = Recommendation.objects.get(assessment=assessment)
    openai.script = second_level

    assert pending.score_due(now=in_minutes(0)) == 1
    jobs.drain()

    assert missing_parts(assessment) == []
    old, new = EssayScore.objects.order_by("run")
    assert (old.outcome, old.score) == (EssayOutcome.UNAVAILABLE, None)
    assert (new.outcome, str(new.score)) == (EssayOutcome.SCORED, "2.00")
    effective = Recommendation.objects.get(assessment=assessment, effective=True)
    assert (before.degraded, effective.degraded, effective.run) == (True, False, before.run + 1)
    assert events(assessment) == ["assessment.completed", "recommendation.ready", "recommendation.updated"]
    assert AuditLog.objects.get(action="assessment.scored_late").metadata == {"essays": 1, "left": 0}
    assert pending.pending() == []


def test_while_the_provider_is_away_one_result_finds_out_whether_it_is_back(openai: FakeOpenAI) -> None:
    words = RIGHT_ANSWERS["essay"]
    for number in range(3):
        degraded(openai, f"{words} This is version {number} of it.")
    asked = len(openai.requests)

    assert pending.score_due(now=in_minutes(0)) == 1
    jobs.drain()

    assert len(openai.requests) == asked + 1
    assert EssayScore.objects.count() == 3
    openai.script = second_level
    providers.reset()
    assert pending.score_due(now=in_minutes(0)) == 1
    jobs.drain()
    assert pending.score_due(now=in_minutes(60)) == 2
    jobs.drain()
    assert pending.pending() == []


def test_a_try_that_changes_nothing_leaves_the_result_as_it_is(openai: FakeOpenAI) -> None:
    assessment = degraded(openai)
    run = Recommendation.objects.get(assessment=assessment).run

    pending.score_due(now=in_minutes(0))
    jobs.drain()

    (one,) = pending.pending()
    assert (one.assessment_id, one.essays, one.why, one.tries) == (assessment.pk, 1, ("quota",), 1)
    assert EssayScore.objects.count() == 1
    assert Recommendation.objects.get(assessment=assessment).run == run


def test_each_try_waits_longer_than_the_one_before(openai: FakeOpenAI) -> None:
    degraded(openai)
    waits = []
    for _ in range(3):
        assert pending.score_due(now=in_minutes(3_000)) == 1
        jobs.drain()
        (one,) = pending.pending()
        assert one.due_at is not None
        waits.append(round((one.due_at - database_now()).total_seconds() / 60))

    assert waits == [20, 40, 80]
    assert pending.score_due(now=in_minutes(79)) == 0


def test_without_money_nothing_is_tried_until_there_is_some(openai: FakeOpenAI, settings: Settings) -> None:
    settings.AI_PRICES = DEAR
    openai.script = second_level
    role = role_with_essay()
    submitted_assessment(role=role)
    jobs.drain()
    settings.MODEL_BUDGET_MONTH_CENTS = 1
    words = RIGHT_ANSWERS["essay"]
    second = submitted_assessment(
        role=role, answers=RIGHT_ANSWERS | {"essay": f"{words} Nothing more is to be said."}
    )
    jobs.drain()
    assert missing_parts(second) == ["essay_scores"]

    assert pending.score_due(now=in_minutes(0)) == 0
    settings.MODEL_BUDGET_MONTH_CENTS = 1_000
    assert pending.score_due(now=in_minutes(0)) == 1
    jobs.drain()

    assert missing_parts(second) == []


def test_what_would_be_answered_in_the_same_way_is_not_paid_for_every_day(openai: FakeOpenAI) -> None:
    openai.script = lambda request: truncated()
    submitted_assessment(role=role_with_essay())
    jobs.drain()

    for _ in range(4):
        pending.score_due(now=in_minutes(3_000))
        jobs.drain()

    (one,) = pending.pending()
    assert (one.why, one.tries, one.due_at) == (("truncated",), pending.MOST_LASTING_TRIES, None)
    assert ModelCall.objects.count() == 1 + pending.MOST_LASTING_TRIES


def test_two_sweeps_at_once_make_one_job(openai: FakeOpenAI) -> None:
    degraded(openai)
    due = pending.pending()

    pending.score_again(due, by=None)
    pending.score_again(due, by=None)

    assert AsyncJob.objects.filter(kind=pending.KIND).count() == 1


def test_what_a_person_has_scored_meanwhile_stays(openai: FakeOpenAI) -> None:
    assessment = degraded(openai)
    (essay,) = essays_to_judge(assessment.pk)
    (judgement,) = PersonOnly().judge([essay.task])
    for criterion, level in (("reasoning", "l2"), ("evidence", "l1")):
        oversight.override(
            by=AdminFactory(), assessment_id=assessment.pk, question_id=essay.question.question_id,
            new=NewScore(criterion, level), reason="I have read it.", now=database_now(),
        )  # fmt: skip
    runs = EssayScore.objects.count()

    added = services.conclude_late(assessment_id=assessment.pk, judged=[JudgedEssay(essay, judgement)])

    assert (added, EssayScore.objects.count()) == (0, runs)
    assert pending.pending() == []


def test_the_command_lists_and_on_demand_scores(openai: FakeOpenAI) -> None:
    assessment = degraded(openai)
    openai.script = second_level
    said = StringIO()

    call_command("score_pending", "--dry-run", stdout=said)
    assert AsyncJob.objects.filter(kind=pending.KIND).count() == 0
    call_command("score_pending", stdout=said)
    jobs.drain()

    lines = said.getvalue().splitlines()
    assert lines[0] == f"{assessment.pk}: 1 left out (quota), 0 tries, by schedule: now"
    assert lines[1] == "1 results lack scores of essays. Nothing was done."
    assert lines[3] == "1 results lack scores of essays; workers try 1 of them now."
    assert missing_parts(assessment) == []


def test_admins_have_chosen_results_scored_again(openai: FakeOpenAI) -> None:
    assessment = degraded(openai)
    openai.script = second_level
    browser = Client()
    browser.force_login(AdminFactory())
    chosen = {"action": "score_left_out", "_selected_action": [str(EssayScore.objects.get().pk)]}

    page = browser.post("/admin/scoring/essayscore/", chosen, follow=True)
    jobs.drain()

    assert "Workers try 1 results now." in page.content.decode()
    assert AuditLog.objects.filter(action="assessment.scoring_again", resource_id=str(assessment.pk)).exists()
    assert missing_parts(assessment) == []
