"""Programs that act for students."""

import datetime as dt

from accounts.enums import Scope
from accounts.service_keys import KeyHolder
from tests.factories.planner import NOW
from tests.factories.service_keys import service_key


def platform() -> KeyHolder:
    """Return the holder of a key of every scope."""
    key, _ = service_key()
    return KeyHolder(
        pk=key.pk, name=key.name, scopes=frozenset(Scope), expires_at=NOW + dt.timedelta(hours=1)
    )
