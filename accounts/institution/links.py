"""Whose account a log-in through the institution opens: first by who it was pinned to, else by a verified address.

What is pinned stays so whatever becomes of the address. Staff, whose accounts open what students wrote, are never
pinned by an address alone: an administrator opens the account for it, or the person links it while logged in otherwise.
"""

import datetime as dt
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import provisioning, services
from accounts.enums import STAFF, LinkState
from accounts.institution.errors import LinkTaken, OnlyWayIn, refused
from accounts.institution.id_tokens import Identity
from accounts.locking import lock_person
from accounts.models import InstitutionLink, User
from microcred.errors import Invalid
from ops import audit

OPEN_FOR: Final = dt.timedelta(days=14)
# Stands for every issuer, of an account whose address nobody has shown to be theirs.
ANY_ISSUER: Final = ""
TAKEN: Final = "That log-in belongs to another account, or this account to another log-in."


class NobodyToOpenFor(Invalid):
    """The person may not log in at all."""

    default_code = "OIDC_400"


def owner_of(identity: Identity, *, now: dt.datetime) -> User:
    """Return who logs in, pinned from now on; a student who is new where such are taken in.

    Raises:
        LogInRefused: in the same words whether there is nobody, or somebody who may not log in, or not so.
    """
    try:
        return _owner_of(identity, now)
    except IntegrityError:  # by two log-ins at once, of which the other was first
        return _owner_of(identity, now)


def link_of(person: User) -> InstitutionLink | None:
    """Return how an account stands to the present provider; None where nothing was ever said."""
    return InstitutionLink.objects.filter(person=person, issuer=settings.OIDC_ISSUER).first()


def is_linked(person: User) -> bool:
    """Whether the person can log in through the institution."""
    return (
        bool(settings.OIDC_ISSUER)
        and InstitutionLink.objects.filter(
            person=person, issuer=settings.OIDC_ISSUER, state=LinkState.LINKED
        ).exists()
    )


def is_only_way(person: User) -> bool:
    """Whether the person logs in through the institution and has no password."""
    return not person.has_usable_password() and is_linked(person)


def is_of(identity: Identity, person: User) -> bool:
    """Whether an identity is the one that an account is pinned to."""
    return InstitutionLink.objects.filter(
        person=person, issuer=identity.issuer, subject=identity.subject
    ).exists()


def link(identity: Identity, *, by: User, now: dt.datetime) -> None:
    """Pin the log-in that somebody has just shown to be theirs to their own account.

    Raises:
        LinkTaken: if it is another account's, or the account has another one.
        PersonGone: if the account is being erased.
    """
    try:
        _link(identity, by, now)
    except IntegrityError:  # somebody else was first
        raise LinkTaken(TAKEN) from None


def distrust_address(person: User, *, now: dt.datetime) -> None:
    """Have no verified address open an account by itself, as part of the caller's transaction: somebody else than a
    provider said whose address it is, and whoever owns it must not be led into an account that others can open."""
    InstitutionLink.objects.get_or_create(
        person=person, issuer=ANY_ISSUER, defaults={"state": LinkState.CLOSED, "changed_at": now}
    )


@transaction.atomic
def unlink(*, by: User, now: dt.datetime) -> None:
    """Take one's account away from the institution's log-in and end every log-in; no address links it again.

    Raises:
        OnlyWayIn: if the person has no password.
    """
    person = User.objects.select_for_update().get(pk=by.pk)
    if not person.has_usable_password():
        raise OnlyWayIn("You have no password, so that this is the only way in.")
    _set(person, LinkState.CLOSED, now)
    services.end_earlier(by)
    _note(by, person, "user.institution_unlinked")


@transaction.atomic
def open_for(person: User, *, by: User, now: dt.datetime) -> None:
    """Let the next log-in with the account's verified address in, within two weeks, whoever it was pinned to so far.

    Raises:
        NobodyToOpenFor: if the person may not log in.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise NobodyToOpenFor("They may not log in at all.")
    was = link_of(person)
    _set(person, LinkState.OPEN, now)
    if was is not None and was.state == LinkState.LINKED:
        services.end_earlier(person)
    _note(by, person, "user.institution_opened")


@transaction.atomic
def _link(identity: Identity, by: User, now: dt.datetime) -> None:
    lock_person(by.pk)
    whose = InstitutionLink.objects.filter(issuer=identity.issuer, subject=identity.subject).first()
    present = InstitutionLink.objects.filter(person=by, issuer=identity.issuer).first()
    if whose is not None and whose.person_id == by.pk:
        return
    if whose is not None or (present is not None and present.state == LinkState.LINKED):
        raise LinkTaken(TAKEN)
    _pin(by, identity, now, how="confirmed", by=by)


@transaction.atomic
def _owner_of(identity: Identity, now: dt.datetime) -> User:
    pinned = InstitutionLink.objects.filter(issuer=identity.issuer, subject=identity.subject)
    found = pinned.select_related("person").first()
    person = found.person if found else _by_address(identity, now)
    if not person.is_active:
        raise refused("not active", user_id=str(person.pk))
    return person


def _by_address(identity: Identity, now: dt.datetime) -> User:
    if not identity.email:
        raise refused("no verified address")
    person = User.objects.select_for_update().filter(email=identity.email).first()
    if person is None:
        return _new_student(identity, now)
    if not person.is_active:
        return person
    known = link_of(person)
    if known is not None and known.state == LinkState.LINKED:
        if (
            known.subject == identity.subject
        ):  # pinned since it was looked for, by a log-in at the same moment
            return person
        raise refused("another subject", user_id=str(person.pk))
    is_opened = known is not None and known.state == LinkState.OPEN and now - known.changed_at <= OPEN_FOR
    is_kept = known is not None or person.role in STAFF or _is_distrusted(person)
    if not is_opened and is_kept:
        raise refused("not opened", user_id=str(person.pk))
    _pin(person, identity, now, how="opened" if is_opened else "address", by=person)
    return person


def _is_distrusted(person: User) -> bool:
    return InstitutionLink.objects.filter(person=person, issuer=ANY_ISSUER).exists()


def _new_student(identity: Identity, now: dt.datetime) -> User:
    domain = identity.email.rpartition("@")[2]
    if domain not in settings.OIDC_STUDENT_DOMAINS or not provisioning.is_address(identity.email):
        raise refused("nobody")
    person = provisioning.provision_student(email=identity.email, name=identity.name)
    _pin(person, identity, now, how="new", by=person)
    return person


def _pin(person: User, identity: Identity, now: dt.datetime, *, how: str, by: User) -> None:
    _set(person, LinkState.LINKED, now, subject=identity.subject)
    _note(by, person, "user.institution_linked", how=how)


def _set(person: User, state: LinkState, now: dt.datetime, *, subject: str | None = None) -> None:
    InstitutionLink.objects.update_or_create(
        person=person,
        issuer=settings.OIDC_ISSUER,
        defaults={"state": state, "subject": subject, "changed_at": now},
    )


def _note(by: User, person: User, action: str, **facts: str) -> None:
    audit.record(by=by, action=action, resource_type="user", resource_id=person.pk, metadata=facts)
