"""A reviewer first shows, on examples with agreed levels, that they read the rubric as the others do."""

from copy import deepcopy
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from catalog.models import Question
from catalog.services import publish_question
from scoring.models import CalibrationExample, ReviewerCalibration
from scoring.oversight import (
    CalibrationIncomplete,
    CalibrationMissing,
    calibrate,
    calibration_sheet,
    claim_next,
    example_problems,
    queue_lines,
)
from scoring.oversight.calibration import passed_questions
from tests.factories.accounts import AdvisorFactory
from tests.factories.catalog import published_question
from tests.factories.oversight import judged_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def question() -> Question:
    """A question that an answer waits for review of, with two examples."""
    assessment = judged_assessment(levels={"reasoning": None, "evidence": None})
    question = assessment.snapshots.get(question_type="essay").question
    for text, levels in (("Weak.", ("l0", "l0")), ("Strong.", ("l2", "l1"))):
        CalibrationExample.objects.create(
            question=question, text=text, levels=dict(zip(("reasoning", "evidence"), levels, strict=True))
        )
    return question


def marks(question: Question, *, wrong: int = 0) -> dict[str, dict[str, str]]:
    """Return the agreed marks of all examples, the first ``wrong`` of them off."""
    given: dict[str, dict[str, str]] = {}
    for row in CalibrationExample.objects.filter(question=question, active=True):
        given[str(row.pk)] = {}
        for key, level in row.levels.items():
            given[str(row.pk)][key] = {"l0": "l1", "l1": "l2", "l2": "l0"}[level] if wrong > 0 else level
            wrong -= 1
    return given


@pytest.fixture
def reviewer() -> User:
    reviewer: User = AdvisorFactory()
    return reviewer


def test_without_calibration_there_is_nothing_to_take(question: Question, reviewer: User) -> None:
    assert claim_next(by=reviewer) is None
    assert [line.is_calibrated for line in queue_lines(reviewer)] == [False]


@pytest.mark.parametrize(
    ("wrong", "agreement", "passed"), [(0, "1.000", True), (1, "0.750", False), (4, "0.000", False)]
)
def test_enough_exact_agreement_opens_the_queue(
    question: Question, reviewer: User, wrong: int, agreement: str, passed: bool
) -> None:
    run = calibrate(by=reviewer, question_id=question.pk, marks=marks(question, wrong=wrong))

    assert (run.agreement, run.passed) == (Decimal(agreement), passed)
    assert (claim_next(by=reviewer) is not None) == passed


def test_one_who_failed_may_try_again(question: Question, reviewer: User) -> None:
    calibrate(by=reviewer, question_id=question.pk, marks=marks(question, wrong=2))

    calibrate(by=reviewer, question_id=question.pk, marks=marks(question))

    assert claim_next(by=reviewer) is not None
    assert ReviewerCalibration.objects.count() == 2


def test_new_examples_have_to_be_passed_anew(question: Question, reviewer: User) -> None:
    calibrate(by=reviewer, question_id=question.pk, marks=marks(question))

    CalibrationExample.objects.create(
        question=question, text="New.", levels={"reasoning": "l1", "evidence": "l1"}
    )

    assert claim_next(by=reviewer) is None


def test_another_rubric_has_to_be_learnt_anew(question: Question, reviewer: User) -> None:
    calibrate(by=reviewer, question_id=question.pk, marks=marks(question))
    rubric = deepcopy(question.rubric)
    rubric["criteria"][0]["guidance"] = "Look for something else."
    question.rubric = rubric
    question.save()
    publish_question(by=None, question=question, now=timezone.now())

    assert claim_next(by=reviewer) is None

    calibrate(by=reviewer, question_id=question.pk, marks=marks(question))

    assert claim_next(by=reviewer) is not None


@pytest.mark.parametrize("without_examples", [True, False])
def test_no_setting_opens_a_rubric_that_has_examples(
    question: Question, reviewer: User, settings: Settings, without_examples: bool
) -> None:
    settings.CALIBRATION_WITHOUT_EXAMPLES = without_examples

    assert claim_next(by=reviewer) is None


def test_the_sheet_does_not_hold_the_agreed_levels(question: Question) -> None:
    sheet = calibration_sheet(question.pk)

    assert [text for _, text in sheet.examples] == ["Weak.", "Strong."]
    assert "agreed" not in str(sheet)
    assert len(sheet.criteria) == 2


def test_what_is_incomplete_is_not_counted(question: Question, reviewer: User) -> None:
    given = marks(question)
    given.popitem()

    with pytest.raises(CalibrationIncomplete):
        calibrate(by=reviewer, question_id=question.pk, marks=given)


def test_a_question_without_examples_has_no_sheet(reviewer: User) -> None:
    question = published_question("essay")

    with pytest.raises(CalibrationMissing):
        calibration_sheet(question.pk)
    with pytest.raises(CalibrationMissing):
        calibrate(by=reviewer, question_id=question.pk, marks={})


@pytest.mark.parametrize(
    ("levels", "problems"),
    [
        ({"reasoning": "l1", "evidence": "l2"}, []),
        ({"reasoning": "l1"}, ["Criterion evidence has no level."]),
        ({"reasoning": "l9", "evidence": "l2"}, ["Criterion reasoning has no level l9."]),
        ({"reasoning": "l1", "evidence": "l2", "x": "l1"}, ["The rubric has no criterion x."]),
        ("l1", ["Levels are an object: criterion key to level id."]),
    ],
)
def test_agreed_levels_are_checked_against_the_rubric(levels: object, problems: list[str]) -> None:
    assert example_problems(published_question("essay").pk, levels) == problems


def test_a_run_is_never_changed(question: Question, reviewer: User) -> None:
    calibrate(by=reviewer, question_id=question.pk, marks=marks(question, wrong=4))

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ReviewerCalibration.objects.update(passed=True)


def test_staff_can_require_examples_of_every_essay(reviewer: User, settings: Settings) -> None:
    bare, closed = published_question("essay"), published_question("multiple_choice")
    assert passed_questions(reviewer, [bare.pk, closed.pk]) == {bare.pk, closed.pk}

    settings.CALIBRATION_WITHOUT_EXAMPLES = False

    assert passed_questions(reviewer, [bare.pk, closed.pk]) == {closed.pk}
