"""Which assessments somebody may see, and reading one of them; what is asked with every request is compiled."""

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.policy import sees_student
from assessments.models import Assessment, AssessmentResponse, QuestionSnapshot
from microcred.compiled import Compiled
from microcred.errors import Missing


class AssessmentMissing(Missing):
    """No such assessment, or none that the caller may see."""

    default_code = "ASSESSMENT_404"


@dataclass(frozen=True)
class Progress:
    """How many questions are answered, of how many."""

    answered: int
    total: int


def visible_to(user: User) -> QuerySet[Assessment]:
    """Return the assessments that the user may see, newest first."""
    return Assessment.objects.filter(sees_student(user, path="user")).select_related("role", "user")


def get_visible(*, by: User, assessment_id: uuid.UUID) -> Assessment:
    """Return one assessment.

    Raises:
        AssessmentMissing: if it is not there or not for the caller to see; the two look the same.
    """
    return _or_missing(_VISIBLE, by, assessment_id)


def get_with_progress(*, by: User, assessment_id: uuid.UUID) -> tuple[Assessment, Progress]:
    """Return one assessment, and how far the student has come; one query. Raises like :func:`get_visible`."""
    found = _or_missing(_WITH_PROGRESS, by, assessment_id)
    counts: dict[str, Any] = vars(found)
    return found, Progress(counts["answered"], counts["total"])


def _or_missing(query: Compiled[Assessment], by: User, assessment_id: uuid.UUID) -> Assessment:
    found = query.first(by.role, by=by.pk, assessment=assessment_id)
    if found is None:
        raise AssessmentMissing("No such assessment.")
    return found


def _visible(role: str, by: uuid.UUID, assessment: uuid.UUID) -> QuerySet[Assessment]:
    return visible_to(User(pk=by, role=role)).filter(pk=assessment)


def _visible_with_progress(role: str, by: uuid.UUID, assessment: uuid.UUID) -> QuerySet[Assessment]:
    answers = AssessmentResponse.objects.filter(assessment=OuterRef("pk")).order_by().values("assessment")
    asked = QuestionSnapshot.objects.filter(assessment=OuterRef("pk")).order_by().values("assessment")
    return (
        _visible(role, by, assessment)
        .select_related(None)
        .annotate(
            answered=_number(answers, Count("question_snapshot", distinct=True)),
            total=_number(asked, Count("pk")),
        )
    )


def _number(rows: QuerySet[Any, Any], count: Count) -> Coalesce:
    return Coalesce(Subquery(rows.annotate(number=count).values("number")), 0)


_VISIBLE: Final = Compiled(_visible, by=uuid.UUID, assessment=uuid.UUID)
_WITH_PROGRESS: Final = Compiled(_visible_with_progress, by=uuid.UUID, assessment=uuid.UUID)
