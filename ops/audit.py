"""The trail of what was done by whom."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final, Protocol

from microcred.pipelining import fetch_rows
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


def line(
    *,
    by: Actor | None,
    action: str,
    resource_type: str,
    resource_id: uuid.UUID | None,
    metadata: Mapping[str, Any] | None = None,
) -> AuditLog:
    """Return one line of the trail, to be inserted with what it tells of; ``by`` None is the system itself.

    ``metadata`` holds ids, counts and states, never names, answers or secrets.
    """
    return AuditLog(
        actor_id=by.pk if by else None,
        actor_role=str(by.role) if by else "",
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        metadata=dict(metadata or {}),
    )


def record(
    *,
    by: Actor | None,
    action: str,
    resource_type: str,
    resource_id: uuid.UUID | None,
    metadata: Mapping[str, Any] | None = None,
) -> AuditLog:
    """Write one line of the trail, as `line` makes it, in the caller's transaction."""
    made = line(by=by, action=action, resource_type=resource_type, resource_id=resource_id, metadata=metadata)
    facts = json.dumps(made.metadata)
    values = made.pk, made.actor_id, made.actor_role, action, resource_type, resource_id, facts
    ((made.created_at,),) = fetch_rows(_INSERT, values)
    made._state.adding = False
    return made
