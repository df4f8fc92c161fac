"""The fixed words of scoring."""

from django.db import models


class ScoreSource(models.TextChoices):
    """Who or what gave a score; a person outranks a model, a model outranks a rule."""

    CODE = "code"
    LOCAL = "local"
    MODEL = "model"
    HUMAN = "human"


class EssayOutcome(models.TextChoices):
    """What came of scoring an essay."""

    SCORED = "scored"
    DECIDED_BY_CODE = "decided_by_code"
    NEEDS_REVIEW = "needs_review"
    UNAVAILABLE = "unavailable"


class MarkStatus(models.TextChoices):
    """Whether the mark for one criterion counts."""

    SCORED = "scored"
    NEEDS_REVIEW = "needs_review"
