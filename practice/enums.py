"""The fixed words of practice."""

from django.db import models


class AssignmentStatus(models.TextChoices):
    """How an item that was given to practise stands."""

    OPEN = "open"
    SOLVED = "solved"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"


#: An assignment that has been answered to its end, by the student.
FINISHED = (AssignmentStatus.SOLVED, AssignmentStatus.GIVEN_UP)


class GoalStatus(models.TextChoices):
    """How a goal stands."""

    OPEN = "open"
    REACHED = "reached"
    DROPPED = "dropped"


#: What people may say of a goal; that it is reached, answers say.
SETTABLE_STATUSES = [
    (GoalStatus.OPEN.value, GoalStatus.OPEN.label),
    (GoalStatus.DROPPED.value, GoalStatus.DROPPED.label),
]


class TurnReason(models.TextChoices):
    """Why a student was given something of this skill and not of another."""

    CHOSEN = "chosen", "the student asked for it"
    SESSION = "session", "it was worked on with a tutor lately"
    GOAL = "goal", "it has an open goal"
    GAP = "gap", "the newest result leaves it to learn"
    ROTATION = "rotation", "it was practised longest ago"


class DraftStatus(models.TextChoices):
    """How an item that a model wrote stands: failed a check, waits for staff, is used before staff has looked, or was
    taken or turned down by staff."""

    REJECTED = "rejected"
    WAITING = "waiting"
    TRIAL = "trial"
    APPROVED = "approved"
    DECLINED = "declined"


#: What staff may still decide.
UNDECIDED = (DraftStatus.WAITING, DraftStatus.TRIAL)
#: What students are given, or were.
IN_USE = (DraftStatus.TRIAL, DraftStatus.APPROVED)


class ReportReason(models.TextChoices):
    """What a student finds wrong with an item."""

    WRONG_KEY = "wrong_key", "The right answer is not accepted"
    UNCLEAR = "unclear", "It is unclear or something is missing"
    GIVEN_AWAY = "given_away", "It gives its answer away"
    OTHER = "other", "Something else"


class OverrideKind(models.TextChoices):
    """What an advisor set in place of what practice had come to."""

    LEVEL = "level"
    GOAL = "goal"
