"""The smallest single change that would put another credential first.

Two kinds of change are tried, in this order: one score that might be another (a criterion some levels up or down, a
closed question from its points to all or none), and one measured skill level some way up or down. Each kind is tried
by how far it moves the skill levels in all, the smallest move first.

A change is looked at with the ranking engine itself (``fuse``), with the neighbours and the relevances that the run
found; what looks as if it changed the first credential is then worked out in full by whoever asks, and counts only if
that agrees. At most ``MOST_LOOKED_AT`` changes are looked at and ``MOST_VERIFIED`` worked out.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final, Literal

from recommendations.fusion import Candidate, fuse
from recommendations.gaps import MAX_LEVEL, Target, find_needs
from recommendations.retrieval import search_queries

MOST_LOOKED_AT: Final = 160
MOST_VERIFIED: Final = 6
MOST_RANKED: Final = 400
SKILL_STEPS: Final = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)

Kind = Literal["criterion", "question", "skill"]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that might be otherwise: ``words`` say what, as the subject of a sentence; ``levels`` are the skill
    levels (0 to 5 by key) that follow, ``moved`` is how far they move in all."""

    kind: Kind
    words: str
    levels: Mapping[str, float]
    moved: float
    position: int | None = None
    criterion: str = ""
    skill: str = ""
    was: str = ""
    becomes: str = ""


@dataclass(frozen=True, slots=True)
class TopChangeFound:
    """A change, and the credential that comes first after it."""

    change: Change
    first: uuid.UUID


@dataclass(frozen=True, slots=True)
class Explored:
    """What came of it: the change that was found, if any, how many were looked at, and whether the run in effect could
    be worked out again at all; it cannot once what it rests on has moved."""

    flip: TopChangeFound | None
    looked_at: int
    is_comparable: bool = True


@dataclass(frozen=True, slots=True)
class Screen:
    """A ranking that can be made again for other levels; ``relevances`` are those of each credential's most relevant
    passage, by skill, as they were found."""

    targets: Sequence[Target]
    candidates: Sequence[Candidate]
    relevances: Mapping[str, Mapping[uuid.UUID, float]]
    earned: Set[uuid.UUID]
    stated: Mapping[str, float]
    contested: Set[str]
    unavailable: Sequence[str]

    def first(self, levels: Mapping[str, float]) -> uuid.UUID | None:
        """Return the credential that these levels put first."""
        needs = find_needs(self.targets, levels, self.contested)
        shares = {query.skill_key: query.share for query in search_queries(needs)}
        candidates = [one._replace(retrieval=self._retrieval(one, shares)) for one in self.candidates]
        ranked = fuse(
            needs, candidates, levels=levels, earned=self.earned, stated=self.stated, missing=self.unavailable
        )
        return ranked[0].candidate.credential_id if ranked else None

    def _retrieval(self, candidate: Candidate, shares: Mapping[str, float]) -> float:
        """Return the retrieval score of `recommendations.retrieval` for other shares of the needs."""
        found = (
            share * self.relevances.get(skill, {}).get(candidate.credential_id, 0.0)
            for skill, share in shares.items()
        )
        return max(found, default=0.0)


def skill_changes(targets: Sequence[Target], levels: Mapping[str, float]) -> Iterator[Change]:
    """Every measured level of a skill of the role some way up or down, the shortest way first."""
    for step in SKILL_STEPS:
        for target in targets:
            level = levels.get(target.skill_key)
            if level is None:
                continue
            for other in (level + step, level - step):
                if 0.0 <= other <= MAX_LEVEL:
                    yield _skill_change(target, level, other, levels)


def relevant(candidates: Sequence[Candidate], targets: Sequence[Target]) -> list[Candidate]:
    """Return the candidates that bring a skill of the role, and at most ``MOST_RANKED``: those best known first."""
    skills = {target.skill_key for target in targets}
    bringing = [one for one in candidates if not skills.isdisjoint(one.levels)]
    if len(bringing) <= MOST_RANKED:
        return bringing
    return sorted(bringing, key=lambda one: (-one.retrieval - one.neighbours - one.feedback, one.key))[
        :MOST_RANKED
    ]


def first_flip(
    changes: Iterable[Change],
    *,
    standing: uuid.UUID,
    look: Callable[[Mapping[str, float]], uuid.UUID | None],
    work_out: Callable[[Mapping[str, float]], uuid.UUID | None],
) -> tuple[TopChangeFound | None, int]:
    """Return the first change after which another credential than ``standing`` comes first, and how many were looked
    at. ``look`` is the screen, ``work_out`` the whole engine, whose word counts."""
    verified = looked = 0
    for change in changes:
        if looked == MOST_LOOKED_AT or verified == MOST_VERIFIED:
            break
        looked += 1
        if look(change.levels) in (None, standing):
            continue
        verified += 1
        first = work_out(change.levels)
        if first is not None and first != standing:
            return TopChangeFound(change, first), looked
    return None, looked


def _skill_change(target: Target, level: float, other: float, levels: Mapping[str, float]) -> Change:
    return Change(
        kind="skill",
        words=f"A level of {other:.2f} instead of {level:.2f} in {target.skill_name}",
        levels={**levels, target.skill_key: other},
        moved=abs(other - level),
        skill=target.skill_key,
        was=f"{level:.2f}",
        becomes=f"{other:.2f}",
    )
