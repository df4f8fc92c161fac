"""Several opinions of the answers to a question that nobody has scored, and what each is worth there.

What tells answers apart to the questions that were learned from need not do so for another one.
So every opinion is also had of each known question from the others alone, and opinions are weighed
by how well they did there: least squares without negative weights, drawn towards the one that sees all.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training import gaussian, trees
from scoring.training.batch import standardised
from scoring.training.gaussian import GaussianFit
from scoring.training.reading import Reading
from scoring.training.self_training import second_look

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Rows = NDArray[np.intp]

# Which kernels a process sees: all, those of the counts, those of the inner layers.
VIEWS: Final = (slice(None), slice(0, 2), slice(2, None))
# Before anything is known: the process that sees all, and the trees.
STATED: Final = (0.7, 0.0, 0.0, 0.0, 0.0, 0.0)
FEW_SETS: Final = (0.7, 0.0, 0.0, 0.3, 0.0, 0.0)
STATED_WORTH: Final = 0.1
# Fewer known questions do not show what holds for another one.
LEAST_SETS: Final = 4
LEAST_ANSWERS: Final = 2
# In so many parts the trees are grown again.
TREE_PARTS: Final = 8


def opinions(processes: Sequence[Vector], grown: Vector, weighed: Vector, reading: Reading) -> Matrix:
    """The opinions of a batch, each standardised, shape (answers, len(STATED)): the processes', the
    trees', the fixed weighing, and a second look that starts from the first process."""
    return np.column_stack(
        [
            *map(standardised, [*processes, grown, weighed]),
            second_look(reading, standardised(processes[0])),
        ]
    )


def processes(kernels: Sequence[Matrix], aim: Vector, parts: Sequence[Rows]) -> list[GaussianFit]:
    """One for each of `VIEWS`."""
    return [gaussian.fit(kernels[view], aim, parts) for view in VIEWS]


def worth(
    fits: Sequence[GaussianFit],
    counts: Matrix,
    weighed: Vector,
    readings: Sequence[Reading],
    aim: Vector,
    parts: Sequence[Rows],
) -> Vector:
    """The weights of the opinions, by the known questions, whose rows are the `parts`."""
    from scipy.optimize import nnls

    if len(parts) < LEAST_SETS:
        return np.array(FEW_SETS)
    joint = [np.concatenate(parts[at::TREE_PARTS]) for at in range(min(TREE_PARTS, len(parts)))]
    grown = trees.left_out(counts, aim, joint)
    enough = [
        (part, reading) for part, reading in zip(parts, readings, strict=True) if len(part) >= LEAST_ANSWERS
    ]
    had = np.vstack(
        [
            opinions([fit.left_out[part] for fit in fits], grown[part], weighed[part], reading)
            for part, reading in enough
        ]
    )
    wanted = np.concatenate([standardised(aim[part]) for part, _ in enough])
    pull = np.sqrt(STATED_WORTH * len(wanted))
    weights: Vector = nnls(
        np.vstack([had, pull * np.eye(len(STATED))]), np.concatenate([wanted, pull * np.array(STATED)])
    )[0]
    return weights
