"""Which score counts, what a student may see of it, and what is still pending."""

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from assessments import services as assessments
from assessments.models import Assessment
from assessments.services import GivenAnswer
from microcred.ai.base import EmbeddingReply
from scoring import queries, services
from scoring.calls import ledger
from scoring.enums import EssayOutcome, ScoreSource
from scoring.models import CriterionMark, EssayScore
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import (
    GOOD_ESSAY,
    RIGHT_ANSWERS,
    question_id_of,
    started_assessment,
    submitted_assessment,
)
from tests.factories.catalog import NOW, JobRoleFactory, published_question, role_with_every_type
from tests.factories.scoring import handed_in, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI, chat
from tests.scoring.calls.entries import EMBEDDING, outgoing, payer, reply
from tests.scoring.essays.chats import verdict
from tests.scoring.replies import BEST, QUOTE, SECOND_QUOTE, essay_reply, second_level

pytestmark = pytest.mark.django_db


def essay_run(assessment: Assessment, run: int, source: ScoreSource, score: str | None) -> EssayScore:
    """Store one scoring run of the assessment's essay."""
    response = assessment.responses.get(question_snapshot__question_type="essay")
    return EssayScore.objects.create(
        assessment=assessment,
        question_snapshot=response.question_snapshot,
        response=response,
        run=run,
        source=source,
        scored_by=AdminFactory() if source == ScoreSource.HUMAN else None,
        outcome=EssayOutcome.SCORED if score else EssayOutcome.UNAVAILABLE,
        score=Decimal(score) if score else None,
        maximum=Decimal(4),
        scored_weight=Decimal(4) if score else Decimal(0),
        provider="test",
        model="test",
        prompt_version="",
        input_tokens=100,
        output_tokens=10,
        latency_ms=run * 100,
        cost_microcents=1_000,
    )


@pytest.mark.parametrize(
    ("runs", "effective"),
    [
        ([(ScoreSource.MODEL, "1.00"), (ScoreSource.MODEL, "2.00")], 2),
        ([(ScoreSource.CODE, None), (ScoreSource.MODEL, "2.00")], 2),
        ([(ScoreSource.HUMAN, "3.00"), (ScoreSource.MODEL, "2.00")], 1),
        ([(ScoreSource.HUMAN, "3.00"), (ScoreSource.MODEL, "2.00"), (ScoreSource.HUMAN, "1.00")], 3),
        ([(ScoreSource.LOCAL, "3.00"), (ScoreSource.MODEL, "2.00"), (ScoreSource.LOCAL, "1.00")], 3),
    ],
)
def test_a_person_outranks_every_model_and_the_newest_run_outranks_the_older(
    runs: list[tuple[ScoreSource, str | None]], effective: int
) -> None:
    assessment = handed_in()
    for run, (source, score) in enumerate(runs, start=1):
        essay_run(assessment, run, source, score)

    (row,) = queries.effective_essay_scores(assessment.pk).values()

    assert row.run == effective


def test_the_run_that_counts_is_read_whole_with_its_own_marks_in_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    assessment = handed_in()
    older, newer = (essay_run(assessment, run, ScoreSource.MODEL, "2.00") for run in (1, 2))
    for row, position, key in ((older, 1, "gone"), (newer, 2, "second"), (newer, 1, "first")):
        CriterionMark.objects.create(
            essay_score=row, position=position, criterion_key=key, criterion_name=key.title(), status="scored",
            points=Decimal(2), maximum=Decimal(4), weight=Decimal(1), quotes=[{"text": key, "start": 0, "end": 5}],
        )  # fmt: skip
    queries.effective_essay_scores(assessment.pk)

    with django_assert_num_queries(2):
        (read,) = queries.effective_essay_scores(assessment.pk).values()
        marks = queries.marks_of(read)

    stored = EssayScore.objects.get(pk=newer.pk)
    fields = [field.attname for field in EssayScore._meta.concrete_fields]
    assert [getattr(read, name) for name in fields] == [getattr(stored, name) for name in fields]
    assert [(mark.criterion_key, mark.quotes[0]["text"]) for mark in marks] == [
        ("first", "first"), ("second", "second"),
    ]  # fmt: skip


