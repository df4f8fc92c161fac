"""Handlers of this app's jobs."""

from django.utils import timezone

from accounts.personal_data import erasing, exports
from ops.jobs import Claim


def export(claim: Claim) -> None:
    """Make a copy of a person's data."""
    exports.make(claim, now=timezone.now())


def give_up_export(claim: Claim) -> None:
    """Let the person ask again."""
    exports.give_up(claim, now=timezone.now())


def erase(claim: Claim) -> None:
    """Erase a person as far as that is left to do."""
    erasing.work_off(claim, now=timezone.now())
