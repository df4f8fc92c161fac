"""The trail of what was done by whom."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final, Protocol

from django.db import connection

from ops.models import AuditLog

# Written with every change, hence without the mapper.
_INSERT: Final = """
INSERT INTO audit_logs (id, actor_id, actor_role, action, resource_type, resource_id, metadata)
VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb) RETURNING created_at
"""


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
    line = AuditLog(
        actor_id=by.pk if by else None,
        actor_role=str(by.role) if by else "",
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        metadata=dict(metadata or {}),
    )
    facts = json.dumps(line.metadata)
    values = line.pk, line.actor_id, line.actor_role, action, resource_type, resource_id, facts
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        (line.created_at,) = cursor.fetchone()
    line._state.adding = False
    return line
