"""Renewing leases while the work goes on: one thread and one statement for all that a process has in hand."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from ops.claims import Claim

log = structlog.get_logger(__name__)
RETRY_SECONDS = 1.0
_RENEW = """
UPDATE async_jobs SET lease_expires_at = clock_timestamp() + make_interval(secs => %s)
FROM unnest(%s::uuid[], %s::uuid[]) AS held (id, token)
WHERE async_jobs.id = held.id AND status = 'running' AND owner_token = held.token
RETURNING async_jobs.id
"""


class _Held:
    """A claim in hand: until when it may be renewed and how long the lease is good, by this machine's clock."""

    def __init__(self, claim: Claim) -> None:
        now = time.monotonic()
        self.claim = claim
        self.deadline = now + settings.JOB_DEADLINE_SECONDS
        self.valid_until = now + settings.JOB_LEASE_SECONDS
        self.renew_at = now + settings.JOB_RENEW_SECONDS


class _Keeper:
    """Holds claims; its thread lives while there are any and for one pause longer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[object, _Held] = {}
        self._thread: threading.Thread | None = None

    def hold(self, claim: Claim) -> None:
        with self._lock:
            self._held[claim.token] = _Held(claim)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()

    def release(self, claim: Claim) -> None:
        with self._lock:
            self._held.pop(claim.token, None)

    def _run(self) -> None:
        try:
            while True:
                time.sleep(min(RETRY_SECONDS, settings.JOB_RENEW_SECONDS / 4))
                with self._lock:
                    held = list(self._held.values())
                    if not held:
                        self._thread = None
                        return
                self._look_after(held)
        finally:
            # Who holds a claim next starts another, if this one did not end of itself.
            with self._lock:
                if self._thread is threading.current_thread():
                    self._thread = None
            connection.close()

    def _look_after(self, held: list[_Held]) -> None:
        now = time.monotonic()
        kept = [one for one in held if not one.claim.released.is_set()]
        for one in kept:
            if now >= one.deadline:
                self._lose(one)
        due = [one for one in kept if one.renew_at <= now < one.deadline]
        if not due:
            return
        renewed = _renew([one.claim for one in due])
        for one in due:
            if renewed is not None and one.claim.job_id in renewed:
                one.valid_until, one.renew_at = (
                    now + settings.JOB_LEASE_SECONDS,
                    now + settings.JOB_RENEW_SECONDS,
                )
            elif renewed is not None or now >= one.valid_until:
                self._lose(one)
            else:
                one.renew_at = now + RETRY_SECONDS

    def _lose(self, one: _Held) -> None:
        self.release(one.claim)
        if not one.claim.released.is_set():
            one.claim.lost.set()
            log.warning("lease_lost", **one.claim.named)


_keeper = _Keeper()


@contextmanager
def renewed(claim: Claim) -> Iterator[None]:
    """Keep the lease of ``claim`` fresh inside the block, by a thread with a connection of its own.

    After JOB_DEADLINE_SECONDS renewal stops: work that takes longer is taken to hang, and its lease runs out.
    """
    _keeper.hold(claim)
    try:
        yield
    finally:
        claim.released.set()
        _keeper.release(claim)


def _renew(claims: list[Claim]) -> set[object] | None:
    """Return the ids of the jobs whose leases are still held, None when the database cannot tell."""
    ids, tokens = [claim.job_id for claim in claims], [claim.token for claim in claims]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, [float(settings.JOB_LEASE_SECONDS), ids, tokens])
            return {job_id for (job_id,) in cursor.fetchall()}
    except (DatabaseError, InterfaceError) as error:
        log.warning("leases_not_renewed", jobs=len(claims), error=type(error).__name__)
        connection.close()
        return None
