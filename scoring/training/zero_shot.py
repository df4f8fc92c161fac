"""Scoring answers to a question of which nothing is known but prompt, rubric and range.

A fixed weighing of how each answer stands among the others; nothing is fitted. The weights
were set by hand: amount first, then variety and choice of words, fewer slips, keeping to the
subject, taking up the prompt's words, and being nearer to what the rubric says of its highest
level than to what it says of its lowest.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.batch import Scored, StandardizedBatch, standardised, standing
from scoring.training.dataset import Scale
from scoring.training.prior import STATED, placed
from scoring.training.reading import Reading

Vector = NDArray[np.float64]

WEIGHTS: Final[Mapping[str, float]] = {
    "words_log": 0.15, "unique_log": 0.15, "characters_log": 0.15,
    "rare_types_log": 0.15, "function_kinds": 0.15, "moving_diversity": 0.15, "connective_kinds": 0.10,
    "unknown_share": -0.15, "misspelled": -0.05, "slips_log": -0.05, "lower_start": -0.10, "lower_i": -0.10,
}  # fmt: skip
ON_BATCH: Final = 0.15
ON_TASK: Final[Mapping[str, float]] = {"prompt_cosine": 0.10, "prompt_words_log": 0.10, "rubric_height": 0.10}


def zero_shot_scores(reading: Reading, scale: Scale) -> Scored:
    """The scores of a batch of answers."""
    stand = standing(reading)
    return Scored(placed(standardised(weighed(stand)), scale, STATED, stand.most), stand.strange)


def weighed(stand: StandardizedBatch) -> Vector:
    """The fixed weighing of how answers stand in their batch."""
    value = ON_BATCH * stand.on_batch
    for name, weight in WEIGHTS.items():
        value = value + weight * stand.figure(name)
    for name, weight in ON_TASK.items():
        value = value + weight * stand.on_task(name)
    return value
