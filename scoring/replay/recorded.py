"""A chat model that says nothing: it stands for the one that was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn


class AskedAnew(RuntimeError):
    """A replay asked for what it must find in the stored replies."""


@dataclass(frozen=True, slots=True)
class RecordedModel:
    """Names the provider and the model of stored replies; it makes no call."""

    provider: str
    model: str

    def complete(
        self,
        *,
        system: str,
        user: str,
        schema_name: str,
        schema: Mapping[str, Any],
        task: str,
        max_tokens: int,
    ) -> NoReturn:
        """Raise ``AskedAnew``."""
        raise AskedAnew("a replay asks no model")
