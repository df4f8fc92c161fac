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

Sources: A. Gelman et al., Bayesian Data Analysis, 3rd ed., sections 2.1-2.4; fractional
counts as in A. Josang and R. Ismail, "The Beta Reputation System", 2002.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Final

from scoring.rules.profile import Signal

TOP_LEVEL: Final = 5.0


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
