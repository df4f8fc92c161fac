"""What would come of a table of people: who is made, who is there already, and which lines are refused and why.

Whoever is there stays as they are; only links to an advisor or a guardian that a line names, and that are missing, are
made. So the same file brings nothing new a second time.
"""

import hashlib
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.enums import Role, UserStatus
from accounts.importing.reading import Row
from accounts.models import AdvisorAssignment, GuardianLink, User

ROLES: Final = (Role.STUDENT, Role.ADVISOR, Role.GUARDIAN)
LONGEST_EMAIL: Final = 254
LONGEST_NAME: Final = 120


class Outcome(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    THERE = "there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """A row, what becomes of it, why it is refused, and the addresses of those whom the student is linked to by it."""

    row: Row
    outcome: Outcome
    reason: str = ""
    advisor: str = ""
    guardian: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of each line, in the order of the file."""

    lines: Sequence[Line]

    def of(self, outcome: Outcome) -> list[Line]:
        """Return the lines of which this becomes."""
        return [line for line in self.lines if line.outcome == outcome]

    @property
    def new(self) -> list[Line]:
        """Return the lines of those who are made."""
        return self.of(Outcome.NEW)

    @property
    def there(self) -> list[Line]:
        """Return the lines of those who are there already."""
        return self.of(Outcome.THERE)

    @property
    def refused(self) -> list[Line]:
        """Return the lines that are refused."""
        return self.of(Outcome.REFUSED)

    @property
    def links(self) -> int:
        """Return how many links to advisors and guardians are made."""
        return sum(bool(line.advisor) + bool(line.guardian) for line in self.lines)

    @property
    def fingerprint(self) -> str:
        """Return what differs between any two plans."""
        return hashlib.sha256(repr(self.lines).encode(errors="replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Known:
    """Who of those whom a file names is there, and who is linked to whom already, as pairs of addresses."""

    people: Mapping[str, User]
    advised: frozenset[tuple[str, str]]
    guarded: frozenset[tuple[str, str]]


def plan(rows: Sequence[Row], *, lock: bool = False) -> Plan:
    """Say what would come of these rows now; nothing is changed. ``lock`` holds whom they name as they are."""
    known = _known(rows, lock=lock)
    first: dict[str, int] = {}
    lines = [_alone(row, known, first.setdefault(row.email, row.line)) for row in rows]
    coming = {line.row.email: line.row.role or Role.STUDENT for line in lines if line.outcome == Outcome.NEW}
    return Plan([_linked(line, known, coming) for line in lines])


def people_named(rows: Iterable[Row], *, lock: bool = False) -> dict[str, User]:
    """Return by address whoever is there of those whom rows name."""
    named = {address for row in rows for address in (row.email, row.advisor, row.guardian) if address}
    people = User.objects.filter(email__in=named).order_by("pk")
    return {one.email: one for one in (people.select_for_update(no_key=True) if lock else people)}


def _known(rows: Iterable[Row], *, lock: bool) -> _Known:
    people = people_named(rows, lock=lock)
    addresses = {person.pk: person.email for person in people.values()}
    students = [person.pk for person in people.values() if person.role == Role.STUDENT]
    advised = AdvisorAssignment.objects.filter(student__in=students).order_by()
    guarded = GuardianLink.objects.filter(student__in=students).order_by()
    return _Known(
        people,
        _by_address(addresses, advised.values_list("student", "advisor")),
        _by_address(addresses, guarded.values_list("student", "guardian")),
    )


def _by_address(
    addresses: Mapping[uuid.UUID, str], pairs: Iterable[tuple[uuid.UUID, uuid.UUID]]
) -> frozenset[tuple[str, str]]:
    return frozenset((addresses[one], addresses[other]) for one, other in pairs if other in addresses)


def _alone(row: Row, known: _Known, first_line: int) -> Line:
    """Judge a row by itself, before those whom it names are looked at."""
    reason = _fault(row) or (f"the same address as in line {first_line}" if first_line != row.line else "")
    person = known.people.get(row.email)
    if not reason and person is not None and row.role and person.role != row.role:
        reason = f"is there already, as {person.role}"
    if reason:
        return Line(row, Outcome.REFUSED, reason)
    return Line(row, Outcome.NEW if person is None else Outcome.THERE)


def _fault(row: Row) -> str:
    if not row.email:
        return "no e-mail address"
    if not _is_address(row.email):
        return "not an e-mail address"
    if len(row.name) > LONGEST_NAME:
        return f"a name of more than {LONGEST_NAME} characters"
    if any(unicodedata.category(sign).startswith("C") for sign in row.name):
        return "a name with signs that cannot be shown"
    if row.role and row.role not in ROLES:
        return f"the role is none of {', '.join(ROLES)}"
    if (row.advisor or row.guardian) and row.role not in ("", Role.STUDENT):
        return "only students have advisors and guardians"
    return ""


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_EMAIL


def _linked(line: Line, known: _Known, coming: Mapping[str, str]) -> Line:
    """Add the links that the row asks for and that are missing, or refuse it for whom it names."""
    row, person = line.row, known.people.get(line.row.email)
    if line.outcome == Outcome.REFUSED or not (row.advisor or row.guardian):
        return line
    if person is not None and person.role != Role.STUDENT:
        return replace(line, outcome=Outcome.REFUSED, reason="only students have advisors and guardians")
    if person is not None and not person.is_active:
        return line
    for address, role in ((row.advisor, Role.ADVISOR), (row.guardian, Role.GUARDIAN)):
        if address and not _is_there(address, role, known, coming):
            return replace(line, outcome=Outcome.REFUSED, reason=f"there is no active {role} {address}")
    return replace(
        line,
        advisor="" if (row.email, row.advisor) in known.advised else row.advisor,
        guardian="" if (row.email, row.guardian) in known.guarded else row.guardian,
    )


def _is_there(address: str, role: Role, known: _Known, coming: Mapping[str, str]) -> bool:
    person = known.people.get(address)
    if person is None:
        return coming.get(address) == role
    return person.role == role and person.status == UserStatus.ACTIVE
