"""Erasing what a person has practised; what items have learnt from it stays, and names nobody."""

import uuid

from practice.models import (
    CompletedStep,
    PracticeAnswer,
    PracticeAssignment,
    PracticeGoal,
    PracticeGoalSkill,
    PracticeOverride,
    PracticeReport,
    SkillRating,
    TaughtSkill,
)


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete a person's goals, ratings, assignments, answers, reports and steps, what advisors made of them and tutors
    went through."""
    overrides = PracticeOverride.objects.filter(student=person_id).delete()[0]
    answers = PracticeAnswer.objects.filter(assignment__user=person_id).delete()[0]
    reports = PracticeReport.objects.filter(assignment__user=person_id).delete()[0]
    return {
        "practice_overrides": overrides,
        "practice_reports": reports,
        "practice_answers": answers,
        "practice_assignments": PracticeAssignment.objects.filter(user=person_id).delete()[0],
        "skill_ratings": SkillRating.objects.filter(user=person_id).delete()[0],
        "practice_goal_skills": PracticeGoalSkill.objects.filter(goal__user=person_id).delete()[0],
        "practice_goals": PracticeGoal.objects.filter(user=person_id).delete()[0],
        "practice_completed_steps": CompletedStep.objects.filter(user=person_id).delete()[0],
        "practice_taught_skills": TaughtSkill.objects.filter(user=person_id).delete()[0],
    }
