"""Links by which people set a first or a forgotten password themselves: good once, for a day or less, one a person.

The code of a link stands behind # in its address, so that browsers never send it but in the body of the form; stored
is only its digest.
"""

import datetime as dt
import secrets
import string
from typing import Final

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts import services
from accounts.enums import UserStatus
from accounts.models import PasswordLink, User
from microcred.errors import Invalid
from ops import audit

log = structlog.get_logger(__name__)

LIFE: Final = dt.timedelta(hours=24)
# 43 letters and digits are 256 bits: what is that long needs no slow hash.
CODE_LENGTH: Final = 43
_ALPHABET: Final = string.ascii_letters + string.digits


class LinkRefused(Invalid):
    """The link was used, was replaced by a newer one, is too old, or never was one."""

    default_code = "PASSWORD_LINK_400"


class NobodyToLink(Invalid):
    """The person may not log in, so that a password would be of no use to them."""

    default_code = "PASSWORD_LINK_400"


@transaction.atomic
def make(*, by: User | None, person: User, now: dt.datetime, life: dt.timedelta = LIFE) -> str:
    """Return the code of a new link, which cannot be read again; earlier links of the person end.

    The present password stays good until the link is used.

    Raises:
        NobodyToLink: if the person is disabled or erased.
    """
    locked = User.objects.select_for_update().get(pk=person.pk)
    if not locked.is_active:
        raise NobodyToLink("This person is not active.")
    services.end_password_links(locked)
    link, code = drawn(locked, expires_at=now + life)
    link.save()
    audit.record(by=by, action="user.password_link_made", resource_type="user", resource_id=locked.pk)
    return code


def drawn(person: User, *, expires_at: dt.datetime) -> tuple[PasswordLink, str]:
    """Return a new link, which is not stored yet, and its code."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))
    return PasswordLink(person=person, digest=_digest(code), expires_at=expires_at), code


def address(code: str, *, site: str = "") -> str:
    """Return the link itself, with ``site`` (such as https://learn.example.org) before it."""
    return f"{site.rstrip('/')}{reverse('new-password')}#{code}"


def owner_of(code: str, *, now: dt.datetime) -> User:
    """Return whose password the link sets.

    Raises:
        LinkRefused: without saying why it is not good.
    """
    link = _open(code, now).select_related("person").first()
    if link is None:
        log.warning("password_link_refused")
        raise LinkRefused("This link is not good, or not any more. Ask an administrator for another one.")
    return link.person


@transaction.atomic
def use(code: str, *, password: str, now: dt.datetime) -> User:
    """Set the password of whoever has the link and end everything that was logged in before; of several one wins.

    A second factor stays: the person still has to log in.

    Raises:
        LinkRefused: without saying why it is not good.
    """
    person = User.objects.select_for_update().get(pk=owner_of(code, now=now).pk)
    owner_of(code, now=now)  # Once more, now that nobody else can be using it.
    audit.record(by=person, action="user.password_link_used", resource_type="user", resource_id=person.pk)
    services.change_password(by=person, person=person, password=password)
    return person


def forget_ended(*, now: dt.datetime) -> int:
    """Delete the links that can never be good again; a function of the schedule."""
    return PasswordLink.objects.filter(expires_at__lt=now).delete()[0]


def _open(code: str, now: dt.datetime) -> QuerySet[PasswordLink]:
    return PasswordLink.objects.filter(
        digest=_digest(code), ended_at__isnull=True, expires_at__gt=now, person__status=UserStatus.ACTIVE
    )


def _digest(code: str) -> str:
    return salted_hmac(
        "accounts.password_links", code.encode(errors="replace"), algorithm="sha256"
    ).hexdigest()
