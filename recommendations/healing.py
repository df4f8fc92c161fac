"""Results that had to go without a part of the recommendation, worked out anew once that can be had again.

Essays that had to go without a score are healed by `scoring.pending`, after which recommendations follow by themselves.
While tries change nothing, one result at a time finds out whether the provider is back.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from assessments.enums import AssessmentStatus, MissingPart
from ops import queries as jobs
from ops.jobs import enqueue
from recommendations.enums import Origin
from recommendations.models import Recommendation

log = structlog.get_logger(__name__)

KIND: Final = "recommendations.heal"
HEALABLE: Final = frozenset({MissingPart.RETRIEVAL, MissingPart.RECOMMENDATIONS, MissingPart.SUMMARY})
FIRST_WAIT: Final = dt.timedelta(minutes=10)
LONGEST_WAIT: Final = dt.timedelta(days=1)
MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Lacking:
    """A result that lacks a part; ``tries`` to heal it came to nothing so far, the last one at ``tried_at``."""

    assessment_id: uuid.UUID
    run: int
    tries: int
    tried_at: dt.datetime | None

    @property
    def due_at(self) -> dt.datetime | None:
        """When the next try is due, None for at once."""
        wait = min(FIRST_WAIT * 2 ** min(self.tries, 20), LONGEST_WAIT)
        return None if self.tried_at is None else self.tried_at + wait


def lacking() -> list[Lacking]:
    """Return every result that lacks a part and that no job works on, those tried least first.

    The newest run that was worked out is looked at, also where a person's list is in effect.
    """
    worked_out = Recommendation.objects.filter(origin=Origin.ENGINE)
    later = worked_out.filter(assessment=OuterRef("assessment"), run__gt=OuterRef("run"))
    rows = worked_out.filter(
        ~jobs.has_live_job("assessment"),
        ~Exists(later),
        missing__overlap=sorted(HEALABLE),
        assessment__status=AssessmentStatus.COMPLETED,
    )
    runs = dict(rows.order_by("pk").values_list("assessment_id", "run"))
    tried = jobs.ended(KIND, list(runs))
    found = [Lacking(pk, run, *tried.get(pk, (0, None))) for pk, run in runs.items()]
    return sorted(found, key=lambda one: one.tries)


def heal_due(*, now: dt.datetime) -> int:
    """Have those healed whose time has come; return how many that is."""
    found = lacking()
    in_vain = any(one.tried_at is not None and one.tried_at > now - FIRST_WAIT for one in found)
    due = [one for one in found if one.due_at is None or one.due_at <= now]
    return _heal(due[: 1 if in_vain else MOST_AT_ONCE])


@transaction.atomic
def _heal(chosen: Sequence[Lacking]) -> int:
    for one in chosen:
        key = f"heal:{one.assessment_id}:{one.run}:{one.tries}"
        enqueue(KIND, assessment_id=one.assessment_id, unique_key=key)
    if chosen:
        log.info("recommendations_healed", assessments=len(chosen))
    return len(chosen)
