"""The fixed words of what advisors do."""

from django.db import models


class OverrideKind(models.TextChoices):
    """What a person set in place of what the system had come to."""

    PRACTICE = "practice", "Practice"
    GOAL = "goal", "Goal"
    SUMMARY = "summary", "Summary"
    SCORE = "score", "Score"
    RECOMMENDATION = "recommendation", "Recommendation"


class FiguresOf(models.TextChoices):
    """What figures over everybody are of, that are kept where there is much to work them out from."""

    QUESTIONS = "questions", "Questions of a role"
    AGREEMENT = "agreement", "Agreement on a role"
    FAIRNESS = "fairness", "Fairness of a role"
    RECOMMENDATIONS = "recommendations", "Recommendations"


class Period(models.TextChoices):
    """How long ago, in days, something was made at most."""

    EVER = "", "Ever"
    MONTH = "30", "The last 30 days"
    QUARTER = "90", "The last 90 days"
    YEAR = "365", "The last year"


class OverrideGrouping(models.TextChoices):
    """What figures about overrides are of."""

    KIND = "kind", "Kind"
    SKILL = "skill", "Skill"
    DIFFICULTY = "difficulty", "Difficulty"
    ADVISOR = "advisor", "Advisor"
    STUDENT = "student", "Student"
