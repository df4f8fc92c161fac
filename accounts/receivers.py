"""What log-ins and log-outs leave behind."""

from collections.abc import Mapping
from typing import Any

import structlog
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import second_factor, sessions
from accounts.models import User
from ops import audit

log = structlog.get_logger(__name__)


@receiver(user_logged_in)
def record_log_in(user: Any, request: HttpRequest, **_: Any) -> None:
    """Write into the trail that a person logged in on a page, and with what."""
    has_factor = isinstance(user, User) and second_factor.is_on(user)
    _record(user, "session.begun", second_factor=has_factor, means=str(sessions.means_of(request)))


@receiver(user_logged_out)
def record_log_out(user: Any, **_: Any) -> None:
    """Write into the trail that a person logged out on a page."""
    _record(user, "session.ended")


@receiver(user_login_failed)
def note_refusal(credentials: Mapping[str, Any], **_: Any) -> None:
    """Write into the log whose password was wrong, on a page or over the API; None where there is no such person."""
    named = str(credentials.get("username") or "").lower()
    whose = User.objects.filter(email=named).values_list("pk", flat=True).first()
    log.warning("password_refused", user_id=str(whose) if whose else None)


def _record(user: Any, action: str, **facts: bool | str) -> None:
    if isinstance(user, User):
        audit.record(by=user, action=action, resource_type="user", resource_id=user.pk, metadata=facts)
