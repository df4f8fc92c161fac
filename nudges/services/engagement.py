"""Noting what came of nudges: opened, clicked, and seen again."""

import datetime as dt
import uuid
from collections.abc import Mapping

from django.db import transaction

from accounts.enums import Role, UserStatus
from accounts.models import User
from nudges import queries
from nudges.deciding import Facts
from nudges.enums import NudgeKind
from nudges.models import Nudge
from ops import audit
from planner import services as planner
from planner.enums import Source
from planner.services import Step
from tutoring import services as tutoring


@transaction.atomic
def open_nudge(*, by: User, nudge_id: uuid.UUID, now: dt.datetime) -> Nudge:
    """Note that a student has seen a nudge; the first time counts.

    Raises:
        NudgeMissing: if they were told no such thing in the app.
    """
    nudge = queries.own_nudge(by=by, nudge_id=nudge_id, lock=True)
    return _noted(by, nudge, ["opened_at"], now)


@transaction.atomic
def click_nudge(*, by: User, nudge_id: uuid.UUID, now: dt.datetime) -> Nudge:
    """Note that a student went where a nudge leads; who has clicked has opened it. Raises as opening does."""
    nudge = queries.own_nudge(by=by, nudge_id=nudge_id, lock=True)
    return _noted(by, nudge, ["opened_at", "clicked_at"], now)


@transaction.atomic
def click_in_letter(*, nudge_id: uuid.UUID, now: dt.datetime) -> Nudge | None:
    """Note that somebody followed the link in a letter; None where the nudge is gone."""
    nudge = Nudge.objects.select_for_update(of=("self",)).select_related("user").filter(pk=nudge_id).first()
    if nudge is None or nudge.user.role != Role.STUDENT or nudge.user.status != UserStatus.ACTIVE:
        return None
    return _noted(None, nudge, ["opened_at", "clicked_at"], now)


@transaction.atomic
def plan_nudge(*, by: User, nudge_id: uuid.UUID, now: dt.datetime) -> uuid.UUID:
    """Set what a nudge says on the student's own list of tasks, once, and return the task.

    A step that was agreed on in a session is one task, whether it is set from here or from the summary.

    Raises:
        NudgeMissing: if they were told no such thing in the app.
        SummaryMissing, StepMissing: if the step does not stand any more.
    """
    nudge = queries.own_nudge(by=by, nudge_id=nudge_id)
    if nudge.kind == NudgeKind.AGREED_STEP:
        summary, number = uuid.UUID(nudge.about), int(nudge.reference.rpartition(":")[2])
        return tutoring.plan_step(by=by, user_id=by.pk, summary_id=summary, number=number, now=now)
    step = Step(reference=str(nudge.pk), title=nudge.title, description=nudge.text)
    (task,) = planner.add_steps(by=by, source=Source.NUDGE, steps=[step], now=now)
    return task.pk


def note_followed(known: Mapping[uuid.UUID, Facts]) -> None:
    """Note of students who were seen since they were told something when that was; for a caller's transaction."""
    seen = {user: facts.active_at for user, facts in known.items() if facts.active_at and facts.earlier}
    followed = []
    for nudge in Nudge.objects.filter(user__in=seen, followed_at=None):
        active_at = seen[nudge.user_id]
        if active_at and active_at > nudge.created_at:
            nudge.followed_at = active_at
            followed.append(nudge)
    Nudge.objects.bulk_update(followed, ["followed_at"])


def _noted(by: User | None, nudge: Nudge, names: list[str], now: dt.datetime) -> Nudge:
    """Fill in the times that are empty, with a line in the trail; nothing where none is."""
    empty = [name for name in names if getattr(nudge, name) is None]
    if not empty:
        return nudge
    for name in empty:
        setattr(nudge, name, now)
    nudge.save(update_fields=empty)
    audit.record(
        by=by, action=f"nudge.{'clicked' if 'clicked_at' in empty else 'opened'}", resource_type="nudge",
        resource_id=nudge.pk, metadata={"kind": str(nudge.kind), "by_letter": by is None},
    )  # fmt: skip
    return nudge
