"""The fixed words of accounts."""

from typing import Final

from django.db import models


class Role(models.TextChoices):
    """What a person is to the institution."""

    STUDENT = "student"
    ADVISOR = "advisor"
    GUARDIAN = "guardian"
    ADMIN = "admin"


STAFF: Final = (Role.ADVISOR, Role.ADMIN)


class UserStatus(models.TextChoices):
    """Whether a person may use the system."""

    ACTIVE = "active"
    DISABLED = "disabled"
    ERASED = "erased"


class FamilyEnd(models.TextChoices):
    """Why the tokens of a log-in stopped working before their time."""

    LOGOUT = "logout"
    REUSE = "reuse"
    ELSEWHERE = "elsewhere"


class AuthMethod(models.TextChoices):
    """What somebody proved themselves with when they logged in."""

    PASSWORD = "password"  # noqa: S105 - a word for one
    INSTITUTION = "institution"
    COURSE = "course"


class LinkState(models.TextChoices):
    """How an account stands to the institution's log-in.

    ``open`` lets the next log-in with the account's verified address in, which is pinned then; ``closed`` lets none in
    by an address.
    """

    OPEN = "open"
    LINKED = "linked"
    CLOSED = "closed"


class Scope(models.TextChoices):
    """What a service key may be used for."""

    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    RESULTS_READ = "results:read"


# Said to whoever makes a key.
OPENED_BY_SCOPES: Final = (
    "results:read opens the results of all assessments that endpoints of this key are told of: scores, passages of "
    "essays, reasons that staff gave, recommendations. A key that also has webhooks:write chooses itself which events "
    "it is told of, of every student. tasks:read and tasks:write open the tasks of every student."
)
