"""Erasing what a person has practised; what items have learnt from it stays, and names nobody."""

import uuid

from practice.models import PracticeAnswer, PracticeAssignment, PracticeGoal, SkillRating


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete a person's goals, ratings, assignments and answers."""
    answers = PracticeAnswer.objects.filter(assignment__user=person_id).delete()[0]
    return {
        "practice_answers": answers,
        "practice_assignments": PracticeAssignment.objects.filter(user=person_id).delete()[0],
        "skill_ratings": SkillRating.objects.filter(user=person_id).delete()[0],
        "practice_goals": PracticeGoal.objects.filter(user=person_id).delete()[0],
    }
