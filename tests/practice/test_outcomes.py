"""What came of what a student answered last, as it is read again."""

import datetime as dt

import pytest

from practice import services
from practice.queries import goals_reached_by, last_answer
from tests.factories.practice import (
    NOW,
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db


def test_it_is_what_was_said_when_it_was_answered() -> None:
    given = PracticeAssignmentFactory()
    assert last_answer(given) is None
    services.answer(by=given.user, assignment_id=given.pk, given="WHERE", now=NOW)
    said = services.answer(by=given.user, assignment_id=given.pk, given="GROUP BY", now=NOW)
    given.item.rules = {"kind": "choice", "correct": ["c3"], "scoring": "all_or_nothing"}
    given.item.save()

    last = last_answer(given)

    assert last is not None
    assert (last.answer, last.share, last.explanation) == ({"choice_ids": ["c3"]}, 0.0, said.explanation)


def test_the_goals_are_those_of_this_answer() -> None:
    given = PracticeAssignmentFactory()
    SkillRatingFactory(user=given.user, rating=1500.0, deviation=90.0, answers=30, updated_at=NOW)
    reached = PracticeGoalFactory(user=given.user, target_difficulty=6)
    PracticeGoalFactory(user=given.user, status="reached", reached_at=NOW - dt.timedelta(days=1))
    assert goals_reached_by(given) == ()

    outcome = services.answer(by=given.user, assignment_id=given.pk, given="HAVING", now=NOW)

    assert list(goals_reached_by(outcome.assignment)) == list(outcome.goals) == [reached]
