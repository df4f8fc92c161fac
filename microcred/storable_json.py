"""What PostgreSQL can store of what others have written."""

from typing import Any, NoReturn


def storable(told: Any) -> Any:
    """Return JSON without the characters that the database does not take: NUL, and halves of surrogate pairs."""
    if isinstance(told, str):
        return told.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    if isinstance(told, list):
        return [storable(one) for one in told]
    return {storable(key): storable(one) for key, one in told.items()} if isinstance(told, dict) else told


def refuse_constant(name: str) -> NoReturn:
    """For ``parse_constant`` of `json.loads`: NaN and the infinities are no JSON, and the database takes none."""
    raise ValueError(f"{name} is not a JSON number")
