"""What people said of recommendations, and what it makes likely."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import User
from microcred.compiled_queries import CompiledQuery
from microcred.content_hash import version_of
from microcred.pipelining import PipelinedQuery
from recommendations.enums import Acceptance
from recommendations.models import (
    CredentialReception,
    Recommendation,
    RecommendationFeedback,
    RecommendationItem,
)
from recommendations.priors import OwnVoice, Reception, Traits, Voices, own_voices
from recommendations.queries.results import get_visible
from recommendations.queries.signals import Offer, Offers


def counted_feedback(
    recommendation: Recommendation,
    *,
    item: RecommendationItem | None,
    by: User,
    besides: RecommendationFeedback | None = None,
) -> RecommendationFeedback | None:
    """Return the word of somebody that counts, or would without ``besides``: the newest about the credential on any
    list of the assessment, or without ``item`` about any of these lists as a whole. Making recommendations anew gives
    nobody a second voice."""
    said = RecommendationFeedback.objects.filter(
        recommendation__assessment=recommendation.assessment_id, submitted_by=by
    )
    rows = said.filter(item__credential=item.credential_id) if item else said.filter(item=None)
    rows = rows.exclude(pk=besides.pk) if besides else rows
    return rows.order_by("-submitted_at", "-pk").first()


def feedback_of(*, by: User, recommendation_id: uuid.UUID) -> list[RecommendationFeedback]:
    """Return what ``by`` has said about a recommendation and has not taken back, the newest first.

    Raises:
        RecommendationMissing: if it is not there or not for the caller to see.
    """
    recommendation = get_visible(by=by, recommendation_id=recommendation_id)
    rows = standing(RecommendationFeedback.objects.filter(recommendation=recommendation, submitted_by=by))
    return list(
        rows.filter(withdrawn=False).select_related("item", "taken_for").order_by("-submitted_at", "-pk")
    )


def said_by(by: User, *, assessment_id: uuid.UUID) -> dict[uuid.UUID | None, RecommendationFeedback]:
    """Return what of ``by`` counts about the credentials on any list of an assessment, by credential, and under None
    about these lists as a whole; what was taken back is left out. One query."""
    rows = RecommendationFeedback.objects.filter(recommendation__assessment=assessment_id, submitted_by=by)
    found: dict[uuid.UUID | None, RecommendationFeedback] = {}
    for row in rows.select_related("item", "taken_for").order_by("-submitted_at", "-pk"):
        found.setdefault(row.item.credential_id if row.item else None, row)
    return {about: row for about, row in found.items() if not row.withdrawn}


def feedback_version(said: Iterable[RecommendationFeedback]) -> str:
    """Return the version of what somebody says: a hash of what `feedback_of` returns."""
    return version_of([str(row.pk) for row in said])


def receptions(
    *, role_id: uuid.UUID, user_id: uuid.UUID, offers: Offers, among: Iterable[Offer] | None = None
) -> dict[uuid.UUID, Reception]:
    """Return what was said of the offers, or of those ``among`` them, for a learner and a role; those of which nobody
    spoke are left out.

    Reads the sums that are kept of everybody's feedback, and of single rows only those on the learner's own lists.
    """
    spoken = {row["credential_id"]: row for row in _SPOKEN.rows(role_id=role_id)}
    own = _own(user_id)
    if not own and not spoken:
        return {}
    chosen = [one.credential_id for one in among or offers.by_id.values()]
    # Without a word of the learner's own, only what others spoke of has a reception.
    chosen = [key for key in chosen if own or key in spoken]
    traits = _traits(offers, {*chosen, *(voice.key for voice in own)}) if own else {}
    found = {}
    for key in chosen:
        row, mine = spoken.get(key), own_voices(key, own, traits)
        reception = Reception(
            in_role=_voices(row, "role") if row else Voices(),
            elsewhere=_voices(row, "else") if row else Voices(),
            own=mine,
        )
        if reception != Reception():
            found[key] = reception
    return found


def reception_reads(*, role_id: uuid.UUID, user_id: uuid.UUID) -> list[PipelinedQuery[Any]]:
    """Return what `receptions` asks of every learner, to be pipelined with others."""
    return [_SPOKEN.read(role_id=role_id), _SAID.read(user_id=user_id)]


def _spoken(role_id: uuid.UUID) -> QuerySet[Any, Any]:
    in_role = Q(role_id=role_id)
    sums = CredentialReception.objects.order_by().values("credential_id")
    return sums.annotate(
        role_yes=Sum("accepted", filter=in_role, default=0),
        role_no=Sum("rejected", filter=in_role, default=0),
        else_yes=Sum("accepted", filter=~in_role, default=0),
        else_no=Sum("rejected", filter=~in_role, default=0),
    )


_SPOKEN: Final = CompiledQuery(_spoken, role_id=uuid.UUID)
_SAID: Final = CompiledQuery(
    lambda user_id: (
        RecommendationFeedback.objects.filter(recommendation__assessment__user=user_id)
        .order_by()
        .values_list("pk", flat=True)[:1]
    ),
    user_id=uuid.UUID,
)


def _traits(offers: Offers, keys: Iterable[Any]) -> dict[Any, Traits]:
    known = (offers.by_id[key] for key in keys if key in offers.by_id)
    return {one.credential_id: Traits(one.provider, one.hours, one.levels) for one in known}


def _voices(row: Any, where: str) -> Voices:
    return Voices(float(row[f"{where}_yes"]), float(row[f"{where}_no"]))


def _own(user_id: uuid.UUID) -> Sequence[OwnVoice]:
    """What was decided on the lists of one learner, by whomever."""
    if not _SAID.rows(user_id=user_id):
        return []
    said = RecommendationFeedback.objects.filter(recommendation__assessment__user=user_id)
    rows = said.order_by(
        "recommendation__assessment_id", "item__credential_id", "submitted_by_id", "-submitted_at", "-pk"
    )
    counted = rows.distinct("recommendation__assessment_id", "item__credential_id", "submitted_by_id")
    decided = RecommendationFeedback.objects.filter(pk__in=counted.values("pk"))
    decided = decided.exclude(acceptance_status=Acceptance.PENDING).order_by("pk")
    of_items = decided.filter(item__isnull=False).values_list("item__credential_id", "acceptance_status")
    voices = [OwnVoice(key, status == Acceptance.ACCEPTED) for key, status in of_items]
    of_lists = decided.filter(item__isnull=True).annotate(listed=Count("recommendation__items"))
    for row in of_lists.prefetch_related("recommendation__items"):
        accepted = row.acceptance_status == Acceptance.ACCEPTED
        voices += [
            OwnVoice(item.credential_id, accepted, 1 / row.listed)
            for item in sorted(row.recommendation.items.all(), key=lambda item: item.position)
        ]
    return voices


def standing(rows: QuerySet[RecommendationFeedback]) -> QuerySet[RecommendationFeedback]:
    """Of several by one person about the same thing, the newest."""
    newest = rows.order_by("recommendation_id", "item_id", "submitted_by_id", "-submitted_at", "-pk")
    newest = newest.distinct("recommendation_id", "item_id", "submitted_by_id")
    return RecommendationFeedback.objects.filter(pk__in=newest.values("pk"))
