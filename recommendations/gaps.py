"""From a skill profile and a role's targets to a ranked list of needs.

A gap is what the role asks for minus what was measured, never less than nothing, on the scale 0 to 5. A
need weighs its gap times the importance of the skill for the role (1 to 5). The level is the mean of the posterior of
scoring/profile.py, which is drawn towards the middle while little is known, so that few answers make no extreme gap.

A level that the student contests counts ``CONTESTED`` times as much until a person has checked it: the evidence is
discounted by half and the target stands, as a power prior weighs data that are in doubt (Ibrahim and Chen, "Power
prior distributions for regression models", 2000).

A gap below ``NEGLIGIBLE_GAP`` is taken for none. Someone who meets every target gets *stretch* needs: one level above
what they have. Someone of whom nothing could be measured gets *assumed* needs: one level below every target, and is
told so. A skill that was not measured beside others that were is no need, because nothing is known of it.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final, Literal

MAX_LEVEL: Final = 5.0
MAX_IMPORTANCE: Final = 5
STEP: Final = 1.0
# Half of what the levels of one assessment are usually off by, and what answering everything right may leave of a gap
# where few questions were about a skill.
NEGLIGIBLE_GAP: Final = 0.3
CONTESTED: Final = 0.5

Basis = Literal["measured", "stretch", "assumed"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a role asks of a skill: a level (0 to 5), and how much it matters (1 to 5)."""

    skill_key: str
    skill_name: str
    level: float
    importance: int


@dataclass(frozen=True, slots=True)
class SkillGap:
    """A line of the profile: ``level`` is None where the skill was not measured, and then so is ``gap``."""

    skill_key: str
    skill_name: str
    level: float | None
    target: float
    gap: float | None


@dataclass(frozen=True, slots=True)
class Need:
    """Something to learn: from ``level`` to ``target``; ``basis`` says where ``level`` comes from.

    ``trust`` is 1, or less while the level is contested.
    """

    skill_key: str
    skill_name: str
    level: float
    target: float
    importance: int
    basis: Basis
    trust: float = 1.0

    @property
    def gap(self) -> float:
        """Levels between where the learner is and where they should be."""
        return max(0.0, self.target - self.level)

    @property
    def weight(self) -> float:
        """The gap times the importance and the trust; what needs are ranked by."""
        return self.gap * self.importance * self.trust


def compare(targets: Sequence[Target], levels: Mapping[str, float]) -> list[SkillGap]:
    """Set the measured ``levels`` (by skill key) beside the ``targets``, in the order of the targets."""
    return [
        SkillGap(target.skill_key, target.skill_name, level, target.level, gap)
        for target in targets
        for level in [levels.get(target.skill_key)]
        for gap in [None if level is None else max(0.0, target.level - level)]
    ]


def find_needs(
    targets: Sequence[Target], levels: Mapping[str, float], contested: Set[str] = frozenset()
) -> list[Need]:
    """Return what the learner needs, the heaviest need first, equal ones by skill key.

    The level of a ``contested`` skill (by key) is trusted less.
    """
    measured = [target for target in targets if target.skill_key in levels]
    if not measured:
        needs = [_need(target, max(0.0, target.level - STEP), target.level, "assumed") for target in targets]
    else:
        needs = [_need(target, levels[target.skill_key], target.level, "measured") for target in measured]
        if all(need.gap < NEGLIGIBLE_GAP for need in needs):
            needs = [_stretched(target, levels[target.skill_key]) for target in measured]
    wanted = [
        replace(need, trust=CONTESTED) if need.skill_key in contested else need
        for need in needs
        if need.gap >= NEGLIGIBLE_GAP
    ]
    return sorted(wanted, key=lambda need: (-need.weight, need.skill_key))


def _stretched(target: Target, level: float) -> Need:
    return _need(target, level, min(MAX_LEVEL, level + STEP), "stretch")


def _need(target: Target, level: float, goal: float, basis: Basis) -> Need:
    return Need(target.skill_key, target.skill_name, level, goal, target.importance, basis)