def test_every_question_has_an_outcome_in_the_order_of_the_questions() -> None:
    assessment = started_assessment()
    given = [
        GivenAnswer(question_id_of(assessment, kind), RIGHT_ANSWERS[kind]) for kind in ("numeric", "essay")
    ]
    assessments.submit(
        by=assessment.user, assessment_id=assessment.pk, answers=given, completed=False, now=NOW
    )

    results = queries.question_results(assessment.pk)

    outcomes = {one.question.question_type: (one.status, one.score) for one in results}
    assert [one.question.position for one in results] == list(range(1, 8))
    assert outcomes == {
        "multiple_choice": ("unanswered", Decimal(0)),
        "numeric": ("scored", Decimal("1.00")),
        "short_text": ("unanswered", Decimal(0)),
        "ordering": ("unanswered", Decimal(0)),
        "matching": ("unanswered", Decimal(0)),
        "profile": ("unscored", None),
        "essay": ("awaiting", None),
    }


def test_totals_count_what_is_scored_and_say_which_share_that_is() -> None:
    assessment = submitted_assessment()

    before = queries.totals(queries.question_results(assessment.pk))
    essay_run(assessment, 1, ScoreSource.MODEL, "2.50")
    after = queries.totals(queries.question_results(assessment.pk))

    # Five closed questions of 1 point, an essay of 4; the profile question counts nowhere.
    assert before == queries.Totals(Decimal("5.00"), Decimal("5.00"), 0.5556)
    assert after == queries.Totals(Decimal("7.50"), Decimal("9.00"), 1.0)


def test_a_role_without_scored_questions_counts_as_wholly_scored() -> None:
    role = JobRoleFactory()
    published_question("profile", role=role)
    assessment = submitted_assessment(role=role)

    assert queries.totals(queries.question_results(assessment.pk)) == queries.Totals(
        Decimal(0), Decimal("0.00"), 1.0
    )


def test_pending_parts_name_the_criteria_that_wait_for_a_person(openai: FakeOpenAI) -> None:
    openai.queue(chat(essay_reply(BEST | {"evidence": verdict("l2", "Never written by the student")})))
    assessment = handed_in()
    work_off_scoring(assessment)

    assert queries.pending_parts(queries.question_results(assessment.pk)) == [
        {
            "question_id": str(question_id_of(assessment, "essay")),
            "criteria": ["Evidence"],
            "reason": "needs_review",
        }
    ]
    assert queries.awaits_person(assessment.pk)


def test_a_scored_essay_awaits_nobody(openai: FakeOpenAI) -> None:
    openai.queue(chat(essay_reply(BEST)))
    assessment = handed_in()
    assert not queries.awaits_person(assessment.pk)
    work_off_scoring(assessment)

    assert queries.pending_parts(queries.question_results(assessment.pk)) == []
    assert not queries.awaits_person(assessment.pk)


