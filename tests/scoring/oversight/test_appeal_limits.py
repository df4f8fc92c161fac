"""Until when students are told that they may appeal, question by question."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from assessments.services import release
from scoring import oversight, queries
from scoring.oversight import AppealRefused, NewScore
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import question_id_of
from tests.factories.catalog import NOW
from tests.factories.oversight import judged_assessment

pytestmark = pytest.mark.django_db
PERIOD = dt.timedelta(days=14)
LATE = NOW + dt.timedelta(days=60)


@pytest.fixture
def assessment() -> Assessment:
    return judged_assessment(answers={"multiple_choice": "c1"})


def question(assessment: Assessment, kind: str) -> uuid.UUID:
    return question_id_of(assessment, kind)


def until(assessment: Assessment) -> dict[uuid.UUID, dt.datetime]:
    assessment.refresh_from_db()
    return oversight.appealable_until(assessment, queries.question_results(assessment.pk))


def appeal(assessment: Assessment, kind: str, criterion: str = "", now: dt.datetime = NOW) -> None:
    oversight.appeal(
        by=assessment.user,
        assessment_id=assessment.pk,
        question_id=question(assessment, kind),
        criterion=criterion,
        statement="I did compare the sources.",
        now=now,
    )


def override(assessment: Assessment, kind: str, new: NewScore) -> None:
    oversight.override(
        by=AdminFactory(),
        assessment_id=assessment.pk,
        question_id=question(assessment, kind),
        new=new,
        reason="A reason.",
        now=LATE,
    )


def test_every_question_that_was_scored_can_be_appealed_against(assessment: Assessment) -> None:
    essay, closed = question(assessment, "essay"), question(assessment, "multiple_choice")

    assert until(assessment) == {essay: NOW + PERIOD, closed: NOW + PERIOD}


def test_what_is_held_back_cannot_and_the_time_begins_with_its_release(assessment: Assessment) -> None:
    Assessment.objects.filter(pk=assessment.pk).update(stage="awaiting_release")
    held = until(assessment)
    release(by=AdminFactory(), assessment_id=assessment.pk, now=LATE)

    assert held == {}
    assert set(until(assessment).values()) == {LATE + PERIOD}


def test_what_is_not_completed_cannot(assessment: Assessment) -> None:
    assessment.completed_at = None

    assert oversight.appealable_until(assessment, queries.question_results(assessment.pk)) == {}


def test_what_waits_for_a_person_or_was_not_answered_cannot(assessment: Assessment) -> None:
    waiting = judged_assessment(levels={"reasoning": None, "evidence": None})
    unanswered = [
        replace(one, question=replace(one.question, response_id=None))
        for one in queries.question_results(assessment.pk)
    ]

    assert question(waiting, "essay") not in until(waiting)
    assert oversight.appealable_until(assessment, unanswered) == {}


def test_a_score_that_was_changed_has_a_time_of_its_own(assessment: Assessment) -> None:
    override(assessment, "multiple_choice", NewScore(score=Decimal("0.5")))

    assert until(assessment) == {
        question(assessment, "essay"): NOW + PERIOD,
        question(assessment, "multiple_choice"): LATE + PERIOD,
    }


def test_an_essay_can_as_long_as_one_of_its_criteria_can(assessment: Assessment, settings: Settings) -> None:
    essay, closed = question(assessment, "essay"), question(assessment, "multiple_choice")
    appeal(assessment, "essay", "reasoning")
    one_of_two = until(assessment)
    appeal(assessment, "essay", "evidence")
    appeal(assessment, "multiple_choice")

    assert one_of_two == {essay: NOW + PERIOD, closed: NOW + PERIOD}
    assert until(assessment) == {}
    settings.APPEALS_PER_CRITERION = 2
    assert until(assessment) == one_of_two


def test_appeals_against_the_score_before_do_not_count(assessment: Assessment) -> None:
    appeal(assessment, "multiple_choice")
    used_up = until(assessment)
    override(assessment, "multiple_choice", NewScore(score=Decimal("0.5")))

    assert question(assessment, "multiple_choice") not in used_up
    assert until(assessment)[question(assessment, "multiple_choice")] == LATE + PERIOD


def test_where_more_are_allowed_one_is_open_at_a_time(assessment: Assessment, settings: Settings) -> None:
    settings.APPEALS_PER_CRITERION = 2
    appeal(assessment, "multiple_choice")

    with pytest.raises(AppealRefused, match="open already"):
        appeal(assessment, "multiple_choice")
