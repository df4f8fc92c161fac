"""A recommendation run as it is worked out, before it is stored."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recommendations.fusion import Parts
from recommendations.gaps import SkillGap
from recommendations.rationale import CredentialFacts, RunFacts
from recommendations.retrieval import Passage


@dataclass(frozen=True, slots=True)
class DraftItem:
    """A credential to recommend, with the passages found for it, the nearest first; ``rationale`` is put into words
    from ``facts`` and passages by `recommendations.wording`."""

    credential_id: uuid.UUID
    title: str
    parts: Parts
    rationale: str = ""
    passages: tuple[Passage, ...] = ()
    facts: CredentialFacts | None = None


@dataclass(frozen=True, slots=True)
class Embedding:
    """Which provider and model made the vectors that were compared."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole run: items in order, the profile it rests on, and which parts it goes without.

    ``parameters`` and ``metrics`` are stored as they are; ``embedding`` is None when nothing was searched.
    ``inputs`` is what the ranking was made from, for the decision record (`recommendations.ranking_record`);
    ``summary`` is put into words from ``about``.
    """

    profile: tuple[SkillGap, ...]
    items: tuple[DraftItem, ...] = ()
    missing: tuple[str, ...] = ()
    embedding: Embedding | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    about: RunFacts | None = None
    summary: str = ""

    @property
    def sources(self) -> list[Passage]:
        """Every passage of every item, the nearest first; the place, from 1, is what sentences cite it by."""
        passages = [passage for item in self.items for passage in item.passages]
        return sorted(passages, key=lambda one: (-one.similarity, one.source_uri, one.start))

    @property
    def levels(self) -> dict[str, float]:
        """The measured levels by skill key."""
        return {line.skill_key: line.level for line in self.profile if line.level is not None}
