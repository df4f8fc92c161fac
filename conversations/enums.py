"""The fixed words of questions and answers."""

from collections.abc import Mapping
from typing import Final

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
    """Where the thread of a question stands: there is none, it waits for an advisor, an advisor had the last word, or
    closed it."""

    NONE = "none"
    WAITING = "waiting"
    REPLIED = "replied"
    CLOSED = "closed"


class Side(models.TextChoices):
    """Who speaks in a thread: the student, or whoever advises them."""

    STUDENT = "student"
    ADVISOR = "advisor"


#: What to tell whoever reads what came of a question, where it cannot be relied on.
DISCLAIMERS: Final[Mapping[str, str]] = {
    Outcome.ANSWER: "This may be incomplete. Read the passages that are cited, or ask your advisor.",
    Outcome.OVERVIEW: "This is no answer. Your advisor has the question and can give one.",
    Outcome.UNAVAILABLE: "This is no answer. Your advisor has the question and can give one.",
}
