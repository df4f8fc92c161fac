"""The fixed words of sessions and their summaries."""

from django.db import models


class Speaker(models.TextChoices):
    """Who says a line; ``other`` where that cannot be told."""

    TUTOR = "tutor"
    STUDENT = "student"
    OTHER = "other"


class SummaryStatus(models.TextChoices):
    """Whether a session has its summary."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class Standing(models.TextChoices):
    """Whether a summary counts: a later message about the same session replaces it, an advisor may withdraw it."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Outcome(models.TextChoices):
    """What came of a transcript: a summary, or nothing, since too little was said, or of no skill of the catalog."""

    SUMMARISED = "summarised"
    TOO_LITTLE = "too_little"
    NO_SKILL = "no_skill"


class Author(models.TextChoices):
    """Whose sentences a summary is made of: a template's, which quote lines, a language model's, which rest on lines,
    or those that an advisor answers for."""

    EXTRACT = "extract"
    MODEL = "model"
    PERSON = "person"


class VersionKind(models.TextChoices):
    """How a version of a summary came about."""

    MADE = "made"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


#: What people do to a summary.
CORRECTIONS = [
    (VersionKind.CORRECTED.value, VersionKind.CORRECTED.label),
    (VersionKind.WITHDRAWN.value, VersionKind.WITHDRAWN.label),
]


class Failure(models.TextChoices):
    """Why there is no summary."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    UNAVAILABLE = "unavailable"
