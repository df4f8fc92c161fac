"""Several essays of one assessment in one call: each fenced, judged by its own words, and safe from the others."""

import json
import re
from typing import Any

import pytest

from assessments.models import Assessment
from ops import jobs
from ops.enums import JobStatus
from scoring.enums import CallContent, EssayOutcome
from scoring.models import CriterionMark, EssayScore, ModelCall
from tests.factories.assessments import RIGHT_ANSWERS, submitted_assessment
from tests.factories.catalog import published_question
from tests.factories.scoring import missing_parts, role_with_essay, scoring_job, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI, Received, Reply, chat, refusal, status, truncated
from tests.scoring.essays.chats import FENCE
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db

OTHER_ESSAY = (
    "My second case is a canteen. It threw away a third of its soup on Fridays, because nobody had counted who "
    "goes home early. I would count the trays for four weeks, cook for those who stay, and ask the guests whether "
    "anything was missing. If less is thrown away and nobody complains, the change has proved itself."
)
SECOND_PROMPT = "Name a second case and say how you would test it."


def two_essays() -> Assessment:
    """Hand in two essays that fit into one call."""
    role = role_with_essay()
    published_question("essay", role=role, prompt=SECOND_PROMPT)
    assessment = submitted_assessment(role=role)
    second = assessment.responses.get(question_snapshot__prompt=SECOND_PROMPT)
    type(second).objects.create(
        assessment=assessment, question_snapshot=second.question_snapshot, version=2,
        answer={"text": OTHER_ESSAY}, submitted_at=second.submitted_at,
    )  # fmt: skip
    return assessment


def essays_in(request: Received) -> list[str]:
    """The essays of a call, without their fences."""
    return [text for _, text in FENCE.findall(request.prompt)]


def outcomes() -> list[str]:
    return list(ModelCall.objects.order_by("pk").values_list("outcome", flat=True))


def test_they_go_in_one_call_each_behind_a_fence_of_its_own(openai: FakeOpenAI) -> None:
    openai.script = second_level

    work_off_scoring(two_essays())

    (request,) = openai.requests
    assert sorted(essays_in(request)) == sorted([RIGHT_ANSWERS["essay"], OTHER_ESSAY])
    fences = re.findall(r"<<<ANSWER (\w+) (\w+)>>>", request.prompt)
    assert [label for label, _ in fences] == ["e1", "e2"]
    assert all(len(nonce) == 16 for _, nonce in fences)
    assert openai.requests[0].body["response_format"]["json_schema"]["schema"]["required"] == ["e1", "e2"]
    assert ModelCall.objects.get().contents.filter(kind=CallContent.ANSWER).count() == 2
    assert {row.outcome for row in EssayScore.objects.all()} == {EssayOutcome.SCORED}


def test_the_parts_of_the_cost_add_up_to_the_call(openai: FakeOpenAI) -> None:
    openai.script = second_level

    work_off_scoring(two_essays())

    call = ModelCall.objects.get()
    rows = list(EssayScore.objects.all())
    assert sum(row.cost_microcents for row in rows) == call.cost_microcents
    assert sum(row.input_tokens for row in rows) == call.input_tokens
    assert all(row.input_tokens > 0 for row in rows)


def test_a_quote_from_the_other_essay_is_no_evidence(openai: FakeOpenAI) -> None:
    def swapped(request: Received) -> str:
        said = json.loads(second_level(request))
        said["e1"]["criteria"], said["e2"]["criteria"] = said["e2"]["criteria"], said["e1"]["criteria"]
        return json.dumps(said)

    openai.script = swapped

    work_off_scoring(two_essays())

    assert {row.score for row in EssayScore.objects.all()} == {None}
    assert {mark.points for mark in CriterionMark.objects.all()} == {None}


def bad_together(bad: Reply) -> Any:
    """Reply badly to two essays at once, and well to one."""
    return lambda request: bad if len(essays_in(request)) > 1 else second_level(request)


@pytest.mark.parametrize(
    ("bad", "outcome"),
    [
        (chat("Certainly!"), "bad_reply"),
        (chat('{"e1": {"instructions_in_answer": fal'), "bad_reply"),
        (chat(""), "empty"),
        (truncated(), "truncated"),
        (refusal(), "refusal"),
        (status(400), "bad_request"),
        (chat("x" * 5_000_000), "too_large"),
    ],
)
def test_a_reply_to_both_that_is_of_no_use_has_each_asked_alone_at_once(
    openai: FakeOpenAI, bad: Reply, outcome: str
) -> None:
    openai.script = bad_together(bad)
    assessment = two_essays()

    job = work_off_scoring(assessment)

    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 1)
    assert outcomes() == [outcome, "answered", "answered"]
    assert missing_parts(assessment) == []
    assert {row.outcome for row in EssayScore.objects.all()} == {EssayOutcome.SCORED}


def test_an_essay_that_spoils_the_reply_costs_the_other_nothing(openai: FakeOpenAI) -> None:
    openai.script = lambda request: chat("Soup!") if "canteen" in request.prompt else second_level(request)
    assessment = two_essays()

    job = work_off_scoring(assessment)

    scored, left = EssayScore.objects.order_by("outcome")
    assert (scored.outcome, left.outcome) == (EssayOutcome.SCORED, EssayOutcome.UNAVAILABLE)
    assert (job.attempts, left.response_payload) == (5, {"reason_code": "bad_reply"})
    # Both once, the one that is fine once, the other one in every attempt.
    assert sorted(outcomes()) == ["answered", *["bad_reply"] * 6]


def test_what_was_of_no_use_together_is_not_asked_together_again(openai: FakeOpenAI) -> None:
    left = iter([chat("Certainly!"), status(500)])
    openai.script = lambda request: next(left, None) or second_level(request)
    assessment = two_essays()

    jobs.drain(limit=1)
    assert scoring_job(assessment).status == JobStatus.QUEUED
    work_off_scoring(assessment)

    assert [len(essays_in(request)) for request in openai.requests] == [2, 1, 1, 1]
    assert outcomes() == ["bad_reply", "server", "answered", "answered"]


def test_an_essay_that_the_reply_leaves_out_is_asked_about_alone_and_never_guessed(
    openai: FakeOpenAI,
) -> None:
    def about_the_first(request: Received) -> str:
        said = json.loads(second_level(request))
        return json.dumps({"e1": said["e1"]})

    openai.script = about_the_first

    work_off_scoring(two_essays())

    assert [len(essays_in(request)) for request in openai.requests] == [2, 1]
    assert outcomes() == ["answered", "answered"]
    assert {row.outcome for row in EssayScore.objects.all()} == {EssayOutcome.SCORED}
