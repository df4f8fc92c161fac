"""A credential as a file of others states it, before it is compared with the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

MOST_ENTRIES: Final = 20_000


class FileInvalid(ValueError):
    """A file is no list of credentials that can be read; the message says why, for the person who chose it."""


class InvalidValue(ValueError):
    """A value cannot be taken over; the message says which and why, for the person who chose the file."""


@dataclass(frozen=True)
class NamedSkill:
    """A skill as the file calls it, by a name, a key or an id of others, and the level brought, if it says one."""

    name: str
    level: Decimal | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listed:
    """What a file says of one credential; ``place`` is its line or ``@id``.

    ``said`` holds what it says of the columns of catalog.models.Credential and of its ``document``, and nothing where
    it is silent. ``ids`` are what other entries of the file call it by. Texts are as the file has them.
    """

    place: str
    key: str = ""
    ids: tuple[str, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
    skills: tuple[NamedSkill, ...] = ()
    roles: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """What cannot be taken over, and why; its key and address, if it has any, tell that the file names a credential."""

    place: str
    name: str
    reason: str
    key: str = ""
    uri: str = ""


@dataclass(frozen=True)
class CredentialFile:
    """What a file holds, in its order; ``notes`` say what of it is not read."""

    format: str
    entries: tuple[Listed | LeftOut, ...]
    notes: tuple[str, ...] = ()
