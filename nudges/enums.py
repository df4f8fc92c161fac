"""The fixed words of nudges."""

from django.db import models


class NudgeKind(models.TextChoices):
    """What a nudge is about; where several are due, the first of these comes."""

    UNFINISHED_ASSESSMENT = "unfinished_assessment"
    ADVISOR_REPLIED = "advisor_replied"
    RESULT_READY = "result_ready"
    RESULT_CHANGED = "result_changed"
    CREDENTIAL_DECIDED = "credential_decided"
    GOAL_REACHED = "goal_reached"
    AGREED_STEP = "agreed_step"
    INACTIVE = "inactive"
    RELATED_SKILL = "related_skill"


class LetterStatus(models.TextChoices):
    """What became of the letter of a nudge: none was wanted, it waits, it was sent, it came too late or failed."""

    NONE = "none"
    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"
