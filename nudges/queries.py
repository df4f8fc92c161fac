"""Reading nudges, and what came of them."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, F, Q, QuerySet

from accounts.enums import Role, UserStatus
from accounts.models import User
from microcred.errors import Missing
from nudges.enums import LetterStatus, NudgeKind
from nudges.facts import clock_of
from nudges.links import nudge_url as nudge_url
from nudges.models import Nudge, NudgePreference
from nudges.zones import zone_of

SHOWN: Final = 3
FOLLOWED_WITHIN: Final = dt.timedelta(hours=48)


class NudgeMissing(Missing):
    """There is no such nudge."""

    default_code = "NUDGE_404"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter is made of; ``is_wanted`` says whether the student still wants it, at this hour."""

    nudge_id: uuid.UUID
    user_id: uuid.UUID
    address: str
    title: str
    text: str
    reason: str
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class KindFigures:
    """What came of the nudges of one kind; ``followed`` counts those after which the student was back in two days."""

    kind: NudgeKind
    told: int
    sent: int
    opened: int
    clicked: int
    followed: int


def day_of(user_id: uuid.UUID, *, now: dt.datetime) -> dt.date:
    """Return which day it is for a student: in the time zone that they have named, else in that of the institution."""
    return now.astimezone(zone_for(user_id)).date()


def zone_for(user_id: uuid.UUID) -> zoneinfo.ZoneInfo:
    """Return the time zone that a student has named, else that of the institution."""
    named = NudgePreference.objects.filter(user=user_id).values_list("time_zone", flat=True).first()
    return zone_of(named or "")


def own_nudges(by: User) -> QuerySet[Nudge]:
    """Return what a student was told in the app, the latest first."""
    return Nudge.objects.filter(user=by, in_app=True)


def own_nudge(*, by: User, nudge_id: uuid.UUID, lock: bool = False) -> Nudge:
    """Return a nudge, locked where the caller changes it.

    Raises:
        NudgeMissing: if it is not there or not the caller's.
    """
    rows = own_nudges(by).filter(pk=nudge_id)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NudgeMissing("There is no such nudge.")
    return found


def latest_of(student_id: uuid.UUID) -> Sequence[Nudge]:
    """Return what a student was told last, the latest first; for those who look after them."""
    return tuple(Nudge.objects.filter(user=student_id)[:SHOWN])


def letter(nudge_id: uuid.UUID, *, now: dt.datetime) -> Letter | None:
    """Return the letter of a nudge that waits to be sent; None where none does."""
    waiting = Nudge.objects.filter(pk=nudge_id, letter=LetterStatus.WAITING).select_related("user")
    nudge = waiting.first()
    if nudge is None:
        return None
    wanted = NudgePreference.objects.filter(user=nudge.user_id, stopped_at=None, email=True).first()
    is_student = nudge.user.role == Role.STUDENT and nudge.user.status == UserStatus.ACTIVE
    is_wanted = is_student and wanted is not None and not clock_of(wanted).is_quiet(now)
    return Letter(nudge.pk, nudge.user_id, nudge.user.email, nudge.title, nudge.text, nudge.reason, is_wanted)


def waiting_letters(*, before: dt.datetime) -> QuerySet[Nudge]:
    """Return the nudges whose letter has waited since before then, the oldest first."""
    return Nudge.objects.filter(letter=LetterStatus.WAITING, created_at__lt=before).order_by("created_at")


def figures(*, since: dt.datetime) -> Sequence[KindFigures]:
    """Return what came of the nudges since then, by kind; every kind is there."""
    rows = Nudge.objects.filter(created_at__gte=since).order_by().values_list("kind")
    counted = rows.annotate(
        told=Count("pk"),
        sent=Count("pk", filter=Q(letter=LetterStatus.SENT)),
        opened=Count("opened_at"),
        clicked=Count("clicked_at"),
        followed=Count("pk", filter=Q(followed_at__lte=F("created_at") + FOLLOWED_WITHIN)),
    )
    found = {kind: numbers for kind, *numbers in counted}
    return [KindFigures(kind, *found.get(kind, (0, 0, 0, 0, 0))) for kind in NudgeKind]
