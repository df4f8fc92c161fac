"""What students have taken up, and which credential their word about a whole list is taken for."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import User
from recommendations.enums import Acceptance, LearnerCredentialStatus
from recommendations.models import (
    LearnerCredential,
    Recommendation,
    RecommendationFeedback,
    RecommendationItem,
)
from recommendations.queries.claims import claimed_by
from recommendations.queries.feedback import counted_feedback


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A credential that somebody has taken up and not completed, as the catalog calls it, and since when."""

    credential_id: uuid.UUID
    title: str
    accepted_at: dt.datetime


def taken_up(user_id: uuid.UUID) -> list[TakenUp]:
    """Return what somebody has taken up and does not say to hold already, the latest first."""
    rows = LearnerCredential.objects.filter(user=user_id, status=LearnerCredentialStatus.ACCEPTED)
    rows = rows.exclude(credential__in=claimed_by(user_id))
    told = rows.order_by("-recorded_at", "-pk").values_list(
        "credential_id", "credential__title", "recorded_at"
    )
    return [TakenUp(*row) for row in told]


def meant_by_accepting(recommendation: Recommendation, *, by: User) -> RecommendationItem | None:
    """Return what a student takes up who accepts a list and names no credential; None where nothing is left to take up.

    What their word about a list of this assessment was taken for, or the first that they have taken up already, so that
    accepting again sets nothing more; else the first that is still offered and that they have neither completed nor
    turned down.
    """
    before = meant_before(recommendation, by=by)
    listed = list(recommendation.items.select_related("credential").order_by("position"))
    held = dict(LearnerCredential.objects.filter(user=by).values_list("credential_id", "status"))
    held |= dict.fromkeys(claimed_by(by.pk), LearnerCredentialStatus.COMPLETED.value)
    if before is not None and held.get(before.credential_id) == LearnerCredentialStatus.ACCEPTED:
        return before
    taken_up = [one for one in listed if held.get(one.credential_id) == LearnerCredentialStatus.ACCEPTED]
    if taken_up:
        return taken_up[0]
    offered = (one for one in listed if one.credential.active and one.credential_id not in held)
    return next((one for one in offered if not _said(one, by, Acceptance.REJECTED)), None)


def meant_before(
    recommendation: Recommendation, *, by: User, lets_go: bool = False
) -> RecommendationItem | None:
    """Return what a student's word about the lists of this assessment was taken for last, if they have not let go of it
    since.

    What they have accepted by its name besides, or with the list of another assessment, is not let go of with the list.
    """
    before = counted_feedback(recommendation, item=None, by=by)
    if before is None or before.taken_for is None or _ends(before):
        return None
    meant = before.taken_for
    return None if lets_go and is_accepted(meant.credential_id, by=by, besides=recommendation) else meant


def accepted_with_list(item: RecommendationItem, *, by: User) -> RecommendationFeedback | None:
    """Return the word about the lists of the assessment by which a student accepts this credential, if it counts."""
    word = counted_feedback(item.recommendation, item=None, by=by)
    if word is None or word.taken_for is None or word.acceptance_status != Acceptance.ACCEPTED:
        return None
    return word if word.taken_for.credential_id == item.credential_id else None


def is_accepted(credential_id: uuid.UUID, *, by: User, besides: Recommendation | None = None) -> bool:
    """Return whether a word of a student that counts accepts a credential, by its name or as what a word about a list
    is taken for, on whichever assessment; not if they turned it down by its name since. Words about lists of the
    assessment of ``besides`` as a whole are left aside.

    To say that one is undecided neither takes up a credential nor lets go of it, so what was decided before it stands.
    """
    named = Q(item__credential=credential_id, withdrawn=False)
    with_lists = Q(taken_for__credential=credential_id, acceptance_status=Acceptance.ACCEPTED)
    decisive = _decided(by).filter(named | with_lists)
    if besides is not None:
        decisive = decisive.exclude(item=None, recommendation__assessment=besides.assessment_id)
    newest = decisive.order_by("-submitted_at", "-pk").first()
    return newest is not None and newest.acceptance_status != Acceptance.REJECTED


def accepted_since(credential_id: uuid.UUID, *, by: User) -> dt.datetime | None:
    """Return when a student said that they take a credential up, None unless a word of theirs accepts it."""
    if not is_accepted(credential_id, by=by):
        return None
    about = Q(item__credential=credential_id) | Q(taken_for__credential=credential_id)
    words = _decided(by).filter(about, acceptance_status=Acceptance.ACCEPTED)
    return words.order_by("-submitted_at", "-pk").values_list("submitted_at", flat=True).first()


def _ends(said: RecommendationFeedback) -> bool:
    return said.withdrawn or said.acceptance_status == Acceptance.REJECTED


def _decided(by: User) -> QuerySet[RecommendationFeedback]:
    """What somebody decided or took back: of each credential, and of lists as a whole, the newest on each assessment
    that was not undecided."""
    about = ("recommendation__assessment_id", "item__credential_id")
    undecided = Q(acceptance_status=Acceptance.PENDING, withdrawn=False)
    said = RecommendationFeedback.objects.filter(~undecided, submitted_by=by)
    newest = said.order_by(*about, "-submitted_at", "-pk").distinct(*about)
    return RecommendationFeedback.objects.filter(pk__in=newest.values("pk"))


def _said(item: RecommendationItem, by: User, acceptance: Acceptance) -> bool:
    """Whether this is their word about the credential itself."""
    word = counted_feedback(item.recommendation, item=item, by=by)
    return word is not None and word.acceptance_status == acceptance
