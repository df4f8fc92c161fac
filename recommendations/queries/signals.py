"""What is known of credentials, learners and feedback when a recommendation is made."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog import queries as catalog
from recommendations.models import LearnerCredential


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


def offers() -> Sequence[Offer]:
    """Return every active credential, by title; what was read of an unchanged catalog is kept."""
    return _offers(catalog.catalog_version())


@lru_cache(maxsize=2)
def _offers(version: str) -> Sequence[Offer]:
    return tuple(
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
    )


def earned(user_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Return the credentials that the user has taken up or completed."""
    return frozenset(
        LearnerCredential.objects.filter(user_id=user_id).values_list("credential_id", flat=True)
    )
