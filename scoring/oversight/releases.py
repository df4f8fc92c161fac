"""Letting students see results that were held back, one or many."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from assessments import queries as assessment_queries
from assessments import services as assessments
from assessments.enums import Stage


@dataclass(frozen=True, slots=True)
class Released:
    """How many results were released, and how many were let be: gone, released already, or not for the caller."""

    released: int
    left: int


def held_results(by: User) -> QuerySet[Any]:
    """Return the assessments in the caller's sight whose results wait for their release, the oldest first."""
    rows: QuerySet[Any] = assessment_queries.visible_to(by)
    held = rows.filter(pk__in=assessment_queries.with_result().filter(stage=Stage.AWAITING_RELEASE))
    return held.order_by("completed_at", "pk")


def release_once(*, by: User, assessment_id: uuid.UUID, now: dt.datetime) -> Any:
    """Release a result; one that was released before stays as it is.

    Raises:
        AssessmentMissing, Forbidden: as ``assessments.services.release``.
        ResultNotHeld: if there is no result, or one that was never held.
    """
    try:
        return assessments.release(by=by, assessment_id=assessment_id, now=now)
    except assessments.ResultNotHeld:
        assessment = assessment_queries.get_visible(by=by, assessment_id=assessment_id)
        if assessment.released_at is None:
            raise
        return assessment


def release_many(*, by: User, assessment_ids: Collection[uuid.UUID], now: dt.datetime) -> Released:
    """Release those of the results that are held and in the caller's sight, each in a transaction of its own.

    Raises:
        Forbidden: if the caller does not release results.
    """
    released = 0
    for assessment_id in dict.fromkeys(assessment_ids):
        try:
            assessments.release(by=by, assessment_id=assessment_id, now=now)
            released += 1
        except (assessments.ResultNotHeld, assessment_queries.AssessmentMissing):
            continue
    return Released(released, len(set(assessment_ids)) - released)
