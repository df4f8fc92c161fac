"""Where scores lie on a scale of which no score is known.

People use the middle of a scale, and the narrower a part of it the more levels it has. As
parts of the range, scores have mean `mean` and standard deviation
``spread * (levels / 4) ** -decline``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.dataset import Scale

Vector = NDArray[np.float64]

# How many sets the stated prior is worth when others are there to learn from.
_WORTH_MEAN: Final = 1.0
_WORTH_SPREAD: Final = 1.0
_WORTH_DECLINE: Final = 1.0
_REFERENCE: Final = 4.0


@dataclass(frozen=True, slots=True)
class Prior:
    """A bell over a range; all figures are parts of the range."""

    mean: float
    spread: float
    decline: float

    def spread_of(self, scale: Scale) -> float:
        """The standard deviation on a scale, a part of its range."""
        return self.spread_at(len(scale.levels))

    def spread_at(self, levels: int) -> float:
        """The standard deviation among so many levels, a part of the range."""
        return float(self.spread * (max(2, levels) / _REFERENCE) ** -self.decline)


# Set by hand: a little above the middle, four standard deviations across four levels.
STATED: Final = Prior(mean=0.55, spread=0.27, decline=0.3)


def learned(sets: Sequence[tuple[Vector, Scale]]) -> Prior:
    """The prior that other sets' scores suggest, drawn towards the stated one."""
    used = [(scores, scale) for scores, scale in sets if len(scores) > 1 and scale.high > scale.low]
    parts = [(scores - scale.low) / (scale.high - scale.low) for scores, scale in used]
    kept = [(part, scale) for part, (_, scale) in zip(parts, used, strict=True) if part.std() > 0]
    if not kept:
        return STATED
    means = np.array([part.mean() for part, _ in kept])
    mean = (means.sum() + _WORTH_MEAN * STATED.mean) / (len(kept) + _WORTH_MEAN)
    # log(spread) = a - decline * log(levels / 4), ridge around the stated values.
    sizes = np.log([max(2, len(scale.levels)) / _REFERENCE for _, scale in kept])
    above = np.log([part.std() for part, _ in kept]) - (np.log(STATED.spread) - STATED.decline * sizes)
    design = np.column_stack([np.ones(len(kept)), -sizes])
    system = design.T @ design + np.diag([_WORTH_SPREAD, _WORTH_DECLINE])
    shift, steeper = np.linalg.solve(system, design.T @ above)
    return Prior(float(mean), float(STATED.spread * np.exp(shift)), float(STATED.decline + steeper))


def placed(standing: Vector, scale: Scale, prior: Prior, most: Vector) -> Vector:
    """Scores for answers that stand `standing` standard deviations above the usual one, none above its
    standing `most`."""
    parts = prior.mean + prior.spread_of(scale) * np.minimum(standing, most)
    return scale.rounded(scale.low + parts * (scale.high - scale.low))
