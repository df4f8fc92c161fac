"""Who asks about which essay right now: of two workers with the same words, one asks and the other waits for it."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Final

from django.conf import settings
from django.db.models import Max, Q

from scoring.calls import stored
from scoring.models import ModelCall, ModelCallClaim

# Between the end of a call and its settlement; a worker that takes longer is dead.
SETTLING_SECONDS: Final = 5.0


class BeingAsked(Exception):
    """Another worker has asked about one of these essays, or has the answer by now.

    ``seconds`` is how long its claim lasts at most: 0 for an answer that is there.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__("another worker asks about the same essay")
        self.seconds = seconds


def ensure_free(
    fingerprints: Sequence[str],
    *,
    reading: int,
    now: dt.datetime,
    job_id: uuid.UUID | None,
    seen: Collection[uuid.UUID],
) -> None:
    """Raise ``BeingAsked`` where one of the essays must not be asked about now; for who holds the ledger's lock.

    The claims of the job itself are those of an attempt that is over. ``seen`` are answers that are of no use.
    """
    if not fingerprints:
        return
    mine = Q(call__job_id=job_id) if job_id else Q(pk=None)
    held = ModelCallClaim.objects.filter(fingerprint__in=fingerprints, reading=reading)
    until = held.exclude(mine).aggregate(until=Max("expires_at"))["until"]
    if until is not None and until > now:
        raise BeingAsked((until - now).total_seconds())
    if stored.sent_and_answered(fingerprints, reading=reading).exclude(call_id__in=seen).exists():
        raise BeingAsked(0.0)


def not_free(
    fingerprints: Sequence[str], *, reading: int, now: dt.datetime, job_id: uuid.UUID | None
) -> set[str]:
    """Return those of which ``ensure_free`` would raise, each asked about alone by who has seen nothing yet."""
    mine = Q(call__job_id=job_id) if job_id else Q(pk=None)
    held = ModelCallClaim.objects.filter(fingerprint__in=fingerprints, reading=reading, expires_at__gt=now)
    answered = stored.sent_and_answered(fingerprints, reading=reading)
    return {
        *held.exclude(mine).values_list("fingerprint", flat=True),
        *answered.values_list("fingerprint", flat=True),
    }


def renewed(calls: Sequence[tuple[ModelCall, Sequence[str]]], *, now: dt.datetime) -> list[ModelCallClaim]:
    """Take away claims on the essays of these calls that are over; return those until the calls are settled, which are
    stored with them. The calls are of the same reading."""
    wanted = {one: call for call, fingerprints in calls for one in fingerprints}
    readings = {call.reading for call, _ in calls}
    ModelCallClaim.objects.filter(fingerprint__in=list(wanted), reading__in=readings).delete()
    until = now + dt.timedelta(seconds=longest_call_seconds())
    return [
        ModelCallClaim(call=call, fingerprint=one, reading=call.reading, expires_at=until)
        for one, call in sorted(wanted.items())
    ]


def release(call_ids: Sequence[uuid.UUID]) -> None:
    """Give up the claims of calls that are settled."""
    ModelCallClaim.objects.filter(call_id__in=call_ids).delete()


def longest_call_seconds() -> float:
    """Return after how many seconds a call is settled, or its worker gone."""
    return float(settings.AI_TIMEOUT_SECONDS + settings.AI_CONNECT_TIMEOUT_SECONDS + SETTLING_SECONDS)
