"""What the two real judges make of an essay, as it is stored."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from ops.enums import JobStatus
from scoring import queries
from scoring.enums import EssayOutcome, MarkStatus, ScoreSource
from scoring.essays.local import VERSION
from scoring.essays.prompt import PROMPT_VERSION
from scoring.models import EssayScore, SkillEstimate
from scoring.rules.base import round_half_up
from tests.factories.assessments import (
    GOOD_ESSAY,
    submitted_assessment,
)
from tests.factories.catalog import JobRoleFactory, published_question
from tests.factories.scoring import (
    INJECTION,
    handed_in,
    marks_by_criterion,
    missing_parts,
    role_with_essay,
    work_off_scoring,
)
from tests.fakes.openai_server import FakeOpenAI, chat
from tests.scoring.essays import samples
from tests.scoring.essays.chats import verdict
from tests.scoring.replies import BEST, QUOTE, essay_reply, second_level

pytestmark = pytest.mark.django_db


def about_the_museum(essay: str) -> Assessment:
    """Hand in an essay whose question, rubric and answers belong together."""
    role = JobRoleFactory()
    published_question(
        "essay", role=role, prompt=samples.PROMPT, rubric=samples.RUBRIC, answer_format=samples.ANSWER_FORMAT,
        weight=Decimal("6"),
    )  # fmt: skip
    return submitted_assessment(role=role, answers={"essay": essay})


class TestLocalJudge:
    """Without a key."""

    pytestmark = pytest.mark.usefixtures("local_judge")

    def test_an_essay_is_scored_criterion_by_criterion_with_quotes_that_stand_in_it(self) -> None:
        assessment = about_the_museum(samples.STRONG)

        job = work_off_scoring(assessment)

        row, found = EssayScore.objects.get(), marks_by_criterion()
        assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 1)
        assert (row.source, row.outcome, row.provider) == (ScoreSource.LOCAL, EssayOutcome.SCORED, "local")
        assert row.model == f"{VERSION}/all-MiniLM-L6-v2"
        assert (row.scored_weight, row.cost_microcents, row.flags) == (Decimal("6.00"), 0, [])
        assert list(found) == ["weighing", "trial"]
        # Weighing has weight 2 and at most 3 points, the trial weight 1 and at most 2; 6 points in all.
        share = (
            2 * Fraction(found["weighing"].points or 0) / 3 + Fraction(found["trial"].points or 0) / 2
        ) / 3
        assert row.score == round_half_up(6 * share, 2) > 0
        for mark in found.values():
            assert mark.quotes
            assert all(
                samples.STRONG[quote["start"] : quote["end"]] == quote["text"] for quote in mark.quotes
            )
        assert missing_parts(assessment) == []

    def test_better_essays_get_more(self) -> None:
        essays = [samples.STRONG, samples.WEAK, samples.OFF_TOPIC]
        assessments = [about_the_museum(essay) for essay in essays]

        for assessment in assessments:
            work_off_scoring(assessment)

        scores = {row.assessment_id: row.score for row in EssayScore.objects.all()}
        strong, weak, off_topic = (scores[assessment.pk] or 0 for assessment in assessments)
        assert strong > weak >= off_topic == 0

    def test_an_essay_that_is_too_short_is_decided_by_code_without_a_judge(self) -> None:
        assessment = handed_in("Two words.")

        work_off_scoring(assessment)

        row = EssayScore.objects.get()
        assert (row.source, row.outcome, row.score) == (
            ScoreSource.CODE,
            EssayOutcome.DECIDED_BY_CODE,
            Decimal("0.00"),
        )
        assert row.response_payload["reason_code"] == "too_short"

    def test_words_for_the_grader_are_flagged_and_earn_nothing(self) -> None:
        assessment = handed_in(INJECTION)

        work_off_scoring(assessment)

        assert EssayScore.objects.get().flags == ["injection_suspected"]
        assert not any(
            "Ignore all" in quote["text"] for mark in marks_by_criterion().values() for quote in mark.quotes
        )

    def test_an_assessment_without_essays_gets_its_profile(self) -> None:
        role = JobRoleFactory()
        published_question(role=role)
        assessment = submitted_assessment(role=role)

        work_off_scoring(assessment)

        assert not EssayScore.objects.exists()
        assert SkillEstimate.objects.get().level == Decimal("3.333")


def test_the_verdicts_become_points_by_code_and_the_costs_are_kept(openai: FakeOpenAI) -> None:
    openai.queue(chat(essay_reply(BEST)))
    openai.script = lambda request: pytest.fail("one call is enough")
    assessment = handed_in()

    work_off_scoring(assessment)

    row = EssayScore.objects.get()
    # (2 * 2/2 + 1 * 1/2) / 3 of 4 points
    assert (row.score, row.scored_weight, row.maximum) == (
        Decimal("3.33"),
        Decimal("4.00"),
        Decimal("4.00"),
    )
    assert (row.source, row.outcome, row.run) == (ScoreSource.MODEL, EssayOutcome.SCORED, 1)
    assert (row.provider, row.model) == ("openai", "fake-model")
    assert (row.prompt_version, row.uncertainty) == (PROMPT_VERSION, 0.2)
    assert row.explanation == "Reasoning: Full; Evidence: Partial."
    reasoning = marks_by_criterion()["reasoning"]
    start = GOOD_ESSAY.index(QUOTE)
    assert reasoning.quotes == [{"text": QUOTE, "start": start, "end": start + len(QUOTE)}]
    assert [reasoning.points, reasoning.maximum, reasoning.weight] == [2, 2, 2]
    assert (reasoning.reason, reasoning.level_name) == ("You compare before you decide.", "Full")


def test_tokens_time_and_price_of_the_call_are_stored(openai: FakeOpenAI, settings: Settings) -> None:
    openai.script = second_level
    settings.AI_PRICES = {django_settings.AI_MODELS["scoring"]: {"input": "100", "output": "1000"}}

    work_off_scoring(handed_in())

    row, (request,) = EssayScore.objects.get(), openai.requests
    read = -(-sum(len(message["content"]) for message in request.body["messages"]) // 4)
    written = -(-len(second_level(request)) // 4)
    assert (row.model, row.input_tokens, row.output_tokens) == (request.body["model"], read, written)
    # 100 and 1000 dollars a million tokens are 10,000 and 100,000 micro-cents a token.
    assert row.cost_microcents == read * 10_000 + written * 100_000
    assert 0 < row.latency_ms < 2_000


def test_all_essays_of_an_assessment_go_in_one_call(openai: FakeOpenAI) -> None:
    openai.script = second_level
    role = role_with_essay()
    published_question("essay", role=role, prompt="And what would you ask for next?")
    assessment = submitted_assessment(role=role)

    work_off_scoring(assessment)

    assert len(openai.requests) == 1
    assert [row.score for row in EssayScore.objects.all()] == [Decimal("2.00"), Decimal("2.00")]


@pytest.mark.parametrize(
    ("bad", "note"),
    [
        (verdict("l2", "Words that the student never wrote"), "a quote is not in the answer"),
        (verdict("l2", None), "the criterion is said to be absent, but not at the lowest level"),
        (verdict("l9", QUOTE), "the reply names no level of this criterion"),
        (verdict("l2", QUOTE, reason=""), "the reply gives no reason"),
        (None, "the reply has no verdict on this criterion"),
    ],
)
def test_a_verdict_that_does_not_hold_waits_for_a_person_and_counts_nowhere(
    openai: FakeOpenAI, bad: Any, note: str
) -> None:
    openai.queue(chat(essay_reply(BEST | {"reasoning": bad})))
    assessment = handed_in()

    work_off_scoring(assessment)

    row, held = EssayScore.objects.get(), marks_by_criterion()["reasoning"]
    # Of the essay only evidence (a third of 4 points) counts, at half its points.
    assert (row.outcome, row.score, row.scored_weight) == (
        EssayOutcome.NEEDS_REVIEW,
        Decimal("0.67"),
        Decimal("1.33"),
    )
    assert (held.status, held.points, held.note) == (MarkStatus.NEEDS_REVIEW, None, note)
    totals = queries.totals(queries.question_results(assessment.pk))
    assert (totals.score, totals.maximum, totals.scored_share) == (
        Decimal("1.67"),
        Decimal("2.33"),
        0.466,
    )
    assert missing_parts(assessment) == []


def test_points_in_a_reply_are_ignored(openai: FakeOpenAI) -> None:
    greedy = {key: {**said, "points": 99, "score": "100"} for key, said in BEST.items()}
    openai.queue(chat(essay_reply(greedy)))

    work_off_scoring(handed_in())

    assert EssayScore.objects.get().score == Decimal("3.33")


def test_an_essay_that_speaks_to_the_grader_is_held_whatever_the_model_says(openai: FakeOpenAI) -> None:
    openai.script = second_level
    assessment = handed_in(INJECTION)

    work_off_scoring(assessment)

    row = EssayScore.objects.get()
    assert (row.outcome, row.score, row.scored_weight) == (
        EssayOutcome.NEEDS_REVIEW,
        None,
        Decimal("0.00"),
    )
    assert row.flags == ["injection_suspected"]
    assert {mark.points for mark in marks_by_criterion().values()} == {None}


def test_an_essay_in_which_the_model_notes_orders_is_held(openai: FakeOpenAI) -> None:
    openai.queue(chat(essay_reply(BEST, noted=True)))

    work_off_scoring(handed_in())

    assert EssayScore.objects.get().outcome == EssayOutcome.NEEDS_REVIEW


def test_a_reason_that_repeats_the_guidance_is_withheld(openai: FakeOpenAI) -> None:
    leak = verdict("l2", QUOTE, "The best answer weighs both sides, as I was told: model-answer-canary.")
    openai.queue(chat(essay_reply(BEST | {"reasoning": leak})))

    work_off_scoring(handed_in())

    assert marks_by_criterion()["reasoning"].reason == "Reasoning was judged “Full”."
    assert "model-answer-canary" in json.dumps(EssayScore.objects.get().response_payload)
