"""Essays whose score is in doubt are read again, and the spread is stored and shown."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from scoring import queries
from scoring.enums import EssayOutcome
from scoring.models import EssayScore, ModelCall
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.scoring import handed_in, role_with_essay, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI, chat, status
from tests.scoring.essays.chats import verdict
from tests.scoring.replies import QUOTE, SECOND_QUOTE, essay_reply

pytestmark = pytest.mark.django_db


def levels(reasoning: str, evidence: str) -> Mapping[str, Any]:
    """What the model says; (2 * r/2 + e/2) / 3 of 4 points, on a scale of 2 steps."""
    return {
        "reasoning": verdict(reasoning, QUOTE if reasoning != "l0" else None),
        "evidence": verdict(evidence, SECOND_QUOTE if evidence != "l0" else None),
    }


# 2/3 of the points: 1.33 steps, 0.17 from the border; 3/4 would be on it.
CLEAR = levels("l2", "l0")
ON_A_BORDER = levels("l1", "l2")


def scored(openai: FakeOpenAI, *said: Mapping[str, Any]) -> EssayScore:
    """Score an essay about which the model says this, reading after reading."""
    openai.queue(*(chat(essay_reply(one)) for one in said))
    openai.script = lambda request: pytest.fail("there are enough readings")
    work_off_scoring(handed_in())
    return EssayScore.objects.get()


def readings() -> Sequence[tuple[str, int]]:
    return list(ModelCall.objects.order_by("pk").values_list("purpose", "reading"))


def test_a_clear_score_is_read_once(openai: FakeOpenAI) -> None:
    row = scored(openai, CLEAR)

    assert (row.band_low, row.band_high, row.uncertainty) == (None, None, 0.2)
    assert readings() == [("scoring", 1)]


@pytest.fixture
def narrow_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything within 0.2 of a border be near it, so that two thirds of the points are."""
    monkeypatch.setattr("scoring.essays.readings.NEAR_A_BORDER", Decimal("0.2"))


@pytest.mark.usefixtures("narrow_scale")
def test_near_a_border_a_second_reading_that_agrees_is_enough(openai: FakeOpenAI) -> None:
    row = scored(openai, ON_A_BORDER, ON_A_BORDER)

    assert (row.score, row.band_low, row.band_high) == (Decimal("2.67"),) * 3
    assert (row.flags, row.uncertainty) == ([], 0.1)
    assert readings() == [("scoring", 1), ("reading", 2)]


@pytest.mark.usefixtures("narrow_scale")
def test_readings_that_differ_give_a_band_which_the_student_sees(openai: FakeOpenAI) -> None:
    row = scored(openai, ON_A_BORDER, levels("l2", "l2"), levels("l1", "l1"))

    assert (row.score, row.band_low, row.band_high) == (Decimal("2.67"), Decimal("2.00"), Decimal("4.00"))
    assert row.flags == ["wide_band"]
    (shown,) = [
        view
        for view in queries.student_view(queries.question_results(row.assessment_id))
        if view["type"] == "essay"
    ]
    assert shown["band"] == {"low": 2.0, "high": 4.0}
    assert readings() == [("scoring", 1), ("reading", 2), ("reading", 3)]
    assert row.input_tokens == sum(call.input_tokens or 0 for call in ModelCall.objects.all())


@pytest.mark.usefixtures("narrow_scale")
def test_advisors_see_the_band_and_why_to_look(openai: FakeOpenAI) -> None:
    row = scored(openai, ON_A_BORDER, levels("l2", "l2"), levels("l1", "l1"))
    Assessment.objects.filter(pk=row.assessment_id).update(status="failed", failure_reason="stopped here")
    browser = Client()
    browser.force_login(AdvisorAssignmentFactory(student=row.assessment.user).advisor)

    page = browser.get(f"/advisor/assessments/{row.assessment_id}").content.decode()

    assert "several readings: 2.00 to 4.00 points" in page
    assert "Several readings came to scores far apart." in page


@pytest.mark.usefixtures("narrow_scale")
def test_one_reading_at_most_switches_it_off(openai: FakeOpenAI, settings: Settings) -> None:
    settings.MODEL_MAX_READINGS = 1

    row = scored(openai, ON_A_BORDER)

    assert row.band_low is None
    assert readings() == [("scoring", 1)]


def test_a_quote_that_one_reading_got_wrong_is_mended_by_two_that_agree(openai: FakeOpenAI) -> None:
    wrong = {**CLEAR, "reasoning": verdict("l2", "Words that nobody wrote here")}

    row = scored(openai, wrong, CLEAR, CLEAR)

    assert (row.outcome, row.score) == (EssayOutcome.SCORED, Decimal("2.67"))


@pytest.mark.usefixtures("narrow_scale")
def test_a_further_reading_that_fails_costs_no_score_and_no_retry(openai: FakeOpenAI) -> None:
    openai.queue(chat(essay_reply(ON_A_BORDER)))
    openai.script = lambda request: status(500)
    assessment = handed_in()

    job = work_off_scoring(assessment)

    row = EssayScore.objects.get()
    assert (job.attempts, row.outcome, row.score) == (1, EssayOutcome.SCORED, Decimal("2.67"))
    assert row.band_low is None
    assert len(openai.requests) == 2


@pytest.mark.usefixtures("narrow_scale")
def test_a_further_reading_beyond_the_budget_is_not_made(openai: FakeOpenAI, settings: Settings) -> None:
    settings.AI_PRICES = {settings.AI_MODELS["scoring"]: {"input": "0", "output": "100"}}
    # 1,500 tokens at 0.01 cents are reserved for each call; the first costs some 0.9 cents in the end.
    settings.MODEL_CAP_ASSESSMENT_CENTS = 15.5

    row = scored(openai, ON_A_BORDER)

    assert (row.outcome, row.band_low, ModelCall.objects.count()) == (EssayOutcome.SCORED, None, 1)


@pytest.mark.usefixtures("narrow_scale")
def test_the_same_answer_gets_the_stored_readings(openai: FakeOpenAI) -> None:
    openai.queue(*(chat(essay_reply(one)) for one in (ON_A_BORDER, levels("l2", "l2"), levels("l1", "l1"))))
    openai.script = lambda request: pytest.fail("nothing needs a call")
    role = role_with_essay()
    first: Assessment = submitted_assessment(role=role)
    second = submitted_assessment(role=role)

    work_off_scoring(first)
    work_off_scoring(second)

    mine, theirs = (EssayScore.objects.get(assessment=one) for one in (first, second))
    assert (mine.score, mine.band_low, mine.band_high) == (theirs.score, theirs.band_low, theirs.band_high)
    assert (ModelCall.objects.count(), theirs.cost_microcents) == (3, 0)
    assert json.dumps(theirs.response_payload["notes"]) == '["3 readings"]'
