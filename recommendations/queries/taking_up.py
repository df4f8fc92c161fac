"""What students have taken up, and which credential their word about a whole list is taken for."""

import datetime as dt
import uuid
from dataclasses import dataclass

from accounts.models import User
from recommendations.enums import Acceptance, LearnerCredentialStatus
from recommendations.models import (
    LearnerCredential,
    Recommendation,
    RecommendationFeedback,
    RecommendationItem,
)
from recommendations.queries.feedback import counted_feedback, standing_feedback


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A credential that somebody has taken up and not completed, as the catalog calls it, and since when."""

    credential_id: uuid.UUID
    title: str
    accepted_at: dt.datetime


def taken_up(user_id: uuid.UUID) -> list[TakenUp]:
    """Return what somebody has taken up, the latest first."""
    rows = LearnerCredential.objects.filter(user=user_id, status=LearnerCredentialStatus.ACCEPTED)
    told = rows.order_by("-recorded_at", "-pk").values_list(
        "credential_id", "credential__title", "recorded_at"
    )
    return [TakenUp(*row) for row in told]


def meant_by_accepting(recommendation: Recommendation, *, by: User) -> RecommendationItem | None:
    """Return what a student takes up who accepts a list and names no credential; None where nothing is left to take up.

    The first that they have taken up already, so that accepting again sets nothing more; else the first that is still
    offered and that they have neither completed nor turned down.
    """
    listed = list(recommendation.items.select_related("credential").order_by("position"))
    held = dict(LearnerCredential.objects.filter(user=by).values_list("credential_id", "status"))
    taken_up = [one for one in listed if held.get(one.credential_id) == LearnerCredentialStatus.ACCEPTED]
    if taken_up:
        return taken_up[0]
    offered = (one for one in listed if one.credential.active and one.credential_id not in held)
    return next((one for one in offered if not _said(one, by, Acceptance.REJECTED)), None)


def meant_before(
    recommendation: Recommendation, *, by: User, lets_go: bool = False
) -> RecommendationItem | None:
    """Return what a student's word about the list was taken for last, if they have not let go of it since.

    What they have accepted by its name besides is not let go of with the list.
    """
    before = standing_feedback(recommendation, item=None, by=by)
    if before is None or before.taken_for is None or _ends(before):
        return None
    return None if lets_go and _said(before.taken_for, by, Acceptance.ACCEPTED) else before.taken_for


def _ends(said: RecommendationFeedback) -> bool:
    return said.withdrawn or said.acceptance_status == Acceptance.REJECTED


def _said(item: RecommendationItem, by: User, acceptance: Acceptance) -> bool:
    """Whether this is their word about the credential itself."""
    word = counted_feedback(item.recommendation, item=item, by=by)
    return word is not None and word.acceptance_status == acceptance
