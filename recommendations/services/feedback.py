"""Recording what people make of recommendations."""

import datetime as dt
import uuid

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from microcred.errors import Invalid
from ops import audit
from recommendations import queries
from recommendations.enums import Acceptance, LearnerCredentialSource, LearnerCredentialStatus
from recommendations.events import feedback_recorded
from recommendations.models import (
    LearnerCredential,
    Recommendation,
    RecommendationFeedback,
    RecommendationItem,
)

LONGEST_COMMENT = 2_000


class RoleMismatch(Invalid):
    """The body names another role than the token."""

    default_code = "ROLE_MISMATCH_400"


class CredentialNotRecommended(Invalid):
    """The body names a credential that the recommendation does not."""

    default_code = "CREDENTIAL_400"


@transaction.atomic
def record_feedback(
    *,
    by: User,
    recommendation_id: uuid.UUID,
    relevance_score: int,
    acceptance_status: str = Acceptance.PENDING,
    comments: str = "",
    submitted_by_role: str = "",
    credential_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> RecommendationFeedback:
    """Record feedback about one recommended credential, or without ``credential_id`` about the whole list.

    A student who accepts a credential counts as having taken it up; one who rejects it later, no more.
    Nobody else decides for the student, and a whole list decides for no credential.

    Raises:
        RecommendationMissing: if ``by`` may not see it.
        RoleMismatch: if ``submitted_by_role`` is given and is not the role of ``by``.
        CredentialNotRecommended: if ``credential_id`` is not on the list.
    """
    recommendation = queries.get_visible(by=by, recommendation_id=recommendation_id)
    if submitted_by_role and submitted_by_role != by.role:
        raise RoleMismatch(
            "submitted_by_role is not the role of the token.", details={"field": "submitted_by_role"}
        )
    item = _named_item(recommendation, credential_id)
    feedback = RecommendationFeedback.objects.create(
        recommendation=recommendation,
        item=item,
        submitted_by=by,
        submitted_by_role=by.role,
        relevance_score=relevance_score,
        acceptance_status=acceptance_status,
        comments=comments,
        submitted_at=now,
    )
    if item is not None and by.role == Role.STUDENT:
        _take_up(by, item.credential_id, acceptance_status, now)
    audit.record(
        by=by, action="recommendation.feedback", resource_type="recommendation", resource_id=recommendation.pk,
        metadata={"feedback_id": str(feedback.pk), "acceptance_status": acceptance_status},
    )  # fmt: skip
    feedback_recorded.send(sender=None, recommendation_id=recommendation.pk, feedback_id=feedback.pk)
    return feedback


def _named_item(recommendation: Recommendation, credential_id: uuid.UUID | None) -> RecommendationItem | None:
    if credential_id is None:
        return None
    item = recommendation.items.filter(credential_id=credential_id).first()
    if item is None:
        raise CredentialNotRecommended(
            "The recommendation does not name this credential.", details={"field": "credential_id"}
        )
    return item


def _take_up(student: User, credential_id: uuid.UUID, acceptance: str, now: dt.datetime) -> None:
    if acceptance == Acceptance.ACCEPTED:
        LearnerCredential.objects.get_or_create(
            user=student,
            credential_id=credential_id,
            defaults={
                "status": LearnerCredentialStatus.ACCEPTED,
                "source": LearnerCredentialSource.FEEDBACK,
                "recorded_at": now,
            },
        )
    elif acceptance == Acceptance.REJECTED:
        LearnerCredential.objects.filter(
            user=student,
            credential_id=credential_id,
            status=LearnerCredentialStatus.ACCEPTED,
            source=LearnerCredentialSource.FEEDBACK,
        ).delete()
