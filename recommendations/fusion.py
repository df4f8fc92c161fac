"""Ranking credentials by a confidence that is the exact sum of its visible parts.

Every part is a whole number of thousandths, so the sum is exact::

    confidence = gap_fit + retrieval + neighbours + feedback + diversity

    gap_fit    = weight * (1 - product over needed skills of (1 - trust * importance/5 * gain * reach))
    retrieval  = weight * score of recommendations.retrieval
    neighbours = weight * score of recommendations.knn
    feedback   = weight * Beta-shrunk acceptance rate of the credential
    diversity  = -DIVERSITY * largest overlap of its skills with a credential chosen before it

The weights add up to .95: no recommendation is certain. When a part is not available, its weight goes to
the others in proportion, and the weights used are returned.

*gain* is the part of a credential's step that the learner needs: from their level to the lower of the
credential's and the target, in units of ``FULL_STEP`` levels, at most 1. *reach* is 1 while the credential
ends at most ``REACH`` levels above the learner and falls by ``REACH_SLOPE`` a level beyond. So a credential
at or below the learner's level gives nothing, and one far above little. At an unchanged level a higher
target never lowers ``gap_fit``.

A credential with prerequisites that the learner neither holds nor comes near, by measured level or else by
their own word, gives way to the prerequisite if that one helps too; otherwise its fit is multiplied by
``UNPREPARED``. The fit of one that is not meant for the learner's role is multiplied by ``OTHER_ROLE``: it
teaches the skill on another role's examples.

Credentials are chosen greedily, as in maximal marginal relevance (Carbonell and Goldstein, 1998); a third one
for one primary skill waits while one for another skill has at least half its confidence, so that a single
large gap may fill the list. What was chosen is ranked by confidence; ties go to what was chosen first, that
is to the better fit, then to the key.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Final, NamedTuple

from recommendations.fits import Fits, Shape, overlap
from recommendations.gaps import Need

THOUSAND: Final = 1000
WEIGHTS: Final[Mapping[str, float]] = {
    "gap_fit": 0.45,
    "retrieval": 0.25,
    "neighbours": 0.15,
    "feedback": 0.10,
}
DIVERSITY: Final = 0.10
UNPREPARED: Final = 0.5
OTHER_ROLE: Final = 0.7
NEAR: Final = 0.5
LIMIT: Final = 5
PER_SKILL: Final = 2
WORTH_VARIETY: Final = 0.5
NOTHING: Final[frozenset[uuid.UUID]] = frozenset()


class Candidate(NamedTuple):
    """A credential that might be recommended: what it brings, and what is known for it (scores 0 to 1)."""

    credential_id: uuid.UUID
    key: str
    levels: Mapping[str, float]
    prerequisites: frozenset[uuid.UUID] = frozenset()
    retrieval: float = 0.0
    neighbours: float = 0.0
    feedback: float = 0.5
    for_role: bool = True


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a confidence; ``diversity`` is never positive."""

    gap_fit: Decimal
    retrieval: Decimal
    neighbours: Decimal
    feedback: Decimal
    diversity: Decimal

    @property
    def confidence(self) -> Decimal:
        """The sum of the parts, from 0 to 1."""
        return self.gap_fit + self.retrieval + self.neighbours + self.feedback + self.diversity


@dataclass(frozen=True, slots=True)
class Ranked:
    """A recommended credential: its parts, the needs it serves (the best served first), and the
    prerequisites that the learner neither holds nor comes near."""

    candidate: Candidate
    parts: Parts
    served: tuple[Need, ...]
    unmet: frozenset[uuid.UUID]


class _Scored(NamedTuple):
    candidate: Candidate
    shape: Shape
    served: tuple[Need, ...]
    unmet: frozenset[uuid.UUID]
    points: tuple[int, int, int, int]
    total: int

    @property
    def primary_skill(self) -> str:
        return self.served[0].skill_key


def weights_used(missing: Collection[str] = ()) -> dict[str, float]:
    """Return the weights with those of the ``missing`` parts given to the others in proportion."""
    present = {part: weight for part, weight in WEIGHTS.items() if part not in missing}
    scale = sum(WEIGHTS.values()) / sum(present.values())
    return {part: present.get(part, 0.0) * scale for part in WEIGHTS}


def fuse(
    needs: Sequence[Need],
    candidates: Sequence[Candidate],
    *,
    levels: Mapping[str, float],
    earned: Set[uuid.UUID] = frozenset(),
    stated: Mapping[str, float] | None = None,
    missing: Collection[str] = (),
    limit: int = LIMIT,
    weights: Mapping[str, float] | None = None,
) -> list[Ranked]:
    """Return the best credentials for the needs, the best first.

    ``levels`` are the learner's by skill key; credentials ``earned`` are left out and count as
    prerequisites met, and so do levels that the learner has only ``stated``; ``missing`` names the parts that
    are not available. Other ``weights`` of the parts may be given, to rank as was ranked before.
    """
    weights, known = weights_used(missing) if weights is None else weights, Fits(needs)
    fits = [0.0 if earned and one.credential_id in earned else known.of(one.levels) for one in candidates]
    useful = [(one, fit) for one, fit in zip(candidates, fits, strict=True) if fit > 0]
    reached = {**(stated or {}), **levels}
    before = _Before.among(candidates, useful)
    scored = []
    for candidate, fit in useful:
        unmet = before.unmet(candidate, reached, earned) if candidate.prerequisites else NOTHING
        if not (unmet and any(_stands_before(one, candidate, before.by_id) for one in unmet & before.useful)):
            scored.append(_score(candidate, known, fit, unmet, weights))
    return _pick(scored, limit)


