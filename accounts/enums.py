"""The fixed words of accounts."""

from django.db import models


class Role(models.TextChoices):
    """What a person is to the institution."""

    STUDENT = "student"
    ADVISOR = "advisor"
    GUARDIAN = "guardian"
    ADMIN = "admin"


class UserStatus(models.TextChoices):
    """Whether a person may use the system."""

    ACTIVE = "active"
    DISABLED = "disabled"
    ERASED = "erased"
