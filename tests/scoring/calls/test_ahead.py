"""Calls for one assessment that are under way at once: each in the ledger, within limits, none lost with another."""

import json
import threading
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.models import Sum
from pytest_django.fixtures import Settings

from microcred.ai.base import ChatReply, ProviderError
from scoring.calls import concurrency
from scoring.calls.limits import COST, MICROCENTS_A_CENT
from scoring.enums import EssayOutcome
from scoring.models import EssayScore, ModelCall
from tests.factories.assessments import GOOD_ESSAY, RIGHT_ANSWERS, submitted_assessment
from tests.factories.catalog import published_question
from tests.factories.scoring import handed_in, role_with_essay, work_off_scoring
from tests.fakes.judges import guard_with
from tests.fakes.openai_server import FakeOpenAI, Received, status
from tests.scoring.essays.chats import verdict
from tests.scoring.essays.test_aside_ablation import ASIDE, Pointing
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db
SPOKEN = f"{GOOD_ESSAY} {ASIDE}"
DEAR = {django_settings.AI_MODELS["scoring"]: {"input": "100", "output": "1000"}}


@pytest.fixture(autouse=True)
def pointing(openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Safeguards that know the one aside."""
    guard_with(monkeypatch, Pointing(ASIDE))


class Meeting:
    """Replies when ``number`` requests are there together; ``most`` is how many were, at the most."""

    def __init__(self, number: int) -> None:
        self._barrier = threading.Barrier(number)
        self._lock = threading.Lock()
        self._there = self.most = 0

    def __call__(self, request: Received) -> str:
        with self._lock:
            self._there += 1
            self.most = max(self.most, self._there)
        with suppress(threading.BrokenBarrierError):
            self._barrier.wait(timeout=15)
        with self._lock:
            self._there -= 1
        return second_level(request)


def outcomes() -> list[str]:
    return list(ModelCall.objects.order_by("pk").values_list("outcome", flat=True))


def test_both_readings_are_under_way_at_once(openai: FakeOpenAI) -> None:
    openai.script = meeting = Meeting(2)

    work_off_scoring(handed_in(SPOKEN))

    assert meeting.most == 2
    assert EssayScore.objects.get().outcome == EssayOutcome.SCORED
    assert outcomes() == ["answered", "answered"]


def test_essays_that_stand_alone_and_their_second_readings_are_under_way_at_once(openai: FakeOpenAI) -> None:
    openai.script = meeting = Meeting(4)
    role = role_with_essay()
    published_question("essay", role=role, prompt="Name a second case?")

    work_off_scoring(submitted_assessment(role=role, answers=RIGHT_ANSWERS | {"essay": SPOKEN}))

    assert meeting.most == len(openai.requests) == 4
    assert {row.outcome for row in EssayScore.objects.all()} == {EssayOutcome.SCORED}


def test_one_after_the_other_where_the_settings_want_that(openai: FakeOpenAI, settings: Settings) -> None:
    settings.MODEL_CALLS_AT_ONCE = 1
    openai.script = meeting = Meeting(1)

    work_off_scoring(handed_in(SPOKEN))

    assert meeting.most == 1
    assert [ASIDE in request.prompt for request in openai.requests] == [True, False]


def test_an_essay_without_asides_costs_one_call(openai: FakeOpenAI) -> None:
    openai.script = second_level

    work_off_scoring(handed_in())

    assert len(openai.requests) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_set_aside_never_exceeds_the_cap(openai: FakeOpenAI, settings: Settings) -> None:
    settings.AI_PRICES = DEAR
    openai.script = second_level
    work_off_scoring(handed_in(SPOKEN))
    call = ModelCall.objects.order_by("pk").first()
    assert call is not None
    assert call.cost_microcents is not None
    # Room for the first reading's cost and the second's reservation, not for two reservations.
    limit = call.reserved_microcents + 2 * call.cost_microcents
    assert limit < 2 * call.reserved_microcents
    settings.MODEL_CAP_ASSESSMENT_CENTS = limit / MICROCENTS_A_CENT
    assessment = handed_in(f"{GOOD_ESSAY} And so I would decide. {ASIDE}")
    spent: list[int] = []

    def look(request: Received) -> str:
        spent.append(ModelCall.objects.filter(assessment=assessment).aggregate(cost=Sum(COST))["cost"])
        connection.close()
        return second_level(request)

    openai.script = look
    work_off_scoring(assessment)

    assert len(spent) == 2
    assert max(spent) <= limit
    assert EssayScore.objects.get(assessment=assessment).outcome == EssayOutcome.SCORED


def failing_once(fails: Any) -> Any:
    """Fail the first request that ``fails`` is true of."""
    left = [1]

    def reply(request: Received) -> Any:
        if fails(request) and left:
            left.pop()
            return status(500)
        return second_level(request)

    return reply


def test_a_first_reading_that_fails_leaves_the_other_reply_stored(openai: FakeOpenAI) -> None:
    openai.script = failing_once(lambda request: ASIDE in request.prompt)

    job = work_off_scoring(handed_in(SPOKEN))

    assert job.attempts == 2
    assert [ASIDE in request.prompt for request in openai.requests].count(False) == 1
    assert sorted(outcomes()) == ["answered", "answered", "server"]
    assert EssayScore.objects.get().outcome == EssayOutcome.SCORED


def test_a_second_reading_that_fails_beside_the_first_is_asked_for_again(openai: FakeOpenAI) -> None:
    openai.script = failing_once(lambda request: ASIDE not in request.prompt)

    job = work_off_scoring(handed_in(SPOKEN))

    assert job.attempts == 1
    assert sorted(outcomes()) == ["answered", "answered", "server"]
    row = EssayScore.objects.get()
    assert (row.outcome, row.flags) == (EssayOutcome.SCORED, [])


def test_a_second_reading_that_turned_out_needless_is_paid_and_changes_nothing(openai: FakeOpenAI) -> None:
    def lowest(request: Received) -> str:
        body = json.loads(second_level(request))
        for key in ("reasoning", "evidence"):
            body["e1"]["criteria"][key] = verdict("l0", None)
        return json.dumps(body)

    openai.script = lowest

    work_off_scoring(handed_in(SPOKEN))

    first, second = ModelCall.objects.order_by("pk")
    assert (first.outcome, second.outcome) == ("answered", "answered")
    assert EssayScore.objects.get().response_payload["model_calls"] == [str(first.pk)]


def test_others_are_heard_of_before_what_no_provider_does_is_raised() -> None:
    said = ChatReply("{}", "a-model", 1, 1, 1, 1, "stop")

    def fail() -> ChatReply:
        raise ProviderError("no", retryable=True, kind="server")

    def break_down() -> ChatReply:
        raise ZeroDivisionError

    heard: dict[int, Any] = {}
    with pytest.raises(ZeroDivisionError):
        heard.update(concurrency.ask_all([break_down, fail, lambda: said]))
    for place, came in concurrency.ask_all([fail, lambda: said]):
        heard[place] = came.reply

    assert isinstance(heard[0], ProviderError)
    assert heard[1] is said
