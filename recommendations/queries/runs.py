"""The runs of an assessment, with what has moved since each."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from accounts.policy import Permission, allows
from assessments import queries as assessments
from recommendations.models import Recommendation, WhatIf
from recommendations.queries.overrides import Overridden, overridden
from recommendations.queries.results import RecommendationMissing, get_visible, what_if_of, with_evidence
from recommendations.queries.staleness import RUN, dependency_versions, stale_dependencies


@dataclass(frozen=True, slots=True)
class Run:
    """One run with its evidence; ``stale_because`` names what it rests on that has moved since."""

    recommendation: Recommendation
    stale_because: Sequence[str]
    what_if: WhatIf | None
    overridden: Overridden


def runs_of(*, by: User, assessment_id: uuid.UUID) -> list[Recommendation]:
    """Return every run of an assessment, the newest first; none while the result is held back from ``by``.

    Raises:
        AssessmentMissing: if it is not there or not for the caller to see; the two look the same.
    """
    assessment = assessments.get_visible(by=by, assessment_id=assessment_id)
    if not allows(by, Permission.READ_RESULT):
        raise assessments.AssessmentMissing("No such assessment.")
    if assessments.is_hidden_from(by, assessment):
        return []
    return list(Recommendation.objects.filter(assessment_id=assessment_id).order_by("-run"))


def recommendation_of(*, by: User, recommendation_id: uuid.UUID) -> Run:
    """Return one run, in effect or not, as it was shown.

    Raises:
        RecommendationMissing: if it is not there or not for the caller to see; the two look the same.
    """
    found = get_visible(by=by, recommendation_id=recommendation_id)
    if not allows(by, Permission.READ_RESULT):
        raise RecommendationMissing("No such recommendation.")
    row: Any = with_evidence(Recommendation.objects.filter(pk=found.pk)).select_related("assessment").get()
    said = overridden(row)
    return Run(row, stale_parts(row, said), what_if_of(row), said)


def stale_parts(recommendation: Any, said: Overridden) -> list[str]:
    """Return what has moved since a run whose assessment has been fetched, and what people ``said`` of it."""
    assessment = recommendation.assessment
    marks = dependency_versions(assessment.pk)
    moved = stale_dependencies(recommendation.parameters, role_id=assessment.role_id, marks=marks)
    return [*moved, *([RUN] if said.is_outrun else [])]
