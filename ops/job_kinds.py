"""The kinds of job that this code knows, read from settings.JOB_KINDS."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from ops.claims import Claim

Handler = Callable[["Claim"], None]
DEFAULT_BASE_SECONDS = 0.1
DEFAULT_CEILING_SECONDS = 60.0


class UnknownKind(LookupError):
    """A job was asked for whose kind is not in JOB_KINDS."""


@dataclass(frozen=True)
class JobKind:
    """What to call for a job, and how patiently.

    ``handler`` and ``give_up`` are dotted names; ``base`` and ``ceiling`` are the seconds of the back-off.
    ``most_at_once`` limits how many of the kind run at a time, on all machines together, and ``most_each`` how many
    of those with the same ``share``; None for no limit. Both are kept as well as a look at the table can.
    """

    name: str
    handler: str
    give_up: str | None
    max_attempts: int
    base: float
    ceiling: float
    most_at_once: int | None = None
    most_each: int | None = None

    def resolve(self, *, giving_up: bool) -> Handler:
        """Import and return the function that does the work, or the one that degrades it."""
        dotted = self.give_up if giving_up else self.handler
        if dotted is None:
            raise UnknownKind(f"jobs of kind {self.name} cannot degrade")
        handler: Handler = import_string(dotted)
        return handler


def job_kind(name: str) -> JobKind:
    """Return the kind of this name, or raise :class:`UnknownKind`."""
    try:
        entry = settings.JOB_KINDS[name]
    except KeyError:
        raise UnknownKind(f"{name} is not in JOB_KINDS") from None
    return JobKind(
        name=name,
        handler=entry["handler"],
        give_up=entry.get("give_up"),
        max_attempts=entry["max_attempts"],
        base=entry.get("base_seconds", DEFAULT_BASE_SECONDS),
        ceiling=entry.get("ceiling_seconds", DEFAULT_CEILING_SECONDS),
        most_at_once=_number(entry.get("most_at_once")),
        most_each=_number(entry.get("most_each")),
    )


def _number(entry: int | str | None) -> int | None:
    """Return a number, or that of the setting which is named."""
    number: int | None = getattr(settings, entry) if isinstance(entry, str) else entry
    return number


def all_known() -> list[JobKind]:
    """Return every kind that this code knows."""
    return [job_kind(name) for name in settings.JOB_KINDS]


def import_all() -> None:
    """Import whatever does a job of any kind: before a fork once for all processes, and never while others wait."""
    for kind in all_known():
        kind.resolve(giving_up=False)
        if kind.give_up:
            kind.resolve(giving_up=True)


def known() -> list[str]:
    """Return the names of all kinds; jobs of other kinds are left for newer code."""
    return list(settings.JOB_KINDS)
