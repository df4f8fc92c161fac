"""What people did to a list that is in effect, and whether another has been worked out since."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from accounts.models import User
from accounts.policy import sees_student
from recommendations.enums import Origin, OverrideAction
from recommendations.models import Recommendation, RecommendationOverride


@dataclass(frozen=True, slots=True)
class Overridden:
    """What people did to a list, the oldest first; nothing for one that was worked out.

    ``is_outrun`` says that another has been worked out since the one that they changed.
    """

    acts: Sequence[RecommendationOverride] = ()
    is_outrun: bool = False


def overridden(run: Recommendation) -> Overridden:
    """Return what people did to a run; nothing is asked about one that was worked out."""
    if run.origin != Origin.PERSON:
        return Overridden()
    rows = overrides().filter(recommendation__assessment=run.assessment_id)
    made = {row.recommendation_id: row for row in rows.exclude(action=OverrideAction.TAKE_BACK)}
    acts, list_id = [], run.pk
    while list_id in made:
        acts.append(made[list_id])
        list_id = made[list_id].overridden_id
    newest = computed(run.assessment_id)
    return Overridden(tuple(reversed(acts)), is_outrun=newest is not None and newest.pk != list_id)


def computed(assessment_id: uuid.UUID) -> Recommendation | None:
    """Return the newest run of an assessment that was worked out, in effect or not."""
    rows = Recommendation.objects.filter(assessment_id=assessment_id, origin=Origin.ENGINE)
    return rows.order_by("-run").first()


def overrides() -> QuerySet[RecommendationOverride]:
    """Return all that people did to lists, with the credential that each is about."""
    return RecommendationOverride.objects.select_related("credential")


def overrides_visible_to(by: User) -> QuerySet[RecommendationOverride]:
    """Return what was done to one's own lists, or those of the students whom one looks after, the latest first, with
    the keys of the skills that the credential brings as ``skill_keys``."""
    brought = RecommendationOverride.objects.filter(pk=OuterRef("pk"), credential__skills__isnull=False)
    keys = ArraySubquery(brought.order_by("credential__skills__key").values("credential__skills__key"))
    return (
        overrides()
        .filter(sees_student(by, path="recommendation__assessment__user"))
        .annotate(skill_keys=keys)
    )
