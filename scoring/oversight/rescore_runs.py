"""Rescoring in the background: one past taker after the other, with what was found kept and counted.

A run to look ranks as well, which only a worker can; a run to apply follows a finished look at the same version.
Both go on where they stopped: what has its line is not worked on again.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from accounts.models import User
from catalog import queries as catalog
from microcred.errors import Conflict, Missing
from ops import audit
from ops.jobs import enqueue
from scoring.enums import RescoringMode, RescoringState
from scoring.models import RescoredLine, Rescoring
from scoring.oversight.changes import checked_reason
from scoring.oversight.plans import Rescored, RescorePlan
from scoring.oversight.rereading import past_takers
from scoring.oversight.rescoring import VersionMissing, apply_to_one, rescored

JOB: Final = "recommendations.rescore"
OPEN: Final = (RescoringState.WAITING, RescoringState.RUNNING)


class RescoringBusy(Conflict):
    """The question is being rescored already."""

    default_code = "RESCORING_409"


class LookFirst(Conflict):
    """A version is applied only after what it would change was worked out for everybody."""

    default_code = "RESCORING_409"


class RescoringMissing(Missing):
    """No such rescoring."""

    default_code = "RESCORING_404"


@transaction.atomic
def request_rescoring(
    *,
    by: User,
    question_id: uuid.UUID,
    apply: bool,
    reason: str = "",
    no_loss: bool = False,
    now: dt.datetime,
) -> Rescoring:
    """Have past answers scored anew by the newest version, to look or to ``apply`` it.

    Raises:
        VersionMissing: if the question was never published.
        ReasonMissing: if it is to be applied without a reason.
        LookFirst: if this version has not been looked at.
        RescoringBusy: if a run over the question is under way.
    """
    version = catalog.newest_version(question_id)
    if version is None:
        raise VersionMissing("No such question has been published.")
    stated = checked_reason(reason) if apply else ""
    if apply and not _looked(version.pk):
        raise LookFirst("Work out first what this version would change.")
    mode = RescoringMode.APPLY if apply else RescoringMode.DRY_RUN
    row = _created(by, question_id, version, mode, stated, no_loss, now)
    enqueue(JOB, payload={"rescoring_id": str(row.pk)}, unique_key=f"rescore:{row.pk}:0")
    audit.record(
        by=by, action="rescoring.requested", resource_type="question", resource_id=question_id,
        metadata={"mode": mode, "version": version.version, "no_loss": no_loss},
    )  # fmt: skip
    return row


def apply_rescoring(
    *, plan: RescorePlan, by: User | None, reason: str, no_loss: bool = False, now: dt.datetime
) -> list[Rescored]:
    """Apply at once what a plan found, as a run like those that a worker makes; return those who moved.

    Each result is worked out anew under its lock and stored on its own, so that a run that breaks off is ended
    and can be started again. With ``no_loss`` those who would fall keep what they have.

    Raises:
        ReasonMissing: if no reason is stated.
        RescoringBusy: if another run over the question is under way.
    """
    stated = checked_reason(reason)
    _end_orphans(plan.question_id, now=now)
    row = _created(
        by, plan.question_id, catalog.version(plan.version_id), RescoringMode.APPLY, stated, no_loss, now
    )
    try:
        done = [
            apply_and_keep(row, assessment_id, now=now) for assessment_id in takers_left(row, limit=row.total)
        ]
    except BaseException:
        fail_rescoring(row.pk, now=now)
        raise
    row.refresh_from_db()
    _end(row, RescoringState.DONE, now)
    return [line for line in done if line is not None]


def get_rescoring(rescoring_id: uuid.UUID) -> Rescoring:
    """Return a run with its version; raises ``RescoringMissing``."""
    rows = Rescoring.objects.select_related("question_version", "requested_by")
    found = rows.filter(pk=rescoring_id).first()
    if found is None:
        raise RescoringMissing("No such rescoring.")
    return found


def open_rescorings() -> QuerySet[Rescoring]:
    """Return the runs that a job works on; those of a command end with it."""
    return Rescoring.objects.filter(state__in=OPEN, requested_by__isnull=False)


def newest_rescorings(question_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Rescoring]:
    """Return the newest run over each of these questions that there has been one over; one query."""
    rows = Rescoring.objects.filter(question_id__in=question_ids).select_related("question_version")
    newest = rows.order_by("question_id", "-requested_at", "-id").distinct("question_id")
    return {row.question_id: row for row in newest}


def takers_left(row: Rescoring, *, limit: int) -> Sequence[uuid.UUID]:
    """Return the next past takers whom the run has not come to, at most ``limit``."""
    done = set(row.lines.values_list("assessment_id", flat=True))
    version = catalog.version(row.question_version_id)
    left = [pk for pk in past_takers(row.question_id, version) if pk not in done]
    return left[:limit]


def look_at(row: Rescoring, assessment_id: uuid.UUID) -> Rescored:
    """Return what the run's version means for one past taker; nothing is stored."""
    return rescored(assessment_id, row.question_id, catalog.version(row.question_version_id))


