"""What is remembered of a past learner."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Learner:
    """A past learner: levels (0 to 5) by skill key, and the credentials taken up or completed."""

    levels: Mapping[str, float]
    credentials: frozenset[uuid.UUID]