@dataclass(frozen=True, slots=True)
class _Before:
    """The candidates by id, and which of them help; nothing where no candidate asks for what comes before it."""

    by_id: Mapping[uuid.UUID, Candidate]
    useful: Set[uuid.UUID]

    @staticmethod
    def among(candidates: Sequence[Candidate], useful: Sequence[tuple[Candidate, float]]) -> "_Before":
        if not any(one.prerequisites for one in candidates):
            return _Before({}, frozenset())
        return _Before(
            {one.credential_id: one for one in candidates}, {one.credential_id for one, _ in useful}
        )

    def unmet(
        self, candidate: Candidate, levels: Mapping[str, float], earned: Set[uuid.UUID]
    ) -> frozenset[uuid.UUID]:
        """The prerequisites whose known skills the learner is not near; retired ones are asked of nobody."""
        return frozenset(
            wanted
            for wanted in candidate.prerequisites - earned
            if wanted in self.by_id and not _near(levels, self.by_id[wanted].levels)
        )


def _near(levels: Mapping[str, float], reached: Mapping[str, float]) -> bool:
    measured = reached.keys() & levels.keys()
    return bool(measured) and all(levels[skill] >= reached[skill] - NEAR for skill in measured)


def _stands_before(
    prerequisite: uuid.UUID, candidate: Candidate, by_id: Mapping[uuid.UUID, Candidate]
) -> bool:
    """Whether the prerequisite can be taken first; it cannot where two credentials demand each other."""
    pending, seen = [prerequisite], {prerequisite}
    while pending:
        beyond = by_id[pending.pop()].prerequisites & by_id.keys()
        pending.extend(beyond - seen)
        seen |= beyond
    return candidate.credential_id not in seen


def _score(
    candidate: Candidate,
    known: Fits,
    fit: float,
    unmet: frozenset[uuid.UUID],
    weights: Mapping[str, float],
) -> _Scored:
    fit *= (UNPREPARED if unmet else 1.0) * (1.0 if candidate.for_role else OTHER_ROLE)
    points = (
        round(THOUSAND * weights["gap_fit"] * fit),
        round(THOUSAND * weights["retrieval"] * candidate.retrieval),
        round(THOUSAND * weights["neighbours"] * candidate.neighbours),
        round(THOUSAND * weights["feedback"] * candidate.feedback),
    )
    shape = known.shape(candidate.levels)
    return _Scored(candidate, shape, known.served(shape), unmet, points, sum(points))


def _pick(scored: Sequence[_Scored], limit: int) -> list[Ranked]:
    lines: dict[Shape, _Line] = {}
    for place, one in enumerate(sorted(scored, key=_order)):
        lines.setdefault(one.shape, _Line([])).waiting.append((place, one))
    for line in lines.values():
        line.waiting.reverse()
    taken: Counter[str] = Counter()
    picked: list[Ranked] = []
    while lines and len(picked) < limit:
        line = _best(lines.values(), taken)
        penalty, (_, one) = line.penalty, line.waiting.pop()
        picked.append(_ranked(one, penalty))
        taken[one.primary_skill] += 1
        if not line.waiting:
            del lines[one.shape]
        for other in lines.values():
            other.alike = max(other.alike, overlap(other.first.candidate.levels, one.candidate.levels))
    return sorted(picked, key=lambda ranked: -ranked.parts.confidence)


@dataclass(slots=True)
class _Line:
    """Those who lead to the same levels, each with its place in the order of ties, the first of them last: as they are
    ``alike`` to the same degree to what was chosen, it comes before the others whatever is taken off."""

    waiting: list[tuple[int, _Scored]]
    alike: float = 0.0

    @property
    def first(self) -> _Scored:
        return self.waiting[-1][1]

    @property
    def penalty(self) -> int:
        return min(self.first.total, round(THOUSAND * DIVERSITY * self.alike)) if self.alike else 0

    @property
    def rank(self) -> tuple[int, int]:
        """Of equals the first, since they wait in the order of ties."""
        return self.first.total - self.penalty, -self.waiting[-1][0]


def _best(lines: Collection[_Line], taken: Mapping[str, int]) -> _Line:
    """Return the line whose first comes next."""
    best = max(lines, key=_rank)
    fresh = (line for line in lines if taken.get(line.first.primary_skill, 0) < PER_SKILL)
    other = max(fresh, key=_rank, default=best)
    return other if other.rank[0] >= WORTH_VARIETY * best.rank[0] else best


_rank: Final = attrgetter("rank")


def _order(one: _Scored) -> tuple[int, int, str]:
    return -one.total, -one.points[0], one.candidate.key


def _ranked(one: _Scored, penalty: int) -> Ranked:
    gap, retrieval, neighbours, feedback = (Decimal(points) / THOUSAND for points in one.points)
    parts = Parts(gap, retrieval, neighbours, feedback, Decimal(-penalty) / THOUSAND)
    return Ranked(one.candidate, parts, one.served, one.unmet)
