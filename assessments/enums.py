"""The fixed words of assessments."""

from django.db import models


class AssessmentStatus(models.TextChoices):
    """Where an assessment stands."""

    IN_PROGRESS = "in_progress"
    AWAITING_ASYNC = "awaiting_async"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"


class Stage(models.TextChoices):
    """What the background work on a submitted assessment is doing, or that its result waits for staff."""

    ANSWERING = "answering"
    SCORING = "scoring"
    RETRIEVAL = "retrieval"
    RECOMMENDING = "recommending"
    AWAITING_RELEASE = "awaiting_release"
    DONE = "done"


class MissingPart(models.TextChoices):
    """A part that a degraded result goes without."""

    ESSAY_SCORES = "essay_scores"
    RETRIEVAL = "retrieval"
    NEIGHBOURS = "neighbours"
    SUMMARY = "summary"
    RECOMMENDATIONS = "recommendations"
