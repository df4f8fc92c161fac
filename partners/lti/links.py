"""Whose account a launch opens: whoever was linked to that person of that platform, and nobody else.

No address finds an account here: what a platform says of addresses, its users may have typed. Staff are never let in.
"""

import datetime as dt

from django.db import IntegrityError, transaction

from accounts import provisioning
from accounts.enums import Role
from accounts.institution import links as institution
from accounts.locking import lock_person
from accounts.models import User
from microcred.errors import Conflict, Forbidden
from ops import audit
from partners.lti import queries
from partners.lti.claims import Launch
from partners.lti.errors import Refusal, refused
from partners.lti.models import LtiLink, LtiPlatform


class LinkTaken(Conflict):
    """The person of the platform has another account, or the account another person of the platform."""

    default_code = "LTI_409"


class NotLinkable(Forbidden):
    """The account is not one that courses open."""

    default_code = "LTI_403"


class NotTakenIn(Conflict):
    """Nobody is made a student so."""

    default_code = "LTI_409"


def owner_of(launch: Launch, platform: LtiPlatform) -> User | None:
    """Return who is let in; None for whoever has first to say which account is theirs.

    Raises:
        LaunchRefused: if the account is staff's, or shut out.
    """
    link = queries.link_of(platform, launch.subject)
    if link is None:
        return None
    if not link.person.is_active or link.person.role != Role.STUDENT:
        raise refused(Refusal.ACCOUNT, "not active, or no student", user_id=str(link.person_id))
    return link.person if is_good(link) else None


def is_good(link: LtiLink) -> bool:
    """Whether a link opens its account: one that nobody has confirmed only while there is no other way in."""
    person = link.person
    return link.confirmed or not (person.has_usable_password() or institution.is_linked(person))


def is_only_way(link: LtiLink) -> bool:
    """Whether nothing but this link opens its account: no password, no institution, no other course."""
    person = link.person
    if person.has_usable_password() or institution.is_linked(person):
        return False
    others = LtiLink.objects.filter(person=person, platform__active=True).exclude(pk=link.pk)
    return not others.exists()


def can_be_student(launch: Launch, platform: LtiPlatform) -> bool:
    """Whether a person of a platform can be made a student: where it may, with an address that nobody has."""
    return (
        platform.makes_students
        and provisioning.is_address(launch.email)
        and queries.link_of(platform, launch.subject) is None
        and not queries.has_account(launch.email)
    )


def make_student(launch: Launch, platform: LtiPlatform, *, now: dt.datetime) -> User:
    """Make a person of a platform a student, whom their launches let in from now on.

    Raises:
        NotTakenIn: if the platform may not, or somebody has that address or that link.
    """
    if not can_be_student(launch, platform):
        raise NotTakenIn("Nobody can be made a student so. Open the link in your course again.")
    try:
        return _made(launch, platform, now)
    except IntegrityError:  # somebody else was first
        raise NotTakenIn("Somebody has that address. Open the link in your course again.") from None


def link(launch: Launch, platform: LtiPlatform, *, by: User, now: dt.datetime) -> None:
    """Link a person of a platform to the account of whoever says that it is them.

    Raises:
        LinkTaken: if either of the two is linked otherwise.
        NotLinkable: for accounts that are no students'.
        PersonGone: if the account is being erased.
    """
    try:
        _link(launch, platform, by, now)
    except IntegrityError:  # somebody else was first
        raise _taken() from None


def note_launch(person: User, platform: LtiPlatform) -> None:
    """Write into the trail that a course has sent a student."""
    _note(person, "user.course_launched", platform)


@transaction.atomic
def _made(launch: Launch, platform: LtiPlatform, now: dt.datetime) -> User:
    person = provisioning.provision_student(email=launch.email, name=launch.name)
    institution.distrust_address(person, now=now)
    _pin(launch, platform, person, now, confirmed=False)
    _note(person, "user.course_linked", platform, how="new")
    return person


@transaction.atomic
def _link(launch: Launch, platform: LtiPlatform, by: User, now: dt.datetime) -> None:
    lock_person(by.pk)
    person = User.objects.get(pk=by.pk)
    if person.role != Role.STUDENT or not person.is_active:
        raise NotLinkable("Courses open the accounts of students only.")
    whose, present = queries.link_of(platform, launch.subject), queries.link_with(platform, person)
    if whose is not None and whose.person_id == person.pk:
        LtiLink.objects.filter(pk=whose.pk).update(confirmed=True)
    elif whose is not None or present is not None:
        raise _taken()
    else:
        _pin(launch, platform, person, now, confirmed=True)
    _note(person, "user.course_linked", platform, how="confirmed")


def _pin(launch: Launch, platform: LtiPlatform, person: User, now: dt.datetime, *, confirmed: bool) -> None:
    LtiLink.objects.create(
        platform=platform, subject=launch.subject, person=person, confirmed=confirmed, linked_at=now
    )


def _note(person: User, action: str, platform: LtiPlatform, **facts: str) -> None:
    audit.record(
        by=person, action=action, resource_type="user", resource_id=person.pk,
        metadata={"platform_id": str(platform.pk), **facts},
    )  # fmt: skip


def _taken() -> LinkTaken:
    return LinkTaken(
        "Your course knows you by another account here, or this account belongs to somebody else there."
    )
