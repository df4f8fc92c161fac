"""Recommendations that wait to be worked out although no job is there to do it."""

import datetime as dt
import uuid
from typing import Final

from django.db.models import Exists, IntegerField, Max, OuterRef
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from assessments import queries as assessments
from ops import queries as jobs
from ops.jobs import Ensured, ensure
from recommendations.models import Recommendation
from scoring import queries as scoring

MOST_AT_ONCE: Final = 500
KIND: Final = "recommendations.recommend"


def restore_recommending(*, now: dt.datetime, since: dt.datetime) -> int:
    """Give what no run rests on yet the job that works one out: assessments that were scored and have no result,
    and results whose scores have changed since ``since``."""
    found = _without_result() | _outdated(since)
    made = [
        ensure(KIND, assessment_id=pk, unique_key=f"recommend:{pk}:{newest}") for pk, newest in found.items()
    ]
    return made.count(Ensured.MADE)


def _without_result() -> dict[uuid.UUID, int]:
    """The number of the newest profile by assessment."""
    scored = assessments.awaiting_work().filter(~jobs.has_live_job(), profile_runs__isnull=False)
    return dict(scored.annotate(newest=Max("profile_runs__run")).values_list("pk", "newest")[:MOST_AT_ONCE])


def _outdated(since: dt.datetime) -> dict[uuid.UUID, int]:
    """The same for completed assessments, but of made-up learners: nothing is recommended to them."""
    results = assessments.with_result().exclude(metadata__contains={"synthetic": True})
    made = Recommendation.objects.filter(assessment=OuterRef("assessment"))
    rests_on = Cast(KeyTextTransform("profile_run", "parameters"), IntegerField())
    profiles = scoring.profiles_since(since).filter(
        ~Exists(made.annotate(rests_on=rests_on).filter(rests_on__gte=OuterRef("run"))),
        ~jobs.has_live_job("assessment"),
        Exists(results.filter(pk=OuterRef("assessment"))),
    )
    return dict(profiles.values_list("assessment_id", "run")[:MOST_AT_ONCE])
