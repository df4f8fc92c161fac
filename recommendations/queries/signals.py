"""What is known of credentials, learners and feedback when a recommendation is made."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog import queries as catalog
from microcred.single_flight import SingleFlightCache
from recommendations.fits import Shape, shape_of
from recommendations.models import LearnerCredential
from recommendations.queries.claims import claimed_by


@dataclass(frozen=True, slots=True)
class Offer:
    """An active credential: what it brings (levels by skill key), what it takes, what comes before it, the roles that
    it is meant for, and the language that it is taught in, where that is not English."""

    credential_id: uuid.UUID
    key: str
    title: str
    provider: str
    hours: int
    levels: Mapping[str, float]
    prerequisites: frozenset[uuid.UUID]
    role_ids: frozenset[uuid.UUID]
    language: str = ""


@dataclass(frozen=True, slots=True)
class Offers:
    """Every active credential in the order of titles, and by its id; where each comes in that order; and the places of
    those that bring a skill, by its key."""

    listed: tuple[Offer, ...]
    by_id: Mapping[uuid.UUID, Offer]
    places: Mapping[uuid.UUID, int]
    bringing: Mapping[str, tuple[int, ...]]
    titles: tuple[str, ...]

    @staticmethod
    def of(listed: Sequence[Offer]) -> "Offers":
        """Return these offers, which are in order."""
        bringing: dict[str, list[int]] = {}
        for place, offer in enumerate(listed):
            for skill in offer.levels:
                bringing.setdefault(skill, []).append(place)
        return Offers(
            listed=tuple(listed),
            by_id={offer.credential_id: offer for offer in listed},
            places={offer.credential_id: place for place, offer in enumerate(listed)},
            bringing={skill: tuple(found) for skill, found in bringing.items()},
            titles=tuple(offer.title for offer in listed),
        )

    def that_bring(self, skills: Iterable[str]) -> list[Offer]:
        """Return the offers that bring any of these skills, each once, in order."""
        places = {place for skill in skills for place in self.bringing.get(skill, ())}
        return [self.listed[place] for place in sorted(places)]

    def with_what_comes_before(self, chosen: Sequence[Offer]) -> list[Offer]:
        """Return these offers, which are in order, and everything that is to be done before one of them, in order."""
        if not any(one.prerequisites for one in chosen):
            return list(chosen)
        found = {offer.credential_id: offer for offer in chosen}
        pending = list(found.values())
        while pending:
            for before in pending.pop().prerequisites:
                if before in self.by_id and before not in found:
                    found[before] = self.by_id[before]
                    pending.append(found[before])
        return [found[key] for key in sorted(found, key=self.places.__getitem__)]


_offers: Final[SingleFlightCache[str, Offers]] = SingleFlightCache(2)


def offers(version: str | None = None) -> Offers:
    """Return every active credential; what was read of an unchanged catalog is kept, by its ``version`` if known."""
    return _offers.get(version or catalog.catalog_version(), _read_offers)


def _read_offers() -> Offers:
    # One mapping for all that lead to the same levels, so that these are looked at once.
    same: dict[Shape, dict[str, float]] = {}
    return Offers.of(
        [
            Offer(
                credential_id=row.pk,
                key=row.key,
                title=row.title,
                provider=row.provider,
                hours=row.hours,
                levels=same.setdefault(shape_of(levels), levels),
                prerequisites=frozenset(before.pk for before in row.prerequisites.all()),
                role_ids=frozenset(role.pk for role in row.roles.all()),
                language=catalog.other_language(row.language),
            )
            for row in catalog.credentials().prefetch_related("prerequisites", "roles")
            for levels in [{one.skill.key: float(one.level) for one in row.credential_skills.all()}]
        ]
    )


def earned(user_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Return the credentials that the user has taken up or completed, or says that they hold."""
    taken = LearnerCredential.objects.filter(user_id=user_id).values_list("credential_id", flat=True)
    return frozenset(taken) | claimed_by(user_id)
