"""The fixed words of what advisors do."""

from django.db import models


class OverrideKind(models.TextChoices):
    """What a person set in place of what the system had come to."""

    PRACTICE = "practice", "Practice"
    GOAL = "goal", "Goal"
    SUMMARY = "summary", "Summary"
    SCORE = "score", "Score"
    RECOMMENDATION = "recommendation", "Recommendation"


class OverrideGrouping(models.TextChoices):
    """What figures about overrides are of."""

    KIND = "kind", "Kind"
    SKILL = "skill", "Skill"
    DIFFICULTY = "difficulty", "Difficulty"
    ADVISOR = "advisor", "Advisor"
    STUDENT = "student", "Student"
