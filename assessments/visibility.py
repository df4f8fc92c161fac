"""Which assessments somebody may see, and reading one of them; what is asked with every request is compiled."""

import uuid
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.utils.module_loading import import_string

from accounts.models import User
from accounts.policy import PROGRAM, sees_student
from assessments.models import Assessment
from assessments.progress import Progress, progress_counts
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Missing
from ops.audit import Actor


class AssessmentMissing(Missing):
    """No such assessment, or none that the caller may see."""

    default_code = "ASSESSMENT_404"


def visible_to(user: User) -> QuerySet[Assessment]:
    """Return the assessments that the user may see, newest first."""
    return Assessment.objects.filter(sees_student(user, path="user")).select_related("role", "user")


def told_to(key_id: uuid.UUID) -> QuerySet[Assessment]:
    """Return the assessments that a program may see: those that it was told something of."""
    told: QuerySet[Any] = import_string(settings.ASSESSMENTS_TOLD)(key_id)
    return Assessment.objects.filter(pk__in=told).select_related("role", "user")


def visible_with(*only: str, **beside: Combinable) -> CompiledQuery[Assessment]:
    """Return the query for one assessment with something worked out beside it, for :func:`seen`.

    With ``only`` these fields are read and no others; of role and student those that are named, such as ``role__name``.
    """
    joined = {name.partition("__")[0] for name in only if "__" in name}

    def one(role: str, by: uuid.UUID, assessment: uuid.UUID) -> QuerySet[Assessment]:
        mine = told_to(by) if role == PROGRAM else visible_to(User(pk=by, role=role))
        rows = mine.filter(pk=assessment)
        if only:
            alone = rows.select_related(None).only(*only)
            rows = alone.select_related(*joined) if joined else alone
        return rows.annotate(**beside)

    return CompiledQuery(one, by=uuid.UUID, assessment=uuid.UUID)


def seen(query: CompiledQuery[Assessment], *, by: Actor, assessment_id: uuid.UUID) -> Assessment:
    """Return what such a query finds.

    Raises:
        AssessmentMissing: if it is not there or not for the caller to see; the two look the same.
    """
    found = query.first(by.role, by=by.pk, assessment=assessment_id)
    if found is None:
        raise AssessmentMissing("No such assessment.")
    return found


def get_visible(*, by: User, assessment_id: uuid.UUID) -> Assessment:
    """Return one assessment. Raises like :func:`seen`."""
    return seen(_VISIBLE, by=by, assessment_id=assessment_id)


def get_with_progress(*, by: Actor, assessment_id: uuid.UUID) -> tuple[Assessment, Progress]:
    """Return what a status tells of one assessment, and how far the student has come. Raises like :func:`seen`."""
    found = seen(_WITH_PROGRESS, by=by, assessment_id=assessment_id)
    counts: dict[str, Any] = vars(found)
    return found, Progress(counts["answered"], counts["total"])


_VISIBLE: Final = visible_with()
_WITH_PROGRESS: Final = visible_with(
    "role_id",
    "role__name",
    "status",
    "stage",
    "degraded",
    "missing",
    "expires_at",
    "updated_at",
    **progress_counts(),
)
