"""How far students have come with their assessments."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from assessments.models import Assessment, AssessmentResponse, QuestionSnapshot


@dataclass(frozen=True)
class Progress:
    """How many questions are answered, of how many; one whose newest answer shows nothing is not."""

    answered: int
    total: int


def answered() -> QuerySet[AssessmentResponse]:
    """Return the newest answers, one for each question, without those that are blank."""
    newer = AssessmentResponse.objects.filter(
        assessment=OuterRef("assessment"),
        question_snapshot=OuterRef("question_snapshot"),
        version__gt=OuterRef("version"),
    )
    return AssessmentResponse.objects.filter(~Exists(newer), is_blank=False).order_by()


def progress_counts() -> dict[str, Coalesce]:
    """Return what is worked out beside each assessment of a query to say how far its student has come: ``answered`` of
    ``total`` questions."""
    return {"answered": _number(answered()), "total": _number(QuestionSnapshot.objects.all())}


def progress_of(assessments: QuerySet[Assessment]) -> dict[uuid.UUID, Progress]:
    """Return how far students have come with each of these assessments, in one statement."""
    counts = progress_counts()
    rows = assessments.order_by().annotate(answered=counts["answered"], total=counts["total"])
    return {pk: Progress(done, total) for pk, done, total in rows.values_list("pk", "answered", "total")}


def _number(of: QuerySet[Any]) -> Coalesce:
    rows = of.filter(assessment=OuterRef("pk")).order_by().values("assessment")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)
