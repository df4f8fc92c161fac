"""What PostgreSQL can store of what others have written."""

from typing import Any


def storable(told: Any) -> Any:
    """Return JSON without the characters that the database does not take: NUL, and halves of surrogate pairs."""
    if isinstance(told, str):
        return told.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    if isinstance(told, list):
        return [storable(one) for one in told]
    return {storable(key): storable(one) for key, one in told.items()} if isinstance(told, dict) else told
