"""Essays that speak to their reader: read once more without that, within the budget."""

import json
from decimal import Decimal

import pytest

from scoring.enums import EssayOutcome
from scoring.essays.control import KEYS
from scoring.models import CriterionMark, EssayScore, ModelCall
from tests.factories.assessments import GOOD_ESSAY, RIGHT_ANSWERS, submitted_assessment
from tests.factories.scoring import handed_in, role_with_essay, work_off_scoring
from tests.fakes.judges import guard_with
from tests.fakes.openai_server import FakeOpenAI, Received, status
from tests.scoring.essays.chats import verdict
from tests.scoring.essays.test_aside_ablation import ASIDE, Pointing
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db
SPOKEN = f"{GOOD_ESSAY} {ASIDE}"


@pytest.fixture(autouse=True)
def pointing(openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Safeguards that know the one aside."""
    guard_with(monkeypatch, Pointing(ASIDE))


def targeted(request: Received) -> str:
    """The best level for one criterion where the aside can be read."""
    body = json.loads(second_level(request))
    if ASIDE in request.prompt:
        body["e1"]["criteria"]["reasoning"] = verdict("l2", ASIDE)
    return json.dumps(body)


def test_both_readings_are_in_the_ledger_and_count_for_the_score(openai: FakeOpenAI) -> None:
    openai.script = second_level

    work_off_scoring(handed_in(SPOKEN))

    row, calls = EssayScore.objects.get(), list(ModelCall.objects.order_by("pk"))
    assert (row.outcome, row.score, row.flags) == (EssayOutcome.SCORED, Decimal("2.00"), [])
    assert len(calls) == len(openai.requests) == 2
    assert row.response_payload["model_calls"] == [str(call.pk) for call in calls]
    assert row.input_tokens == sum(call.input_tokens or 0 for call in calls)
    assert sum(ASIDE in request.prompt for request in openai.requests) == 1


def test_what_an_aside_earned_is_for_a_person(openai: FakeOpenAI) -> None:
    openai.script = targeted

    work_off_scoring(handed_in(SPOKEN))

    row = EssayScore.objects.get()
    assert (row.outcome, row.score) == (EssayOutcome.NEEDS_REVIEW, None)
    assert row.flags == ["injection_suspected", "asides_raised"]
    assert {mark.level_id for mark in CriterionMark.objects.all()} == {"l1"}


def test_a_second_reading_that_cannot_be_had_leaves_it_to_a_person(openai: FakeOpenAI) -> None:
    openai.script = lambda request: second_level(request) if ASIDE in request.prompt else status(500)

    work_off_scoring(handed_in(SPOKEN))

    row = EssayScore.objects.get()
    assert (row.outcome, row.score, row.flags) == (EssayOutcome.NEEDS_REVIEW, None, ["asides_unchecked"])


def test_the_same_essay_is_not_asked_about_again(openai: FakeOpenAI) -> None:
    openai.script = second_level
    role = role_with_essay()
    answers = RIGHT_ANSWERS | {"essay": SPOKEN}
    first, second = (submitted_assessment(role=role, answers=answers) for _ in range(2))

    work_off_scoring(first)
    work_off_scoring(second)

    assert len(openai.requests) == 2
    assert [row.score for row in EssayScore.objects.all()] == [Decimal("2.00")] * 2


def test_the_control_is_never_stored_as_a_mark(openai: FakeOpenAI) -> None:
    openai.script = second_level

    work_off_scoring(handed_in())

    row = EssayScore.objects.get()
    assert {mark.criterion_key for mark in CriterionMark.objects.all()} == {"reasoning", "evidence"}
    assert KEYS & row.response_payload["raw"]["criteria"].keys()


def test_a_raised_control_holds_the_essay_and_leaves_no_proposal(openai: FakeOpenAI) -> None:
    def everything(request: Received) -> str:
        body = json.loads(second_level(request))
        for said in body["e1"]["criteria"].values():
            said |= {"level": "l2", "absent": False, "quotes": ["First I would compare both sources"]}
        return json.dumps(body)

    openai.script = everything

    work_off_scoring(handed_in())

    row = EssayScore.objects.get()
    assert (row.outcome, row.score) == (EssayOutcome.NEEDS_REVIEW, None)
    assert row.flags == ["injection_suspected", "control_raised"]
    assert {mark.level_id for mark in CriterionMark.objects.all()} <= {None, ""}
