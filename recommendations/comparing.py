"""Whom a learner is compared with: those of a like profile, and, by what they hold, all who hold something."""

import uuid
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from recommendations import queries
from recommendations.collaborative.serving import HistoryScores, mixed
from recommendations.knn import Neighbourhood
from recommendations.queries import BlendInUse


@dataclass(frozen=True)
class Compared:
    """The neighbours by profile, None while there are too few learners for the role; and what the learned blend says of
    the credentials ``held``, None while it is off or knows none of them. What the learner has only ``claimed`` is
    compared with nobody."""

    around: Neighbourhood | None
    held: Sequence[uuid.UUID]
    claimed: Set[uuid.UUID]
    blend: BlendInUse
    said: HistoryScores[uuid.UUID] | None

    @property
    def is_known(self) -> bool:
        """Whether there is anybody to compare with."""
        return self.around is not None or self.said is not None

    @cached_property
    def earned(self) -> frozenset[uuid.UUID]:
        """What the learner holds, or says that they do."""
        return frozenset(self.held) | self.claimed

    def score(self, credential_id: uuid.UUID) -> float:
        """The score of a credential, from 0 to 1."""
        by_profile = self.around.scores.get(credential_id, 0.0) if self.around else 0.0
        if self.said is None:
            return by_profile
        return mixed(by_profile, self.said.score(credential_id), self.said.share)

    @property
    def sizes(self) -> dict[str, int] | None:
        """How many neighbours by profile there are, of how many learners."""
        return {"size": self.around.size, "learners": self.around.learners} if self.around else None

    @property
    def told(self) -> Mapping[str, Any]:
        """What is said of the comparison by credentials: how many learners it rests on, how many it takes to be
        switched on, how many of the learner's credentials it knows and how much that counts."""
        return {
            "on": self.blend.served is not None,
            "learners": self.blend.learners,
            "needed": self.blend.needed,
            "known": self.said.known if self.said else 0,
            "share": self.said.share if self.said else 0.0,
        }


def compare(*, levels: Mapping[str, float], role_id: uuid.UUID, user_id: uuid.UUID) -> Compared:
    """Compare a learner with all others."""
    held, blend = queries.history_of(user_id), queries.blend_in_use()
    said = blend.served.ask(held) if blend.served and held else None
    return Compared(
        around=queries.neighbours(levels, role_id=role_id, other_than=user_id),
        held=held,
        claimed=queries.claimed_by(user_id),
        blend=blend,
        said=said if said and said.known else None,
    )
