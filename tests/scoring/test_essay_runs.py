"""What was said of essays, as it is stored."""

import pytest
from pytest_django import DjangoAssertNumQueries

from scoring import services
from scoring.enums import EssayOutcome
from scoring.essay_runs import UNAVAILABLE_EXPLANATION, JudgedEssay, store_essays
from scoring.judges import held_for_a_person
from scoring.models import CriterionMark, EssayScore
from tests.factories.assessments import RIGHT_ANSWERS, submitted_assessment
from tests.factories.catalog import published_question
from tests.factories.scoring import role_with_essay

pytestmark = pytest.mark.django_db


def test_all_essays_and_their_marks_are_stored_by_one_statement_each_as_its_newest_run(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    role = role_with_essay()
    published_question("essay", role=role, prompt="Name a second case?")
    assessment = submitted_assessment(role=role, answers=RIGHT_ANSWERS)
    first, second = services.essays_to_judge(assessment.pk)
    held = held_for_a_person(first.task, reason_code="refused", note="the model refused")
    store_essays(assessment.pk, [JudgedEssay(second, None, "budget")])

    with django_assert_num_queries(2):
        store_essays(assessment.pk, [JudgedEssay(first, held), JudgedEssay(second, None)])

    rows = EssayScore.objects.order_by("question_snapshot__position", "run")
    assert [(row.question_snapshot_id, row.run, row.outcome) for row in rows] == [
        (first.question.snapshot_id, 1, EssayOutcome.NEEDS_REVIEW),
        (second.question.snapshot_id, 1, EssayOutcome.UNAVAILABLE),
        (second.question.snapshot_id, 2, EssayOutcome.UNAVAILABLE),
    ]
    assert [row.flags for row in rows] == [[], ["budget"], []]
    assert rows[2].explanation == UNAVAILABLE_EXPLANATION
    marks = CriterionMark.objects.order_by("position")
    assert [(mark.essay_score_id, mark.criterion_key, mark.note) for mark in marks] == [
        (rows[0].pk, criterion.key, "the model refused") for criterion in first.task.criteria
    ]
    assert len(marks) > 0
