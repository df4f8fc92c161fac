"""Letters with a link for a password: to whoever has forgotten theirs, and to whoever was newly brought in.

A link is made by the job that sends it: its code is kept nowhere else than in the letter. A try that is repeated makes
another, and the one before ends.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from accounts import password_links
from accounts.enums import STAFF, Role, UserStatus
from accounts.models import User
from ops import audit, jobs

LETTER: Final = "accounts.password_letter"
# Makes the jobs of letters: whoever brings in thousands does not wait for those.
INVITING: Final = "accounts.invite"
PORTION: Final = 500
# Who asks is waiting; the one who was brought in may be away until tomorrow.
ASKED_LIFE: Final = dt.timedelta(hours=1)
# The address of the page for a new password: to look it up, a worker would load all pages and the API.
PAGE: Final = "/password/new"
# Likewise of the page on which one asks for a link.
ASKING: Final = "/password/forgotten"
# And of the page on which one logs in.
ENTRANCE: Final = "/login"


class Why(StrEnum):
    """Why somebody gets a link."""

    FORGOTTEN = "forgotten"
    INVITED = "invited"


@transaction.atomic
def ask(*, email: str) -> None:
    """Have a link sent to the active person with this address, if there is one.

    As much is read and written where there is none, so that neither the answer nor the time it takes tells.
    """
    people = User.objects.filter(email=email.strip().lower(), status=UserStatus.ACTIVE)
    person_id = people.order_by().values_list("pk", flat=True).first()
    audit.record(
        by=None, action="user.password_letter_asked", resource_type="user", resource_id=person_id
    )  # fmt: skip
    _enqueue(person_id, Why.FORGOTTEN)


def invite(people: Sequence[uuid.UUID]) -> None:
    """Have links sent to people who were brought in, as part of the caller's transaction."""
    for start in range(0, len(people), PORTION):
        jobs.enqueue(
            INVITING, payload={"people": [str(person_id) for person_id in people[start : start + PORTION]]}
        )


def enqueue_invitations(people: Iterable[str]) -> None:
    """Have each of these people written to, once, as part of the caller's transaction."""
    for person_id in people:
        _enqueue(person_id, Why.INVITED, unique_key=f"{LETTER}:{Why.INVITED}:{person_id}")


def recipient(person_id: str) -> User | None:
    """Return whom a letter is for; None where there is nobody, or where they may not log in any more."""
    return User.objects.filter(pk=person_id, status=UserStatus.ACTIVE).first() if person_id else None


def life(why: Why) -> dt.timedelta:
    """Return for how long the link in a letter is good."""
    return ASKED_LIFE if why == Why.FORGOTTEN else password_links.LIFE


def written(person: User, *, code: str, why: Why) -> EmailMessage:
    """Return the letter with the link."""
    page = settings.PASSWORD_PAGE if person.role == Role.STUDENT else ""
    link = f"{page or settings.PUBLIC_URL + PAGE}#{code}"
    subject, opening, closing = _forgotten(person) if why == Why.FORGOTTEN else _invited(person)
    return EmailMessage(
        subject=subject,
        body=f"{opening}\n\n{link}\n\n{closing}\n",
        to=[person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )


def about_no_password(person: User) -> EmailMessage:
    """Return the letter to whoever has forgotten a password that they never had."""
    return EmailMessage(
        subject="Your log-in with MicroCred",
        body=f"Somebody asked for a new password for {person.email}. This account has none: log in with "
        f"{settings.OIDC_NAME} here:\n\n{settings.PUBLIC_URL}{ENTRANCE}\n\n"
        "If it was not you, there is nothing to do.\n",
        to=[person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )


def _forgotten(person: User) -> tuple[str, str, str]:
    return (
        "Choose a new password for MicroCred",
        f"Somebody asked for a new password for {person.email}. If it was you, open this within an hour; it is good "
        "once:",
        "If it was not you, there is nothing to do: your password stays as it is.",
    )


def _invited(person: User) -> tuple[str, str, str]:
    return (
        "Your account with MicroCred",
        f"An account was made for {person.email}. Choose your password here within a day; the link is good once:",
        f"If it is too old, ask for another: {settings.PUBLIC_URL}{ASKING}{_without_password(person)}",
    )


def _without_password(person: User) -> str:
    """Return how else a person can log in whose account is linked by its address, staff's not being so."""
    if not settings.OIDC_ISSUER or person.role in STAFF:
        return ""
    return (
        f"\n\nOr log in with {settings.OIDC_NAME}, without any password here: {settings.PUBLIC_URL}{ENTRANCE}"
    )


def _enqueue(person_id: uuid.UUID | str | None, why: Why, *, unique_key: str | None = None) -> None:
    jobs.enqueue(LETTER, payload={"person_id": str(person_id or ""), "why": str(why)}, unique_key=unique_key)
