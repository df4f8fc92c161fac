"""From scores to skill levels with their uncertainty.

Each scored question or criterion ``i`` that measures a skill brings a fraction ``f_i`` of
its maximum and a weight ``w_i``. The share of the skill that a student masters gets a Beta
distribution, the conjugate prior of success and failure counts with fractions allowed:

* ``alpha = 1 + sum(w_i f_i) + s``
* ``beta  = 1 + sum(w_i (1 - f_i)) + (1 - s)``

The ones are the uniform prior. What students say of themselves adds one pseudo-observation,
however often they say it: ``s`` is the mean of their stated levels divided by 5; without a
word of theirs the ``s`` terms are left out. The level is ``5 mean`` and its deviation
``5 sd`` of the distribution, on the scale from 0 (none) to 5 (expert).

A level that a person corrected counts in place of the posterior's. It is held as surely as
``CHECKED_WEIGHT`` observations would make it, which is half a level in the middle of the
scale: ``alpha = W m``, ``beta = W (1 - m)`` for the level ``5 m``.

Sources: A. Gelman et al., Bayesian Data Analysis, 3rd ed., sections 2.1-2.4; fractional
counts as in A. Josang and R. Ismail, "The Beta Reputation System", 2002.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt
from typing import Final

from scoring.rules.profile import Signal

TOP_LEVEL: Final = 5.0
CHECKED_WEIGHT: Final = 24.0


@dataclass(frozen=True, slots=True)
class SkillEvidence:
    """One scored question or criterion that measures `skill`: `fraction` of its maximum
    reached, in [0, 1], with a `weight` above 0. `source` says which one it is."""

    skill: str
    fraction: float
    weight: float
    source: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.fraction <= 1.0:
            raise ValueError("a fraction lies between 0 and 1")
        if not self.weight > 0.0:
            raise ValueError("a weight is above 0")


@dataclass(frozen=True, slots=True)
class SkillEstimate:
    """What is known of one skill: `level` and `deviation` on the scale 0 to 5, the Beta
    distribution behind them, and how much scored evidence there is. `self_reported` is the
    mean level the student stated, or None. An estimate with ``observations`` 0 rests on the
    student's word alone."""

    skill: str
    level: float
    deviation: float
    alpha: float
    beta: float
    weight: float
    observations: int
    self_reported: float | None
    sources: tuple[str, ...]


def skill_profile(
    evidence: Iterable[SkillEvidence], signals: Iterable[Signal] = ()
) -> tuple[SkillEstimate, ...]:
    """One estimate per skill that has evidence or a signal, sorted by skill.

    The order of the arguments makes no difference, to the last bit.
    """
    by_skill: dict[str, list[SkillEvidence]] = {}
    stated: dict[str, list[float]] = {}
    for item in evidence:
        by_skill.setdefault(item.skill, []).append(item)
    for signal in signals:
        stated.setdefault(signal.skill, []).append(min(max(signal.level, 0.0), TOP_LEVEL))
    return tuple(
        _estimate(skill, by_skill.get(skill, []), stated.get(skill, []))
        for skill in sorted(by_skill.keys() | stated.keys())
    )


def corrected(estimates: Sequence[SkillEstimate], levels: Mapping[str, float]) -> tuple[SkillEstimate, ...]:
    """The same estimates, with the ``levels`` (by skill) that a person found in place of theirs."""
    return tuple(_checked(one, levels[one.skill]) if one.skill in levels else one for one in estimates)


def self_reported_level(level: float) -> float:
    """The level that a student stated, from the level of an estimate that rests on nothing else.

    Without evidence the mean is ``(1 + s) / 3``, so that ``5 s = 3 level - 5``.
    """
    return min(max(3.0 * level - TOP_LEVEL, 0.0), TOP_LEVEL)


def _checked(estimate: SkillEstimate, level: float) -> SkillEstimate:
    mean = level / TOP_LEVEL
    return replace(
        estimate,
        level=level,
        deviation=TOP_LEVEL * sqrt(mean * (1.0 - mean) / (CHECKED_WEIGHT + 1.0)),
        alpha=CHECKED_WEIGHT * mean,
        beta=CHECKED_WEIGHT * (1.0 - mean),
    )


def _estimate(skill: str, evidence: list[SkillEvidence], stated: list[float]) -> SkillEstimate:
    own_word = fsum(stated) / len(stated) if stated else None
    prior = [] if own_word is None else [own_word / TOP_LEVEL]
    alpha = fsum([1.0, *prior, *(e.weight * e.fraction for e in evidence)])
    beta = fsum([1.0, *(1.0 - s for s in prior), *(e.weight * (1.0 - e.fraction) for e in evidence)])
    mean = alpha / (alpha + beta)
    variance = alpha * beta / ((alpha + beta) ** 2 * (alpha + beta + 1.0))
    return SkillEstimate(
        skill=skill,
        level=TOP_LEVEL * mean,
        deviation=TOP_LEVEL * sqrt(variance),
        alpha=alpha,
        beta=beta,
        weight=fsum(e.weight for e in evidence),
        observations=len(evidence),
        self_reported=own_word,
        sources=tuple(sorted(e.source for e in evidence if e.source)),
    )
