"""Making the people of a table, all in one transaction."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from accounts import password_emails, password_links
from accounts.enums import Role
from accounts.importing.planning import Line, Plan, people_named, plan
from accounts.importing.reading import Row
from accounts.models import AdvisorAssignment, GuardianLink, User
from accounts.password_links import LIFE
from microcred.bulk_inserts import insert_rows
from microcred.errors import Conflict
from ops import audit
from ops.models import AuditLog

Link = AdvisorAssignment | GuardianLink


class LinesRefused(Conflict):
    """Some lines are refused, so that nothing was written."""

    default_code = "PEOPLE_409"

    def __init__(self, found: Plan) -> None:
        super().__init__(f"{len(found.refused)} lines are refused. Nothing was written.")
        self.plan = found


class PeopleChangedMeanwhile(Conflict):
    """Not the same would come of the file any more as when it was looked at."""

    default_code = "PEOPLE_CHANGED_409"


@dataclass(frozen=True, slots=True)
class Handed:
    """The code of a link for somebody's password, to be handed to them; it cannot be read again."""

    person: User
    code: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What was done, and the codes of links where none are sent by letter."""

    plan: Plan
    handed: Sequence[Handed]


def import_people(
    *,
    by: User | None,
    rows: Sequence[Row],
    now: dt.datetime,
    by_letter: bool,
    skip_bad: bool = False,
    expected: str | None = None,
) -> Imported:
    """Make whoever is new, and the links that are missing; of each new person the password link is sent or returned.

    ``expected`` is the fingerprint of the plan that was agreed to.

    Raises:
        LinesRefused: if lines are refused, unless ``skip_bad`` leaves those out.
        PeopleChangedMeanwhile: if something else would come of it now than ``expected``, or somebody was faster.
    """
    try:
        with transaction.atomic():
            found = plan(rows, lock=True)
            if expected is not None and found.fingerprint != expected:
                raise PeopleChangedMeanwhile("People have changed since you looked. Look again.")
            if found.refused and not skip_bad:
                raise LinesRefused(found)
            return Imported(found, _carry_out(by, found, now, by_letter=by_letter))
    except IntegrityError:
        raise PeopleChangedMeanwhile("Somebody else has added people meanwhile. Look again.") from None


def _carry_out(by: User | None, found: Plan, now: dt.datetime, *, by_letter: bool) -> list[Handed]:
    made = [_person(line) for line in found.new]
    people = people_named(line.row for line in found.lines) | {person.email: person for person in made}
    advised = [
        AdvisorAssignment(advisor=people[line.advisor], student=people[line.row.email])
        for line in found.lines if line.advisor
    ]  # fmt: skip
    guarded = [
        GuardianLink(guardian=people[line.guardian], student=people[line.row.email])
        for line in found.lines if line.guardian
    ]  # fmt: skip
    drawn = [] if by_letter else [password_links.drawn(person, expires_at=now + LIFE) for person in made]
    trail = _trail(by, found, made, [*advised, *guarded], by_letter=by_letter)
    # One statement: person by person, five thousand took a minute.
    insert_rows(made, advised, guarded, [link for link, _ in drawn], trail)
    if by_letter:
        password_emails.invite([person.pk for person in made])
    return [Handed(person, code) for person, (_, code) in zip(made, drawn, strict=False)]


def _person(line: Line) -> User:
    person = User(email=line.row.email, name=line.row.name, role=line.row.role or Role.STUDENT)
    person.set_unusable_password()
    return person


def _trail(
    by: User | None, found: Plan, made: Sequence[User], links: Sequence[Link], *, by_letter: bool
) -> list[AuditLog]:
    """Return a line for each person and each link, and one for the whole."""
    counts = {"new": len(made), "there": len(found.there), "refused": len(found.refused), "links": len(links)}
    return [
        *(
            audit.line(
                by=by, action="user.created", resource_type="user", resource_id=person.pk,
                metadata={"fields": ["email", "name", "role"], "imported": True, "link_made": not by_letter},
            )
            for person in made
        ),
        *(_of_link(by, link) for link in links),
        audit.line(by=by, action="people.imported", resource_type="user", resource_id=None, metadata=counts),
    ]  # fmt: skip


def _of_link(by: User | None, link: Link) -> AuditLog:
    action, facts = (
        ("advisor.assigned", {"advisor_id": str(link.advisor_id)})
        if isinstance(link, AdvisorAssignment)
        else ("guardian.linked", {"guardian_id": str(link.guardian_id)})
    )
    return audit.line(by=by, action=action, resource_type="user", resource_id=link.student_id, metadata=facts)
