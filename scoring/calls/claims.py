"""Who asks about which essay right now: of two workers with the same words, one asks and the other waits for it."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from microcred.pipelining import PipelinedQuery, Rows, Statement
from scoring.calls import reply_cache
from scoring.models import ModelCall, ModelCallClaim

# Between the end of a call and its settlement; a worker that takes longer is dead.
SETTLING_SECONDS: Final = 5.0
_NOW: Final = Statement("SELECT clock_timestamp()")
_CLAIMED: Final = Statement("""
SELECT claim.fingerprint, claim.expires_at, call.job_id
  FROM model_call_claims claim JOIN model_calls call ON call.id = claim.call_id
 WHERE claim.fingerprint = ANY(%(fingerprints)s) AND claim.reading = %(reading)s
""")


class BeingAsked(Exception):
    """Another worker has asked about one of these essays, or has the answer by now.

    ``seconds`` is how long its claim lasts at most: 0 for an answer that is there.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__("another worker asks about the same essay")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """What stands in the way of asking about some essays ``now``; for who holds the ledger's lock.

    ``claimed`` has fingerprint, end and job of every claim on them, ``answered`` fingerprint and call of the replies.
    """

    now: dt.datetime
    claimed: Rows = field(default_factory=list)
    answered: Rows = field(default_factory=list)

    def ensure_free(self, *, job_id: uuid.UUID | None, seen: Collection[uuid.UUID]) -> None:
        """Raise ``BeingAsked`` where one of the essays must not be asked about now.

        The claims of the job itself are those of an attempt that is over. ``seen`` are answers that are of no use.
        """
        until = max((ends for _, ends in self._of_others(job_id)), default=self.now)
        if until > self.now:
            raise BeingAsked((until - self.now).total_seconds())
        if any(call_id not in seen for _, call_id in self.answered):
            raise BeingAsked(0.0)

    def not_free(self, *, job_id: uuid.UUID | None) -> set[str]:
        """Return those of which ``ensure_free`` would raise, each asked about alone by who has seen nothing yet."""
        held = {fingerprint for fingerprint, ends in self._of_others(job_id) if ends > self.now}
        return held | {fingerprint for fingerprint, _ in self.answered}

    def _of_others(self, job_id: uuid.UUID | None) -> list[tuple[str, dt.datetime]]:
        return [(one, ends) for one, ends, owner in self.claimed if job_id is None or owner != job_id]


def standing(fingerprints: Sequence[str], *, reading: int) -> ClaimStatus:
    """Return how things stand with these essays; without any, what the time is."""
    now, *about = (read.rows() for read in standing_reads(fingerprints, reading=reading))
    return ClaimStatus(now[0][0], *about)


def standing_reads(fingerprints: Sequence[str], *, reading: int) -> list[PipelinedQuery[Any]]:
    """Return what `standing` asks."""
    if not fingerprints:
        return [_NOW.read()]
    about = {"fingerprints": list(fingerprints), "reading": reading}
    return [_NOW.read(), _CLAIMED.read(**about), reply_cache.SENT.read(**about)]


def renewed(
    calls: Sequence[tuple[ModelCall, Sequence[str]]], *, standing: ClaimStatus
) -> list[ModelCallClaim]:
    """Take away claims on the essays of these calls that are over; return those until the calls are settled, which are
    stored with them. The calls are of the same reading, and ``standing`` is that of their essays."""
    wanted = {one: call for call, fingerprints in calls for one in fingerprints}
    if standing.claimed:
        readings = {call.reading for call, _ in calls}
        ModelCallClaim.objects.filter(fingerprint__in=list(wanted), reading__in=readings).delete()
    until = standing.now + dt.timedelta(seconds=longest_call_seconds())
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
