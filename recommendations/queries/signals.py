"""What is known of credentials, learners and feedback when a recommendation is made."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q

from catalog import queries as catalog
from recommendations.enums import Acceptance
from recommendations.models import LearnerCredential, LearnerProfile, RecommendationFeedback
from recommendations.priors import acceptance_rate
from recommendations.profiles import Learner

MAX_LEARNERS = 5000


@dataclass(frozen=True, slots=True)
class Offer:
    """An active credential: what it brings (levels by skill key), what it takes, what comes before it, and
    the roles that it is meant for."""

    credential_id: uuid.UUID
    key: str
    title: str
    provider: str
    hours: int
    levels: Mapping[str, float]
    prerequisites: frozenset[uuid.UUID]
    role_ids: frozenset[uuid.UUID]


def offers() -> list[Offer]:
    """Return every active credential, by title."""
    return [
        Offer(
            credential_id=row.pk,
            key=row.key,
            title=row.title,
            provider=row.provider,
            hours=row.hours,
            levels={brought.skill.key: float(brought.level) for brought in row.credential_skills.all()},
            prerequisites=frozenset(before.pk for before in row.prerequisites.all()),
            role_ids=frozenset(role.pk for role in row.roles.all()),
        )
        for row in catalog.credentials().prefetch_related("prerequisites", "roles")
    ]


def earned(user_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Return the credentials that the user has taken up or completed."""
    return frozenset(
        LearnerCredential.objects.filter(user_id=user_id).values_list("credential_id", flat=True)
    )


def learners(*, role_id: uuid.UUID, other_than: uuid.UUID) -> list[Learner]:
    """Return the newest learners for the role who hold a credential, one user left out; at most 5000."""
    rows = (
        LearnerProfile.objects.filter(role_id=role_id)
        .exclude(user_id=other_than)
        .annotate(
            held=ArrayAgg(
                "user__learner_credentials__credential_id",
                filter=Q(user__learner_credentials__isnull=False),
                default=[],
            )
        )
        .exclude(held=[])
        .order_by("-recorded_at", "-pk")
        .values_list("levels", "held")[:MAX_LEARNERS]
    )
    return [Learner(levels, frozenset(held)) for levels, held in rows]


def acceptance_rates() -> dict[uuid.UUID, float]:
    """Return the shrunk acceptance rate of every credential that somebody accepted or rejected."""
    newest = RecommendationFeedback.objects.order_by(
        "recommendation_id", "item_id", "submitted_by_id", "-submitted_at", "-pk"
    ).distinct("recommendation_id", "item_id", "submitted_by_id")
    decided = RecommendationFeedback.objects.filter(pk__in=newest.values("pk")).order_by()
    decided = decided.exclude(acceptance_status=Acceptance.PENDING)
    voices: defaultdict[uuid.UUID, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    of_items = decided.filter(item__isnull=False).values_list("item__credential_id", "acceptance_status")
    for credential_id, status, number in of_items.annotate(voices=Count("pk")):
        voices[credential_id][status] += number
    of_lists = decided.filter(item__isnull=True, recommendation__items__isnull=False)
    listed = of_lists.annotate(listed=ArrayAgg("recommendation__items__credential_id"))
    for credential_ids, status in listed.values_list("listed", "acceptance_status"):
        for credential_id in credential_ids:
            voices[credential_id][status] += 1 / len(credential_ids)
    return {
        credential_id: acceptance_rate(said[Acceptance.ACCEPTED], said[Acceptance.REJECTED])
        for credential_id, said in voices.items()
    }
