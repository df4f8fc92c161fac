"""What is known of credentials, learners and feedback when a recommendation is made."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from catalog import queries as catalog
from recommendations.models import LearnerCredential, LearnerProfile
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
        .values_list("levels", "held", "pk", "recorded_at")[:MAX_LEARNERS]
    )
    return [Learner(levels, frozenset(held), pk, as_of) for levels, held, pk, as_of in rows]
