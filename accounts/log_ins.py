"""One's log-ins, on the pages and over the API: which there are, and ending one of them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.enums import AuthMethod, FamilyEnd
from accounts.log_in_models import LONGEST_AGENT
from accounts.models import PageSession, TokenFamily, User
from accounts.user_agents import describe_user_agent
from microcred.errors import Missing
from ops import audit

if TYPE_CHECKING:
    # Whatever works without answering requests does without REST framework, which takes a tenth of its start.
    from rest_framework.request import Request


class LogInMissing(Missing):
    """The person has no such log-in, or it is over."""

    default_code = "LOG_IN_404"


@dataclass(frozen=True)
class LogIn:
    """One log-in that is not over; ``agent`` is what browser or program call themselves, ``means`` what it was begun
    with."""

    log_in_id: uuid.UUID
    way: Literal["pages", "api"]
    means: AuthMethod
    agent: str
    began_at: dt.datetime
    seen_at: dt.datetime
    current: bool

    @property
    def known_as(self) -> str:
        """What its owner recognises it by."""
        return describe_user_agent(self.agent)


def agent_of(request: "HttpRequest | Request") -> str:
    """Return what the browser or program calls itself, as far as it can be shown."""
    return "".join(filter(str.isprintable, request.headers.get("User-Agent", "")))[:LONGEST_AGENT]


def open_log_ins(person: User, *, current: uuid.UUID | None, now: dt.datetime) -> Sequence[LogIn]:
    """Return a person's log-ins, the newest first; ``current`` is the one that asks."""
    pages = [
        LogIn(
            row.pk,
            "pages",
            AuthMethod(row.means),
            row.agent,
            row.started_at,
            row.seen_at,
            row.pk == current,
        )
        for row in _sessions(person, now)
    ]
    lifetime: dt.timedelta = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]  # type: ignore[assignment]
    families = [
        LogIn(
            row.pk,
            "api",
            AuthMethod(row.means),
            row.agent,
            row.created_at,
            row.expires_at - lifetime,
            row.pk == current,
        )
        for row in _families(person, now)
    ]
    return sorted([*pages, *families], key=lambda one: one.began_at, reverse=True)


@transaction.atomic
def end_one(*, by: User, log_in_id: uuid.UUID, now: dt.datetime) -> None:
    """End one of one's own log-ins.

    Raises:
        LogInMissing: for those of others too.
    """
    ended = _sessions(by, now).filter(pk=log_in_id).update(ended_at=now)
    ended += _families(by, now).filter(pk=log_in_id).update(ended_at=now, ended_because=FamilyEnd.ELSEWHERE)
    if not ended:
        raise LogInMissing("You have no such log-in.")
    audit.record(
        by=by, action="user.log_in_ended", resource_type="user", resource_id=by.pk,
        metadata={"log_in_id": str(log_in_id)},
    )  # fmt: skip


def forget_ended(*, now: dt.datetime) -> int:
    """Delete the sessions that are too old to go on; a function of the schedule."""
    oldest = now - dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return PageSession.objects.filter(started_at__lt=oldest).delete()[0]


def _sessions(person: User, now: dt.datetime) -> QuerySet[PageSession]:
    return PageSession.objects.filter(
        person=person,
        token_version=person.token_version,
        ended_at=None,
        started_at__gt=now - dt.timedelta(seconds=settings.SESSION_COOKIE_AGE),
        seen_at__gt=now - dt.timedelta(minutes=settings.SESSION_IDLE_MINUTES),
    )


def _families(person: User, now: dt.datetime) -> QuerySet[TokenFamily]:
    # Those from before versions were noted have none; whether they are good shows when they are used.
    of_this_version = Q(token_version=person.token_version) | Q(token_version=None)
    return TokenFamily.objects.filter(of_this_version, user=person, ended_at=None, expires_at__gt=now)
