"""What the database refuses."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.factories.accounts import UserFactory
from tests.factories.practice import (
    NOW,
    PracticeAnswerFactory,
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    PracticeItemFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("factory", "fields", "constraint"),
    [
        (PracticeItemFactory, {"question_type": "essay"}, "practice_items_type_closed"),
        (PracticeItemFactory, {"difficulty": 11}, "practice_items_difficulty_on_scale"),
        (PracticeItemFactory, {"seconds": 0}, "practice_items_takes_time"),
        (PracticeItemFactory, {"rating": 2000.5}, "practice_items_rating_on_scale"),
        (PracticeItemFactory, {"deviation": 0.0}, "practice_items_deviation_positive"),
        (PracticeItemFactory, {"generator": "mean"}, "practice_items_generated_by_seed"),
        (PracticeItemFactory, {"seed": 1}, "practice_items_generated_by_seed"),
        (SkillRatingFactory, {"rating": 399.0}, "skill_ratings_on_scale"),
        (SkillRatingFactory, {"deviation": 0.0}, "skill_ratings_deviation_positive"),
        (
            PracticeAssignmentFactory,
            {
                "status": "lost",
                "completed_at": NOW,
                "performance": 1.0,
                "rating_before": 1.0,
                "rating_after": 1.0,
            },
            "practice_assignments_status_known",
        ),
        (PracticeAssignmentFactory, {"status": "solved"}, "practice_assignments_over_has_outcome"),
        (PracticeAssignmentFactory, {"completed_at": NOW}, "practice_assignments_over_has_outcome"),
        (PracticeAssignmentFactory, {"share": 1.5}, "practice_assignments_share_is_share"),
        (PracticeAnswerFactory, {"share": -0.5}, "practice_answers_share_is_share"),
        (PracticeGoalFactory, {"title": ""}, "practice_goals_titled"),
        (PracticeGoalFactory, {"target_difficulty": 0}, "practice_goals_target_on_scale"),
        (PracticeGoalFactory, {"start": 100.0}, "practice_goals_start_on_scale"),
        (PracticeGoalFactory, {"status": "lost"}, "practice_goals_status_known"),
        (PracticeGoalFactory, {"status": "reached"}, "practice_goals_reached_has_time"),
        (PracticeGoalFactory, {"reached_at": NOW}, "practice_goals_reached_has_time"),
        (PracticeGoalFactory, {"tags": ["x"] * 21}, "practice_goals_not_too_many_tags"),
    ],
)
def test_what_cannot_be(factory: Any, fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factory(**fields)


def test_a_student_is_at_one_item_of_a_skill_at_a_time() -> None:
    student = UserFactory()
    PracticeAssignmentFactory(user=student)

    with pytest.raises(IntegrityError, match="practice_assignments_one_open"), transaction.atomic():
        PracticeAssignmentFactory(user=student)


def test_a_student_has_one_rating_of_a_skill() -> None:
    rating = SkillRatingFactory()

    with pytest.raises(IntegrityError, match="skill_ratings_once"), transaction.atomic():
        SkillRatingFactory(user=rating.user)


def test_what_is_generated_is_there_once() -> None:
    PracticeItemFactory(generator="mean", seed=1)
    PracticeItemFactory(generator="mean", seed=1, difficulty=6)

    with pytest.raises(IntegrityError, match="practice_items_generated_once"), transaction.atomic():
        PracticeItemFactory(generator="mean", seed=1)


def test_answers_are_numbered_once() -> None:
    answer = PracticeAnswerFactory()

    with pytest.raises(IntegrityError, match="practice_answers_numbered"), transaction.atomic():
        PracticeAnswerFactory(assignment=answer.assignment)
