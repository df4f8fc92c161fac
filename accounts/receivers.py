"""What happens at a page's log-in and log-out."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from accounts.models import User
from ops import audit


@receiver(user_logged_in)
def record_log_in(user: Any, **_: Any) -> None:
    """Write into the trail that a person logged in on a page."""
    _record(user, "session.begun")


@receiver(user_logged_out)
def record_log_out(user: Any, **_: Any) -> None:
    """Write into the trail that a person logged out on a page."""
    _record(user, "session.ended")


def _record(user: Any, action: str) -> None:
    if isinstance(user, User):
        audit.record(by=user, action=action, resource_type="user", resource_id=user.pk)
