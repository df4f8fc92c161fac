"""Keeping what a session came to."""

import datetime as dt
import uuid
from dataclasses import asdict
from typing import Any, Final

from django.db import transaction

from accounts.locking import lock_if_present
from ops import audit
from practice import services as practice
from tutoring.enums import Failure, Standing, SummaryStatus, VersionKind
from tutoring.models import SessionSummary, SessionTranscript, SummaryVersion
from tutoring.summarizing import Draft

# What a model said in vain is counted in the trail, and is no part of the summary.
NOT_KEPT: Final = frozenset({"said", "dropped"})


@transaction.atomic
def keep_transcript(*, summary_id: uuid.UUID, said: str | list[dict[str, Any]]) -> None:
    """Keep what was fetched; the address, which may let anybody in, is kept no longer."""
    SessionTranscript.objects.filter(summary=summary_id).update(said=said, url="")


@transaction.atomic
def keep(*, summary_id: uuid.UUID, draft: Draft, now: dt.datetime) -> bool:
    """Write a session's summary down, in place of those of earlier messages about it; return whether that was news."""
    summary = _waiting(summary_id)
    if summary is None:
        return False
    summary.status, summary.settled_at = SummaryStatus.READY, now
    summary.skills = [one["skill"] for one in draft.topics]
    SummaryVersion.objects.create(summary=summary, number=1, made_at=now, **_columns(draft))
    _settle_which_counts(summary, now)
    summary.save()
    steer(summary, now=now)
    audit.record(
        by=None, action="summary.ready", resource_type="session_summary", resource_id=summary.pk,
        metadata={
            "outcome": str(draft.outcome), "author": str(draft.author),
            "sentences": len(draft.narrative), "steps": len(draft.steps), "standing": str(summary.standing),
            "degraded": draft.degraded, "said": draft.said, "dropped": draft.dropped,
        },
    )  # fmt: skip
    return True


@transaction.atomic
def fail(*, summary_id: uuid.UUID, failure: Failure, now: dt.datetime) -> bool:
    """Write down why a session has no summary; return whether that was news."""
    summary = _waiting(summary_id)
    if summary is None:
        return False
    summary.status, summary.failure, summary.settled_at = SummaryStatus.FAILED, failure, now
    summary.save(update_fields=["status", "failure", "settled_at"])
    SessionTranscript.objects.filter(summary=summary).update(url="")
    audit.record(
        by=None, action="summary.failed", resource_type="session_summary", resource_id=summary.pk,
        metadata={"failure": str(failure)},
    )  # fmt: skip
    return True


def _waiting(summary_id: uuid.UUID) -> SessionSummary | None:
    waiting = SessionSummary.objects.filter(pk=summary_id, status=SummaryStatus.WAITING)
    owner = waiting.values_list("user", flat=True).first()
    if owner is None or not lock_if_present(owner):
        return None
    return waiting.select_for_update(of=("self",)).first()


def _columns(draft: Draft) -> dict[str, Any]:
    kept = {name: value for name, value in asdict(draft).items() if name not in NOT_KEPT}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}


def steer(summary: SessionSummary, *, now: dt.datetime) -> None:
    """Have practice follow what a summary says, if that counts; for a caller's transaction."""
    if summary.standing != Standing.CURRENT:
        practice.forget_session(reference=str(summary.pk))
        return
    practice.note_session(
        user_id=summary.user_id,
        reference=str(summary.pk),
        skills=summary.skills,
        held_at=summary.ended_at,
        now=now,
    )


def _settle_which_counts(summary: SessionSummary, now: dt.datetime) -> None:
    """Of the summaries of one session with one student that of the latest message counts, even where it was withdrawn;
    but what a person has corrected stays."""
    of_session = SessionSummary.objects.filter(
        source=summary.source_id,
        session_id=summary.session_id,
        user=summary.user_id,
        status=SummaryStatus.READY,
    ).exclude(pk=summary.pk)
    current = of_session.filter(standing=Standing.CURRENT)
    later = of_session.filter(received_at__gt=summary.received_at).order_by("-received_at").first()
    stays = current.filter(versions__kind=VersionKind.CORRECTED).first() or later
    if stays is not None:
        summary.standing, summary.replaced_by = Standing.SUPERSEDED, stays
        return
    for earlier in current.select_for_update(of=("self",)):
        earlier.standing, earlier.replaced_by = Standing.SUPERSEDED, summary
        earlier.save(update_fields=["standing", "replaced_by"])
        steer(earlier, now=now)
        audit.record(
            by=None, action="summary.superseded", resource_type="session_summary", resource_id=earlier.pk,
            metadata={"by_summary_id": str(summary.pk)},
        )  # fmt: skip
