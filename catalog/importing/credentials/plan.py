"""What would come of a list, entry by entry, and what a person wishes and chooses of it."""

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from catalog.importing.credentials.listed import LeftOut
from catalog.importing.credentials.word_similarity import Near

LABELS: Final = {
    "title": "Title",
    "description": "Description",
    "provider": "Provider",
    "level": "Level",
    "hours": "Hours",
    "language": "Language",
    "uri": "Address",
    "skills": "Skills brought",
    "roles": "Roles",
    "prerequisites": "Comes after",
    "document": "Source document",
    "active": "Offered",
}


@dataclass(frozen=True)
class ImportDefaults:
    """What entries are taken to be that say nothing of it; the skill that a name is, by names as they are compared.

    A name whose skill is empty is left out.
    """

    level: int | None = None
    hours: int | None = None
    language: str = "en"
    provider: str = ""
    skills: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """A field that would be another: what stands and what comes, in words; ``value`` is what would be stored.

    It ``is_held`` where the catalog's value is not what the last file said: somebody has changed it here.
    """

    name: str
    stands: str
    comes: str
    value: Any
    is_held: bool

    @property
    def label(self) -> str:
        """What people call the field."""
        return LABELS[self.name]


@dataclass(frozen=True)
class Entry:
    """A credential of the list as it would be made or changed; ``at`` is its place in the file, from 0.

    ``fields`` are all values of a new one; ``said`` are hashes of what the file says. ``assumed`` tells which wishes
    were used, ``skills`` which skills its names were found to be.
    """

    at: int
    place: str
    key: str
    title: str
    pk: uuid.UUID | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def coming(self) -> list[Change]:
        """The changes that are made unless somebody says otherwise."""
        return [one for one in self.changes if not one.is_held]

    @property
    def held(self) -> list[Change]:
        """The changes that would undo what somebody has changed here."""
        return [one for one in self.changes if one.is_held]


@dataclass(frozen=True)
class Unmatched:
    """A name of the list that no skill has: in how many entries it stands, what comes near, and what was picked."""

    name: str
    called: str
    entries: int
    near: tuple[Near, ...]
    picked: str = ""


@dataclass(frozen=True)
class Missing:
    """A credential of a provider of the list that the list does not have."""

    pk: uuid.UUID
    title: str
    provider: str


@dataclass(frozen=True)
class Plan:
    """What taking a list over would do; each entry is in one of the lists."""

    format: str
    notes: tuple[str, ...]
    new: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    held: tuple[Entry, ...]
    unchanged: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    names: tuple[Unmatched, ...]
    more_names: int
    missing: tuple[Missing, ...]

    @cached_property
    def fingerprint(self) -> str:
        """A text that is another one where anything else would come of it."""
        told = [
            [
                (
                    one.at,
                    one.pk,
                    one.key,
                    one.fields,
                    [(c.name, c.stands, c.value, c.is_held) for c in one.changes],
                )
                for one in (*self.new, *self.changed, *self.held)
            ],
            [one.place for one in self.left_out],
            [(one.name, one.picked) for one in self.names],
            [one.pk for one in self.missing],
        ]
        return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Choice:
    """Which entries are taken, by their place in the file, all where it is None; which fields are taken although they
    were changed here, as (place, field), all where it is None; and whether what is missing is retired."""

    entries: Collection[int] | None = None
    over: Collection[tuple[int, str]] | None = ()
    retire_missing: bool = False

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is taken."""
        return self.entries is None or entry.at in self.entries

    def changes(self, entry: Entry) -> list[Change]:
        """Return the changes of an entry that are made."""
        return [
            one
            for one in entry.changes
            if (not one.is_held and self.takes(entry)) or (one.is_held and self._takes_over(entry, one))
        ]

    def _takes_over(self, entry: Entry, change: Change) -> bool:
        return self.over is None or (entry.at, change.name) in self.over
