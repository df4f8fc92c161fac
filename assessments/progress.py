"""How far students have come with their assessments."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

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


def progress_of(assessments: QuerySet[Assessment]) -> Mapping[uuid.UUID, Progress]:
    """Return how far students have come with each of these assessments, in two statements."""
    these = assessments.order_by().values("pk")
    done = _numbers(answered().filter(assessment__in=these))
    asked = _numbers(QuestionSnapshot.objects.filter(assessment__in=these))
    return defaultdict(
        lambda: Progress(0, 0), {pk: Progress(done.get(pk, 0), total) for pk, total in asked.items()}
    )


def _numbers(rows: QuerySet[Any]) -> dict[uuid.UUID, int]:
    return dict(rows.order_by().values_list("assessment").annotate(Count("pk")))
