"""Changes to people and their links."""

import datetime as dt

from django.contrib.auth import authenticate
from django.db import transaction

from accounts.enums import Role
from accounts.models import AdvisorAssignment, GuardianLink, User
from microcred.errors import Invalid, Unauthorized
from ops import audit

TOKEN_FIELDS = frozenset({"role", "status", "password"})


class CredentialsRefused(Unauthorized):
    """No active person has this address and password."""

    default_code = "AUTH_401"


def check_password(*, email: str, password: str) -> User:
    """Return the active person with this address and password.

    Raises:
        CredentialsRefused: without saying which of the two was wrong.
    """
    user = authenticate(username=email, password=password)
    if not isinstance(user, User):
        raise CredentialsRefused("E-mail address or password is wrong.")
    return user


@transaction.atomic
def save_person(*, by: User | None, person: User, changed: frozenset[str]) -> None:
    """Store a person; a change of role, status or password ends every token given out before."""
    if changed & TOKEN_FIELDS:
        person.token_version += 1
    person.is_superuser = person.role == Role.ADMIN
    is_new = person._state.adding
    person.save()
    audit.record(
        by=by,
        action="user.created" if is_new else "user.changed",
        resource_type="user",
        resource_id=person.pk,
        metadata={"fields": sorted(changed)},
    )


@transaction.atomic
def disable(*, by: User | None, person: User) -> None:
    """Shut a person out, at once."""
    locked = User.objects.select_for_update().get(pk=person.pk)
    locked.status = "disabled"
    save_person(by=by, person=locked, changed=frozenset({"status"}))


@transaction.atomic
def change_password(*, by: User | None, person: User, password: str) -> None:
    """Set a new password and end every token and session given out before."""
    person.set_password(password)
    save_person(by=by, person=person, changed=frozenset({"password"}))


@transaction.atomic
def assign_advisor(*, by: User | None, advisor: User, student: User) -> AdvisorAssignment:
    """Put a student into an advisor's care; doing it again changes nothing.

    Raises:
        Invalid: if the two do not have these roles.
    """
    if advisor.role != Role.ADVISOR or student.role != Role.STUDENT:
        raise Invalid("An advisor is assigned to a student.")
    link, created = AdvisorAssignment.objects.get_or_create(advisor=advisor, student=student)
    if created:
        audit.record(
            by=by, action="advisor.assigned", resource_type="user", resource_id=student.pk,
            metadata={"advisor_id": str(advisor.pk)},
        )  # fmt: skip
    return link


@transaction.atomic
def link_guardian(*, by: User | None, guardian: User, student: User) -> GuardianLink:
    """Let a guardian read a student's progress; doing it again changes nothing.

    Raises:
        Invalid: if the two do not have these roles.
    """
    if guardian.role != Role.GUARDIAN or student.role != Role.STUDENT:
        raise Invalid("A guardian is linked to a student.")
    link, created = GuardianLink.objects.get_or_create(guardian=guardian, student=student)
    if created:
        audit.record(
            by=by, action="guardian.linked", resource_type="user", resource_id=student.pk,
            metadata={"guardian_id": str(guardian.pk)},
        )  # fmt: skip
    return link


def note_login(*, person: User, now: dt.datetime) -> None:
    """Remember when a person last logged in."""
    User.objects.filter(pk=person.pk).update(last_login=now)
