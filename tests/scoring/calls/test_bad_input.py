"""Whatever a provider sends or does not send: a stored outcome, a settled call, no lost job, no invented score."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from microcred.ai import providers
from ops.enums import JobStatus
from scoring.calls import receipts
from scoring.enums import CallContent, EssayOutcome
from scoring.models import EssayScore, ModelCall
from scoring.tasks import MOST_SILENT_TRIES
from tests.factories.scoring import handed_in, marks_by_criterion, missing_parts, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI, Reply, chat, faulty, html, huge, refusal, status, truncated
from tests.scoring.essays.chats import verdict
from tests.scoring.replies import BEST, QUOTE, essay_reply, second_level

pytestmark = pytest.mark.django_db

DEAR = {
    django_settings.AI_MODELS["scoring"]: {"input": "100", "output": "1000"},
    "fake-model": {"input": "100", "output": "1000"},
}


@pytest.fixture(autouse=True)
def _dear(openai: FakeOpenAI, settings: Settings) -> None:
    settings.AI_PRICES = DEAR
    providers.reset()


def after_replying_so(openai: FakeOpenAI, reply: Callable[[], Reply]) -> tuple[Assessment, int]:
    """Score an essay while the provider always replies so; return it and the attempts of its job."""
    openai.script = lambda request: reply()
    assessment = handed_in()
    job = work_off_scoring(assessment)
    assert job.status == JobStatus.SUCCEEDED
    return assessment, job.attempts


def assert_every_call_is_settled(outcome: str, count: int, *, paid: bool, estimated: bool) -> None:
    calls = list(ModelCall.objects.all())
    assert [call.outcome for call in calls] == [outcome] * count
    assert all(call.settled_at is not None for call in calls)
    assert {(call.cost_microcents or 0) > 0 for call in calls} == {paid}
    assert {call.cost_is_estimate for call in calls} == {estimated}


# What the same call may do better later: five attempts, then a degraded result.
TRANSIENT: list[tuple[str, Callable[[], Reply], str, bool, bool]] = [
    ("500", lambda: status(500), "server", False, False),
    ("429 with Retry-After", lambda: status(429, retry_after="1"), "rate_limit", False, False),
    ("closed in the middle", lambda: faulty("cut"), "connection", True, True),
    ("after the timeout", lambda: faulty("hang"), "timeout", True, True),
    ("late", lambda: Reply(chat("{}").body, delay=60.0), "timeout", True, True),
    ("a web page", html, "bad_reply", True, True),
    ("not JSON", lambda: chat("Certainly! The essay deserves"), "bad_reply", True, False),
    ("half of the JSON", lambda: chat('{"e1": {"criteria": {"reasoning": {"reason": "You'), "bad_reply", True, False),
    ("a list", lambda: chat("[1, 2]"), "bad_reply", True, False),
    ("another essay", lambda: chat('{"e7": {}}'), "bad_reply", True, False),
    ("empty", lambda: chat(""), "empty", True, True),
]  # fmt: skip
# What asking again would not mend: one attempt.
LASTING: list[tuple[str, Callable[[], Reply], str, bool, bool]] = [
    ("401", lambda: status(401), "auth", False, False),
    ("out of credit", lambda: status(429, error="insufficient_quota"), "quota", False, False),
    ("400", lambda: status(400), "bad_request", False, False),
    ("5 MB", lambda: huge(5_000_000), "too_large", True, True),
    ("cut off by the model's own limit", truncated, "truncated", True, True),
]


@pytest.mark.parametrize(
    ("reply", "outcome", "paid", "estimated"), [row[1:] for row in TRANSIENT], ids=[row[0] for row in TRANSIENT]
)  # fmt: skip
def test_what_may_pass_is_tried_to_the_end_and_then_degrades(
    openai: FakeOpenAI,
    settings: Settings,
    reply: Callable[[], Reply],
    outcome: str,
    paid: bool,
    estimated: bool,
) -> None:
    if outcome == "timeout":
        settings.AI_TIMEOUT_SECONDS = 0.4
        providers.reset()

    assessment, attempts = after_replying_so(openai, reply)

    tries = MOST_SILENT_TRIES if outcome == "timeout" else 5
    assert attempts == tries
    assert missing_parts(assessment) == ["essay_scores"]
    assert (EssayScore.objects.get().outcome, EssayScore.objects.get().score) == (
        EssayOutcome.UNAVAILABLE,
        None,
    )
    assert_every_call_is_settled(outcome, tries, paid=paid, estimated=estimated)


@pytest.mark.parametrize(
    ("reply", "outcome", "paid", "estimated"), [row[1:] for row in LASTING], ids=[row[0] for row in LASTING]
)
def test_what_does_not_pass_degrades_at_once(
    openai: FakeOpenAI, reply: Callable[[], Reply], outcome: str, paid: bool, estimated: bool
) -> None:
    assessment, attempts = after_replying_so(openai, reply)

    assert attempts == 1
    assert missing_parts(assessment) == ["essay_scores"]
    assert EssayScore.objects.get().outcome == EssayOutcome.UNAVAILABLE
    assert_every_call_is_settled(outcome, 1, paid=paid, estimated=estimated)


@pytest.mark.parametrize(
    ("bad", "score"),
    [
        # Evidence alone: half of a third of 4 points.
        pytest.param(None, "0.67", id="misses a criterion"),
        pytest.param(verdict("l9", QUOTE), "0.67", id="invents a level"),
        pytest.param(verdict("l2", "Words that nobody wrote here"), "0.67", id="quotes what is not there"),
        pytest.param({"level": "l2"}, "0.67", id="gives only a level"),
        pytest.param("l2", "0.67", id="gives no object"),
        pytest.param(verdict("l2", QUOTE, points=99, score="5/5"), "3.33", id="adds points"),
    ],
)
def test_a_verdict_that_does_not_hold_counts_nowhere(openai: FakeOpenAI, bad: Any, score: str) -> None:
    assessment, attempts = after_replying_so(openai, lambda: chat(essay_reply(BEST | {"reasoning": bad})))

    row = EssayScore.objects.get()
    held = score != "3.33"
    assert (attempts, missing_parts(assessment)) == (1, [])
    assert row.score == Decimal(score)
    assert row.outcome == (EssayOutcome.NEEDS_REVIEW if held else EssayOutcome.SCORED)
    assert (marks_by_criterion()["reasoning"].points is None) == held
    # What does not hold is read once more; the second reading says the same, so a person decides.
    assert_every_call_is_settled("answered", 2 if held else 1, paid=True, estimated=False)


def test_a_refusal_waits_for_a_person(openai: FakeOpenAI) -> None:
    assessment, attempts = after_replying_so(openai, refusal)

    assert (attempts, missing_parts(assessment)) == (1, [])
    assert EssayScore.objects.get().outcome == EssayOutcome.NEEDS_REVIEW
    assert_every_call_is_settled("refusal", 1, paid=True, estimated=True)


def test_a_useless_reply_is_kept_for_whoever_looks_into_it(openai: FakeOpenAI) -> None:
    openai.queue(chat("Certainly! \x00 The essay"))
    openai.script = second_level

    work_off_scoring(handed_in())

    first, second = ModelCall.objects.order_by("pk")
    assert (first.outcome, second.outcome) == ("bad_reply", "answered")
    assert second.contents.filter(kind=CallContent.REPLY).count() == 1


def test_a_call_that_the_breaker_kept_back_sent_nothing(openai: FakeOpenAI) -> None:
    after_replying_so(openai, lambda: status(500))

    second, _ = after_replying_so(openai, lambda: status(500))

    outcomes = set(ModelCall.objects.filter(assessment=second).values_list("outcome", "cost_microcents"))
    assert outcomes == {("circuit_open", 0)}
    assert receipts.receipts_of(second.pk) == []