def test_a_student_sees_levels_reasons_and_quotes_of_what_was_scored(openai: FakeOpenAI) -> None:
    openai.queue(chat(essay_reply(BEST | {"evidence": verdict("l2", SECOND_QUOTE, reason="")})))
    assessment = handed_in()
    work_off_scoring(assessment)

    view = queries.student_view(queries.question_results(assessment.pk))
    closed, essay = sorted(view, key=lambda one: str(one["type"]), reverse=True)

    assert closed == {
        "question_id": str(question_id_of(assessment, "multiple_choice")),
        "position": closed["position"],
        "type": "multiple_choice",
        "prompt": closed["prompt"],
        "status": "scored",
        "score": 1.0,
        "maximum": 1.0,
        "band": None,
        "explanation": "You chose the correct option.",
        "scored_by": "rule",
        "uncertainty": None,
        "feedback": "A general hint.",
        "version": closed["version"],
        "criteria": [],
    }
    assert (essay["status"], essay["score"], essay["maximum"]) == ("needs_review", 2.67, 4.0)
    assert essay["explanation"] == "Reasoning: Full; Evidence: a person will decide."
    assert essay["scored_by"] == "model"
    assert 0 < essay["uncertainty"] < 1
    start = GOOD_ESSAY.index(QUOTE)
    assert essay["criteria"] == [
        {
            "name": "Reasoning",
            "status": "scored",
            "level": "Full",
            "reason": "You compare before you decide.",
            "quotes": [{"text": QUOTE, "start": start, "end": start + len(QUOTE)}],
            "version": essay["criteria"][0]["version"],
        },
        {
            "name": "Evidence",
            "status": "needs_review",
            "level": None,
            "reason": "A person will look at this criterion.",
            "quotes": [],
            "version": essay["criteria"][1]["version"],
        },
    ]
    assert len({one["version"] for one in (closed, essay, *essay["criteria"])}) == 4


def test_a_students_view_holds_nothing_of_the_key_the_rubric_or_the_graders(openai: FakeOpenAI) -> None:
    openai.script = second_level
    assessment = submitted_assessment(role=role_with_every_type())
    work_off_scoring(assessment)

    view = queries.student_view(queries.question_results(assessment.pk))

    assert len(view) == 7
    assert "canary" not in json.dumps(view).lower()
    assert not {"rules", "rubric", "staff_explanation", "rules_applied", "note"} & set(_names(view))


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(name for inner in value.values() for name in _names(inner))]
    return [name for inner in value for name in _names(inner)] if isinstance(value, list) else []


def test_the_cost_of_an_assessment_is_that_of_all_its_calls_in_the_ledger() -> None:
    assessment = handed_in()
    assert queries.model_usage(assessment.pk) == queries.ModelUsage(0, 0, 0, 0)

    essay_run(assessment, 1, ScoreSource.MODEL, "2.00")
    answered, timed_out, embedded, _ = (
        ledger.reserve(outgoing(cost, **changes), payer=payer(assessment))
        for cost, changes in [(900, {}), (300, {}), (50, EMBEDDING), (7, {})]
    )
    ledger.settle(answered, reply(400))
    ledger.settle_failure(timed_out, "timeout", latency_ms=20)
    ledger.settle_embedding(embedded, EmbeddingReply(np.zeros((1, 2), np.float32), 9, 30, 20))
    ledger.reserve(outgoing(5_000), payer=payer(handed_in()))

    # What was answered, what may have been charged, what was embedded, and what is still open.
    assert queries.model_usage(assessment.pk) == queries.ModelUsage(
        latency_ms=100, cost_microcents=400 + 300 + 20 + 7, input_tokens=120 + 9, output_tokens=30
    )


def test_results_take_as_many_queries_for_one_question_as_for_seven(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    role = JobRoleFactory()
    published_question("essay", role=role)
    one, seven = submitted_assessment(role=role), submitted_assessment()

    for assessment in (one, seven):
        essay_run(assessment, 1, ScoreSource.MODEL, "2.00")
        with django_assert_num_queries(6):
            queries.question_results(assessment.pk)


def test_the_newest_profile_is_the_profile() -> None:
    assessment = handed_in()
    assert (queries.profile(assessment.pk), queries.next_run(assessment.pk)) == ([], 1)
    assert queries.newest_profile(assessment.pk) == (0, [])

    services.conclude(assessment_id=assessment.pk, judged=[])
    services.record_profile(assessment_id=assessment.pk, levels={"sql": 1.5}, run=2)

    (level,) = queries.profile(assessment.pk)
    assert (level.skill_key, level.skill_name) == ("sql", "Sql")
    assert (level.level, level.deviation, level.evidence) == (1.5, 0.5, 4.0)
    assert queries.next_run(assessment.pk) == 3
