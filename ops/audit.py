"""The trail of what was done by whom."""

import uuid
from collections.abc import Mapping
from typing import Any, Protocol

from ops.models import AuditLog


class Actor(Protocol):
    """Whoever can do things: an account, or a key that stands for a program."""

    @property
    def pk(self) -> Any:
        """The id of the account or key."""

    @property
    def role(self) -> str:
        """What they may do, in one word."""


def record(
    *,
    by: Actor | None,
    action: str,
    resource_type: str,
    resource_id: uuid.UUID | None,
    metadata: Mapping[str, Any] | None = None,
) -> AuditLog:
    """Write one line of the trail in the caller's transaction; ``by`` None is the system itself.

    ``metadata`` holds ids, counts and states, never names, answers or secrets.
    """
    return AuditLog.objects.create(
        actor_id=by.pk if by else None,
        actor_role=by.role if by else "",
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        metadata=dict(metadata or {}),
    )
