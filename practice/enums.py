"""The fixed words of practice."""

from django.db import models


class AssignmentStatus(models.TextChoices):
    """How an item that was given to practise stands."""

    OPEN = "open"
    SOLVED = "solved"
    GIVEN_UP = "given_up"


class GoalStatus(models.TextChoices):
    """How a goal stands."""

    OPEN = "open"
    REACHED = "reached"
    DROPPED = "dropped"
