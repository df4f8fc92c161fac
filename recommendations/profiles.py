"""What is remembered of a past learner."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Learner:
    """A past learner: levels (0 to 5) by skill key, and the credentials taken up or completed.

    ``profile_id`` and ``as_of`` say which stored profile it is, and from when.
    """

    levels: Mapping[str, float]
    credentials: frozenset[uuid.UUID]
    profile_id: uuid.UUID | None = None
    as_of: dt.datetime | None = None
