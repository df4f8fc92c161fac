"""Having a recommendation made anew, and storing what would change it."""

import datetime as dt
import uuid
from typing import Final

from django.db import transaction

from accounts.models import User
from accounts.policy import Permission, allows
from assessments import queries as assessment_queries
from assessments import services as assessments
from microcred.errors import Forbidden
from ops import audit
from ops.enums import JobStatus
from ops.jobs import enqueue, requeue
from recommendations import queries
from recommendations.models import Recommendation, WhatIf
from recommendations.what_if import Explored
from scoring import queries as scoring

NOTHING: Final = (
    "No single change does: no other score and no skill level up to two levels away puts another credential above "
    "“{}”."
)


@transaction.atomic
def recompute(*, by: User, assessment_id: uuid.UUID) -> int:
    """Have the recommendations of a result made anew; return the number that the new run gets. Earlier runs stay.

    Asked for again before that run is there, it is the same one, and is tried again if its attempts are used up.

    Raises:
        AssessmentMissing: if it is not there or not for ``by`` to see.
        Forbidden: if ``by`` may see it but is not staff.
        ResultMissing: if there is no result.
    """
    assessment_queries.get_visible(by=by, assessment_id=assessment_id)
    if not allows(by, Permission.REVIEW_SCORES):
        raise Forbidden("Only staff has recommendations made anew.")
    assessments.lock_result(assessment_id)
    newest = Recommendation.objects.filter(assessment_id=assessment_id).order_by("-run").first()
    run = newest.run + 1 if newest else 1
    profile_run = scoring.next_run(assessment_id) - 1
    job = enqueue(
        "recommendations.recommend",
        assessment_id=assessment_id,
        unique_key=f"recommend:{assessment_id}:{profile_run}:run {run}",
    )
    if job.status == JobStatus.DEAD:
        requeue(job.pk, by=by)
    audit.record(
        by=by, action="recommendation.recompute", resource_type="assessment", resource_id=assessment_id,
        metadata={"run": run, "job_id": str(job.pk)},
    )  # fmt: skip
    return run


@transaction.atomic
def store_what_if(*, recommendation_id: uuid.UUID, explored: Explored, now: dt.datetime) -> WhatIf | None:
    """Keep what would change the first item of a run; what is kept already stays. None where nothing can be said."""
    run = Recommendation.objects.select_for_update().get(pk=recommendation_id)
    kept = WhatIf.objects.filter(recommendation=run).first()
    first = run.items.order_by("position").first()
    if kept is not None or first is None or not explored.is_comparable:
        return kept
    flip, offers = explored.flip, queries.offers().by_id
    row = WhatIf(
        recommendation=run, sentence=NOTHING.format(first.title), looked_at=explored.looked_at, made_at=now
    )
    if flip is not None:
        change, second = flip.change, offers[flip.first]
        row.credential_id = flip.first
        row.sentence = f"{change.words} puts “{second.title}” above “{first.title}”."
        row.change = {
            "kind": change.kind,
            "position": change.position,
            "criterion": change.criterion,
            "skill": change.skill,
            "was": change.was,
            "becomes": change.becomes,
        }
    row.save(force_insert=True)
    return row
