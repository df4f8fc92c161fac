"""The fixed words of questions and answers."""

from django.db import models


class TurnStatus(models.TextChoices):
    """Whether a question has its answer."""

    WAITING = "waiting"
    ANSWERED = "answered"


class Outcome(models.TextChoices):
    """What came of a question: an answer, an overview alone, a question back, a refusal, or nothing this time."""

    ANSWER = "answer"
    OVERVIEW = "overview"
    UNCLEAR = "unclear"
    OUT_OF_SCOPE = "out_of_scope"
    UNAVAILABLE = "unavailable"


class Band(models.TextChoices):
    """How far an answer can be relied on."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Author(models.TextChoices):
    """Whose sentences an answer is made of: a document's own, or a model's, which cite documents."""

    PASSAGES = "passages"
    MODEL = "model"


class Escalation(models.TextChoices):
    """Whether a question waits for the student's advisor."""

    NONE = "none"
    WAITING = "waiting"
    REPLIED = "replied"