@transaction.atomic
def keep_look(row: Rescoring, line: Rescored, *, tops: tuple[str, str] | None) -> None:
    """Keep what a look found; ``tops`` are the first recommendations before and after, where they were ranked."""
    found = _line(row, line)
    if tops is not None:
        found.is_ranked, (found.top_before, found.top_after) = True, tops
    _keep(row, found)


@transaction.atomic
def apply_and_keep(row: Rescoring, assessment_id: uuid.UUID, *, now: dt.datetime) -> Rescored | None:
    """Put the run's version into effect for one past taker, keep what came of it, and return what moved."""
    version = catalog.version(row.question_version_id)
    line = rescored(assessment_id, row.question_id, version)
    applied = apply_to_one(
        assessment_id, row.question_id, version, by=row.requested_by, reason=row.reason, no_loss=row.no_loss, now=now
    )  # fmt: skip
    found = _line(row, applied or line)
    found.applied = applied is not None
    _keep(row, found)
    return applied


@transaction.atomic
def go_on(row: Rescoring, *, now: dt.datetime) -> bool:
    """End the run if everybody has had their turn, else have a job go on with it; return whether it has ended."""
    row = Rescoring.objects.select_for_update().get(pk=row.pk)
    if takers_left(row, limit=1):
        enqueue(JOB, payload={"rescoring_id": str(row.pk)}, unique_key=f"rescore:{row.pk}:{row.done}")
        return False
    _end(row, RescoringState.DONE, now)
    return True


@transaction.atomic
def fail_rescoring(rescoring_id: uuid.UUID, *, now: dt.datetime) -> None:
    """End a run that no attempt could go on with; what it has found or applied stays."""
    row = Rescoring.objects.select_for_update().get(pk=rescoring_id)
    if row.state in OPEN:
        _end(row, RescoringState.FAILED, now)


def _end(row: Rescoring, state: RescoringState, now: dt.datetime) -> None:
    row.state, row.ended_at = state, now
    row.save(update_fields=["state", "ended_at"])
    audit.record(
        by=row.requested_by,
        action="question.rescored" if row.mode == RescoringMode.APPLY else "question.rescoring_looked_at",
        resource_type="question", resource_id=row.question_id,
        metadata={"state": state, "moved": row.moved, "done": row.done, "no_loss": row.no_loss},
    )  # fmt: skip


def _created(
    by: User | None,
    question_id: uuid.UUID,
    version: Any,
    mode: RescoringMode,
    reason: str,
    no_loss: bool,
    now: dt.datetime,
) -> Rescoring:
    try:
        with transaction.atomic():
            return Rescoring.objects.create(
                question_id=question_id, question_version_id=version.pk, mode=mode, reason=reason, no_loss=no_loss,
                total=len(past_takers(question_id, version)), requested_by=by, requested_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise RescoringBusy("This question is being rescored already.") from error


def _end_orphans(question_id: uuid.UUID, *, now: dt.datetime) -> None:
    """End what a command left open that was killed: no worker goes on with it."""
    rows = Rescoring.objects.filter(question_id=question_id, requested_by=None, state__in=OPEN)
    for pk in rows.values_list("pk", flat=True):
        fail_rescoring(pk, now=now)


def _looked(version_id: uuid.UUID) -> bool:
    looks = Rescoring.objects.filter(question_version_id=version_id, mode=RescoringMode.DRY_RUN)
    return looks.filter(state=RescoringState.DONE).exists()


def _line(row: Rescoring, line: Rescored) -> RescoredLine:
    after = line.after
    return RescoredLine(
        rescoring=row,
        assessment_id=line.assessment_id,
        before_score=line.before.score,
        before_maximum=line.before.maximum,
        after_score=after.score if after else None,
        after_maximum=after.maximum if after else None,
        change=round(line.change, 4),
        moves=line.moves,
        obstacle=line.obstacle,
    )


def _keep(row: Rescoring, line: RescoredLine) -> None:
    """Store a line and count it; a second worker's line about the same past taker is refused by the database."""
    line.save(force_insert=True)
    counts = line.applied if row.mode == RescoringMode.APPLY else line.moves
    Rescoring.objects.filter(pk=row.pk).update(
        state=RescoringState.RUNNING, total=_at_least(row), done=F("done") + 1, moved=F("moved") + int(counts)
    )


def _at_least(row: Rescoring) -> int:
    """Return the total, which grows where somebody's result came while the run was under way."""
    return max(row.total, row.lines.count())
