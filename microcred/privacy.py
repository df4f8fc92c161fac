"""The words in which every app says what of its tables is personal, what for, and how long it stays.

Each app lists its tables in ``privacy.py``; a test fails for a field that no list names. The lists are what the export
of a person's data, its erasure and the expiry of old rows go by.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


class FieldCategory(enum.Enum):
    """What a field says of a person.

    ``none`` nothing; ``identity`` who they are; ``content`` what they wrote; ``about`` what was found, decided or done;
    ``link`` that a row is theirs; ``other`` another person, by id; ``staff`` what only staff may read, such as the key
    of a question; ``proof`` what proves an identity. The last three are in no export.
    """

    NONE = "none"
    IDENTITY = "identity"
    CONTENT = "content"
    ABOUT = "about"
    LINK = "link"
    OTHER = "other"
    STAFF = "staff"
    PROOF = "proof"


EXPORTED = frozenset({FieldCategory.IDENTITY, FieldCategory.CONTENT, FieldCategory.ABOUT, FieldCategory.LINK})


class Purpose(enum.Enum):
    """What a table is for."""

    ACCOUNT = "accounts and log-ins"
    ASSESSMENT = "taking assessments"
    SCORING = "scoring, and what people decide about scores"
    MODEL_CALLS = "what was sent to model providers"
    RECOMMENDATION = "recommending credentials"
    PLANNING = "keeping a person's tasks"
    PRACTICE = "practising skills"
    NUDGING = "reminding students of what stands open"
    CONVERSATION = "answering questions"
    TUTORING = "summarising sessions with tutors"
    PARTNERS = "telling partners"
    ACCOUNTABILITY = "showing what was done and decided"
    OPERATION = "running the product"
    CATALOG = "roles, questions and credentials"


class ErasureAction(enum.Enum):
    """What erasing a person does to their rows."""

    DELETED = "deleted"
    CLEARED = "emptied of what is personal; the row stays"
    KEPT = "kept: ids, numbers and hashes alone"
    NOT_PERSONAL = "not personal"


@dataclass(frozen=True, slots=True)
class ShorterRetention:
    """Rows of a table that go before the rest: those where ``path`` leads to ``value``, after the days of ``keep``."""

    path: str
    value: str
    keep: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table. ``people`` are the paths from a row to the person it is about, for the export.

    ``ages_by`` is the time by which rows grow old, where they go after the days that ``RETENTION_DAYS`` gives ``keep``;
    ``sooner`` are those of which some other days are true as well.
    """

    model: str
    purpose: Purpose
    fate: ErasureAction
    fields: dict[str, FieldCategory] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    ages_by: str = ""
    keep: str = ""
    sooner: tuple[ShorterRetention, ...] = ()

    def of(self, *kinds: FieldCategory) -> list[str]:
        """Return the fields of these kinds."""
        return [name for name, kind in self.fields.items() if kind in kinds]

    @property
    def stays(self) -> str:
        """How long rows stay, in words."""
        if self.keep:
            days = settings.RETENTION_DAYS[self.keep]
            return f"{days} days" if days else "until erasure"
        return {"deleted": "until erasure", "emptied": "until erasure"}.get(
            self.fate.value.split()[0], "kept"
        )


def table(
    model: str,
    purpose: Purpose,
    fate: ErasureAction = ErasureAction.NOT_PERSONAL,
    *,
    people: str = "",
    ages_by: str = "",
    keep: str = "",
    sooner: tuple[ShorterRetention, ...] = (),
    **fields: str,
) -> Table:
    """Describe a table; ``fields`` are names by kind, separated by spaces.

    Raises:
        ValueError: for a field that is named twice.
    """
    kinds: dict[str, FieldCategory] = {}
    for kind, names in fields.items():
        for name in names.split():
            if name in kinds:
                raise ValueError(f"{model}.{name} is named twice")
            kinds[name] = FieldCategory(kind)
    return Table(model, purpose, fate, kinds, tuple(people.split()), ages_by, keep, sooner)


def tables() -> Iterator[Table]:
    """Every table of every app's list."""
    for place in settings.PRIVACY:
        listed: Any = import_string(place)
        yield from listed
