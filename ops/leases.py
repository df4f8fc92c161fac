"""Renewing a lease while the work goes on."""

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
WHERE id = %s AND status = 'running' AND owner_token = %s
"""


@contextmanager
def renewed(claim: Claim) -> Iterator[None]:
    """Keep the lease of ``claim`` fresh inside the block, in a thread with a connection of its own.

    After JOB_DEADLINE_SECONDS renewal stops: work that takes longer is taken to hang, and its lease runs out.
    """
    thread = threading.Thread(target=_keep, args=(claim,), name=f"lease-{claim.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        claim.released.set()
        thread.join(timeout=RETRY_SECONDS)


def _keep(claim: Claim) -> None:
    deadline = time.monotonic() + settings.JOB_DEADLINE_SECONDS
    valid_until = time.monotonic() + settings.JOB_LEASE_SECONDS
    pause = float(settings.JOB_RENEW_SECONDS)
    try:
        while not claim.released.wait(pause) and time.monotonic() < deadline:
            asked_at = time.monotonic()
            held = _renew(claim)
            if held:
                valid_until, pause = asked_at + settings.JOB_LEASE_SECONDS, float(settings.JOB_RENEW_SECONDS)
            elif held is None and time.monotonic() < valid_until:
                pause = RETRY_SECONDS
            else:
                break
    finally:
        connection.close()
    if not claim.released.is_set():
        claim.lost.set()
        log.warning("lease_lost", job_id=str(claim.job_id), kind=claim.kind)


def _renew(claim: Claim) -> bool | None:
    """Return whether the lease is still held, None when the database cannot tell."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, [float(settings.JOB_LEASE_SECONDS), claim.job_id, claim.token])
            return bool(cursor.rowcount == 1)
    except (DatabaseError, InterfaceError) as error:
        log.warning("lease_not_renewed", job_id=str(claim.job_id), error=type(error).__name__)
        connection.close()
        return None
