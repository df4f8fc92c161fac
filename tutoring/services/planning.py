"""Setting what was agreed on in a session on the student's list of tasks."""

import datetime as dt
import uuid

from django.db import transaction

from accounts.models import User
from microcred.labels import LONGEST_TITLE
from planner import services as planner
from planner.enums import Source
from planner.services import Step
from tutoring import queries
from tutoring.models import SessionSummary


@transaction.atomic
def plan_step(
    *, by: User, user_id: uuid.UUID, summary_id: uuid.UUID, number: int, now: dt.datetime
) -> uuid.UUID:
    """Set a next step on the student's own list of tasks, once, and return the task; what is too long for a title
    stands whole in its description.

    Raises:
        SummaryMissing: if it is not a summary of the caller's own that counts.
        StepMissing: if it has no such step.
    """
    summary = queries.own_summary(by=by, user_id=user_id, summary_id=summary_id)
    chosen = queries.step_of(summary, number)
    text = chosen["text"]
    about = _about(summary) if len(text) <= LONGEST_TITLE else f"{text}\n\n{_about(summary)}"
    step = Step(reference=queries.reference_of(summary, chosen), title=text, description=about)
    (task,) = planner.add_steps(by=by, source=Source.SESSION, steps=[step], now=now)
    return task.pk


def _about(summary: SessionSummary) -> str:
    of = f" ({summary.subject})" if summary.subject else ""
    return f"Agreed on in the session of {summary.ended_at:%Y-%m-%d}{of}."
