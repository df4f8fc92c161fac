"""Figures that are worked out in the background and kept until they are worked out anew."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from microcred.pipelining import Statement
from ops import audit, jobs
from ops.audit import Actor
from ops.jobs import Claim
from ops.models import KeptFigures

_TURN: Final = Statement("SELECT pg_advisory_xact_lock(hashtextextended('ops.kept_figures', 0))")


def kept(subject: str, about: Mapping[str, Any]) -> KeptFigures | None:
    """Return what is kept of a subject, narrowed in this way; None if nobody has asked for it yet."""
    return KeptFigures.objects.filter(subject=subject, about=dict(about)).first()


def every() -> Collection[KeptFigures]:
    """Return all that is kept, without the figures."""
    return KeptFigures.objects.defer("figures")


def every_for_change() -> Collection[KeptFigures]:
    """Return all that is kept, without the figures; until the caller's transaction ends, nobody asks for more."""
    _TURN.rows()
    return every()


@transaction.atomic
def ask(subject: str, about: Mapping[str, Any], *, kind: str, by: Actor | None, now: dt.datetime) -> bool:
    """Have figures worked out by a job of this kind, now or at a later moment; say whether there is one more.

    While they are being worked out, nothing more is. What a person asks for stands in the trail, what nobody does not.
    """
    _TURN.rows()
    found = KeptFigures.objects.select_for_update()
    row, is_new = found.get_or_create(subject=subject, about=dict(about), defaults={"asked_at": now})
    if not is_new and row.is_awaited(now):
        return False
    row.asked_at = now
    row.save(update_fields=["asked_at"])
    # As those of schedules, these jobs need not be known for long.
    key = f"schedule:figures:{row.pk}:{now.isoformat()}"
    jobs.enqueue(kind, payload={"figures_id": str(row.pk)}, unique_key=key, run_at=now)
    if by is not None:
        facts = {"subject": subject, **about}
        audit.record(
            by=by,
            action="figures.asked",
            resource_type="kept_figures",
            resource_id=row.pk,
            metadata=facts,
        )
    return True


def asked_for(claim: Claim) -> KeptFigures | None:
    """Return which figures a job is to work out; None if they are no longer wanted."""
    return _of(claim).first()


def keep(claim: Claim, figures: Any, *, as_of: dt.datetime) -> None:
    """Put what a job came to in the place of what was there."""
    with claim.finish():
        _of(claim).update(figures=figures, worked_out_at=as_of)


def forget(rows: Collection[KeptFigures]) -> None:
    """Delete what is no longer wanted."""
    KeptFigures.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _of(claim: Claim) -> QuerySet[KeptFigures]:
    return KeptFigures.objects.filter(pk=UUID(claim.payload["figures_id"]))
