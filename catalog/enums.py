"""The fixed words of the catalog."""

from django.db import models


class ReleasePolicy(models.TextChoices):
    """When students see a result: as soon as it is there, or once staff has released it."""

    IMMEDIATE = "immediate"
    STAFF = "staff"


class QuestionType(models.TextChoices):
    """How a question is asked and answered."""

    MULTIPLE_CHOICE = "multiple_choice"
    NUMERIC = "numeric"
    SHORT_TEXT = "short_text"
    ORDERING = "ordering"
    MATCHING = "matching"
    PROFILE = "profile"
    ESSAY = "essay"
