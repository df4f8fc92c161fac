"""Recording what people make of recommendations."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from accounts.enums import Role
from accounts.locking import lock_person
from accounts.models import User
from microcred.errors import Invalid, Missing, PreconditionFailed
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
from recommendations.services import receptions

LONGEST_COMMENT = 2_000
MOMENT: Final = dt.timedelta(microseconds=1)


class RoleMismatch(Invalid):
    """The body names another role than the token."""

    default_code = "ROLE_MISMATCH_400"


class CredentialNotRecommended(Invalid):
    """The body names a credential that the recommendation does not."""

    default_code = "CREDENTIAL_400"


class FeedbackChangedMeanwhile(PreconditionFailed):
    """The caller has said something else since the version that this was said from."""


class NothingToTakeBack(Missing):
    """The caller has said nothing about this, or has taken it back already."""

    default_code = "FEEDBACK_404"


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
    expected: Collection[str] | None = None,
    now: dt.datetime,
) -> RecommendationFeedback:
    """Record feedback about one recommended credential, or without ``credential_id`` about the whole list.

    What the same person said about the same thing before no longer counts. A student who accepts a credential
    counts as having taken it up; one who rejects it later, no more. Who accepts the whole list takes up one of it,
    which ``taken_for`` of the feedback names. Nobody else decides for the student.

    Raises:
        RecommendationMissing: if ``by`` may not see it.
        RoleMismatch: if ``submitted_by_role`` is given and is not the role of ``by``.
        CredentialNotRecommended: if ``credential_id`` is not on the list.
        FeedbackChangedMeanwhile: if ``expected`` names versions, and none of them is the present one.
    """
    recommendation = _locked(by, recommendation_id, expected)
    if submitted_by_role and submitted_by_role != by.role:
        raise RoleMismatch(
            "submitted_by_role is not the role of the token.", details={"field": "submitted_by_role"}
        )
    item = _named_item(recommendation, credential_id)
    said = {"relevance_score": relevance_score, "acceptance_status": acceptance_status, "comments": comments}
    if item is None and by.role == Role.STUDENT:
        said["taken_for"] = _meant(by, recommendation, acceptance_status)
    feedback = _append(by, recommendation, item, now, **said)
    meant = feedback.item or feedback.taken_for
    if meant is not None and by.role == Role.STUDENT:
        _take_up(by, meant.credential_id, acceptance_status, now)
    return feedback


@transaction.atomic
def take_back_feedback(
    *,
    by: User,
    recommendation_id: uuid.UUID,
    credential_id: uuid.UUID | None = None,
    expected: Collection[str] | None = None,
    now: dt.datetime,
) -> RecommendationFeedback:
    """Take back what ``by`` said about a recommended credential, or about the whole list; it no longer counts.

    It is the same on whichever list of the assessment it was said. Where a student said nothing of the credential
    itself, and accepted it with the list, it is the word about the list. A student who had accepted the credential no
    longer counts as having taken it up, unless another word of theirs accepts it. What was said stays on file.

    Raises:
        RecommendationMissing: if ``by`` may not see it.
        CredentialNotRecommended: if ``credential_id`` is not on the list.
        NothingToTakeBack: if nothing that ``by`` said about it counts.
        FeedbackChangedMeanwhile: if ``expected`` names versions, and none of them is the present one.
    """
    recommendation = _locked(by, recommendation_id, expected)
    item = _named_item(recommendation, credential_id)
    standing = queries.counted_feedback(recommendation, item=item, by=by)
    if item is not None and (standing is None or standing.withdrawn):
        standing, item = queries.accepted_with_list(item, by=by), None
    if standing is None or standing.withdrawn:
        raise NothingToTakeBack("There is no feedback of yours to take back.")
    meant = None if item else queries.meant_before(recommendation, by=by, lets_go=True)
    feedback = _append(by, recommendation, item, now, withdrawn=True, taken_for=meant)
    meant = item or meant
    if meant is not None and by.role == Role.STUDENT and standing.acceptance_status == Acceptance.ACCEPTED:
        _let_go_unless_accepted(by, meant.credential_id)
    return feedback


def _locked(by: User, recommendation_id: uuid.UUID, expected: Collection[str] | None) -> Recommendation:
    """The recommendation, locked with all lists of its assessment, so that of two words about a credential each knows
    what stood before; and so on their other assessments, for what a student takes up is one thing over all."""
    found = queries.get_visible(by=by, recommendation_id=recommendation_id)
    lock_person(by.pk)
    runs = Recommendation.objects.filter(assessment=found.assessment_id).order_by("pk")
    list(runs.select_for_update().values_list("pk", flat=True))
    said = queries.feedback_of(by=by, recommendation_id=found.pk)
    if expected is not None and queries.feedback_version(said) not in expected:
        raise FeedbackChangedMeanwhile("You have said something else about this since. Read it again.")
    return found


def _append(
    by: User, recommendation: Recommendation, item: RecommendationItem | None, now: dt.datetime, **said: Any
) -> RecommendationFeedback:
    """Add the row, count what counts now, and announce it."""
    before = queries.counted_feedback(recommendation, item=item, by=by)
    feedback = RecommendationFeedback.objects.create(
        recommendation=recommendation,
        item=item,
        submitted_by=by,
        submitted_by_role=by.role,
        submitted_at=_after_all_before(by, now),
        **said,
    )
    receptions.move(
        recommendation.assessment.role_id,
        was=before,
        becomes=queries.counted_feedback(recommendation, item=item, by=by),
    )
    action = "recommendation.feedback_withdrawn" if feedback.withdrawn else "recommendation.feedback"
    audit.record(
        by=by, action=action, resource_type="recommendation", resource_id=recommendation.pk,
        metadata={"feedback_id": str(feedback.pk), "acceptance_status": feedback.acceptance_status},
    )  # fmt: skip
    feedback_recorded.send(sender=None, recommendation_id=recommendation.pk, feedback_id=feedback.pk)
    return feedback


def _after_all_before(by: User, now: dt.datetime) -> dt.datetime:
    """When something is said, later than all that the same person said before: who had to wait came later, though they
    asked for the time earlier, and the newest word counts."""
    last = RecommendationFeedback.objects.filter(submitted_by=by).aggregate(at=Max("submitted_at"))["at"]
    return max(now, last + MOMENT) if last else now


def _named_item(recommendation: Recommendation, credential_id: uuid.UUID | None) -> RecommendationItem | None:
    if credential_id is None:
        return None
    item = recommendation.items.filter(credential_id=credential_id).first()
    if item is None:
        raise CredentialNotRecommended(
            "The recommendation does not name this credential.", details={"field": "credential_id"}
        )
    return item


def _meant(by: User, recommendation: Recommendation, acceptance: str) -> RecommendationItem | None:
    """What a student's word about the whole list is taken for."""
    if acceptance == Acceptance.ACCEPTED:
        return queries.meant_by_accepting(recommendation, by=by)
    return queries.meant_before(recommendation, by=by, lets_go=acceptance == Acceptance.REJECTED)


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
        _let_go(student, credential_id)


def _let_go_unless_accepted(student: User, credential_id: uuid.UUID) -> None:
    if not queries.is_accepted(credential_id, by=student):
        _let_go(student, credential_id)


def _let_go(student: User, credential_id: uuid.UUID) -> None:
    LearnerCredential.objects.filter(
        user=student,
        credential_id=credential_id,
        status=LearnerCredentialStatus.ACCEPTED,
        source=LearnerCredentialSource.FEEDBACK,
    ).delete()
