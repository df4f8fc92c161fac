"""Looking who is to be told something.

Students are taken in batches of those whose look is due, oldest first, by an index. Deciding locks nothing; what was
decided is then written student by student. The database lets nobody be told twice on a day of theirs, nor twice of the
same, so that two looks at once tell once.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from accounts.enums import Role, UserStatus
from accounts.models import User
from nudges.deciding import Draft, Facts, Verdict
from nudges.facts import clock_of, facts_of, verdicts_of
from nudges.models import QUIET_FROM, QUIET_UNTIL, NudgePreference
from nudges.quiet import Clock
from nudges.services.engagement import note_followed
from nudges.services.telling import tell

BATCH: Final = 200
MOST_BATCHES: Final = 100
# A run ends before its job is taken to hang; the next one goes on.
MOST_TOLD: Final = 2000
LOOKED_EVERY: Final = dt.timedelta(hours=1)
# Who may not be told now is looked at again, in case they may once more.
LOOKED_IN_VAIN: Final = dt.timedelta(days=1)
# Within it students are decided about and their nudges written, or else all that anew.
WRITTEN_WITHIN: Final = dt.timedelta(minutes=15)
_ENLIST: Final = """
INSERT INTO nudge_preferences
    (id, user_id, email, in_app, quiet_from, quiet_until, time_zone, look_at, created_at, updated_at, version)
SELECT gen_random_uuid(), u.id, true, true, %(quiet_from)s, %(quiet_until)s, '', %(now)s, %(now)s, %(now)s, 1
  FROM users u
 WHERE u.role = 'student' AND u.status = 'active' AND u.last_login IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM nudge_preferences p WHERE p.user_id = u.id)
 LIMIT %(most)s
ON CONFLICT (user_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Due:
    """What a student is to be told; ``version`` is that of the preferences by which it was decided."""

    user_id: uuid.UUID
    clock: Clock
    version: int
    draft: Draft
    held_until: dt.datetime | None = None


def dispatch_due(*, now: dt.datetime) -> dict[str, int]:
    """Tell whoever is to be told something now; a function of the schedule. Returns how many were looked at and told.

    A run looks at ``MOST_BATCHES`` batches, or until it has told ``MOST_TOLD``; the next goes on from there.
    """
    if not settings.NUDGES:
        return {"looked_at": 0, "told": 0}
    enlist(now=now)
    looked_at = told = 0
    for _ in range(MOST_BATCHES):
        number, due = _batch(now)
        looked_at += number
        told += sum(
            tell(one.user_id, one.draft, clock=one.clock, version=one.version, now=now) for one in due
        )
        if number < BATCH or told >= MOST_TOLD:
            break
    return {"looked_at": looked_at, "told": told}


def enlist(*, now: dt.datetime) -> int:
    """Begin to look at students once they have logged in, at most as many as a run looks at; return how many."""
    values: dict[str, Any] = {
        "quiet_from": QUIET_FROM, "quiet_until": QUIET_UNTIL, "now": now, "most": BATCH * MOST_BATCHES,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ENLIST, values)
        return int(cursor.rowcount)


def due(*, now: dt.datetime) -> Iterator[Due]:
    """Yield what would be told to whom if everybody were looked at now, those who are held back included."""
    rows = NudgePreference.objects.filter(
        stopped_at=None, user__role=Role.STUDENT, user__status=UserStatus.ACTIVE
    )
    last = uuid.UUID(int=0)
    while batch := list(rows.filter(user__gt=last).order_by("user_id")[:BATCH]):
        yield from _decided(batch, facts_of(batch, now=now), now)
        last = batch[-1].user_id


def _batch(now: dt.datetime) -> tuple[int, list[Due]]:
    """Decide about those who have waited longest, and say when each is looked at next."""
    rows = _taken(now)
    wanted = [row.user_id for row in rows]
    active = User.objects.filter(pk__in=wanted, role=Role.STUDENT, status=UserStatus.ACTIVE)
    students = set(active.order_by().values_list("pk", flat=True))
    can_be_told = [row for row in rows if row.user_id in students and (row.in_app or row.email)]
    known = facts_of(can_be_told, now=now)
    note_followed(known)
    found = list(_decided(can_be_told, known, now))
    looks = {one.user_id: one.held_until or now + WRITTEN_WITHIN for one in found}
    told = {row.user_id for row in can_be_told}
    for row in rows:
        usual = now + (LOOKED_EVERY if row.user_id in told else LOOKED_IN_VAIN)
        row.look_at = min(looks.get(row.user_id, usual), usual)
    # Who has changed their preferences meanwhile is looked at by these.
    NudgePreference.objects.filter(look_at=now + WRITTEN_WITHIN).bulk_update(rows, ["look_at"])
    return len(rows), [one for one in found if one.held_until is None]


@transaction.atomic
def _taken(now: dt.datetime) -> list[NudgePreference]:
    """Take those who have waited longest from other looks, for as long as deciding about them may take."""
    waiting = NudgePreference.objects.filter(look_at__lte=now).order_by("look_at")
    rows = list(waiting.select_for_update(skip_locked=True)[:BATCH])
    NudgePreference.objects.filter(pk__in=[row.pk for row in rows]).update(look_at=now + WRITTEN_WITHIN)
    return rows


def _decided(
    rows: Sequence[NudgePreference], known: Mapping[uuid.UUID, Facts], now: dt.datetime
) -> Iterator[Due]:
    verdicts = verdicts_of(known, now=now)
    for row in rows:
        verdict = verdicts.get(row.user_id, Verdict())
        if verdict.draft is not None:
            yield Due(row.user_id, clock_of(row), row.version, verdict.draft, verdict.held_until)
