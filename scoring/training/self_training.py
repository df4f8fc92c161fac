"""What the words of a batch tell, once its answers have been judged by what other questions taught.

The first judgement knows nothing of what this question asks. But answers that share words and
phrases with well judged ones are often good, and what is good in them beyond length and form is then
found. So a Gaussian process on the n-grams of the batch is fitted to the first judgements, and each
answer is given what the others suggest (two stages for a question without scores: C. Jin, B. He,
K. Hui, L. Sun, "TDNN: a two-stage deep neural network for prompt-independent automated essay
scoring", ACL 2018). No score of the batch is used, for none is known.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.batch import standardised
from scoring.training.reading import Reading

Vector = NDArray[np.float64]

NOISE: Final = 1.0
# A matrix of more answers does not fit in memory beside all else.
MOST_ANSWERS: Final = 2500
# Among so many answers the second look says half of what it says among very many.
HALF: Final = 60


def second_look(reading: Reading, first: Vector) -> Vector:
    """What the others suggest for each answer, in standard deviations, less where there are few.

    Of more than `MOST_ANSWERS` answers, the first judgement.
    """
    from scipy.linalg import cho_factor, cho_solve
    from sklearn.preprocessing import normalize

    count = len(reading)
    if count > MOST_ANSWERS:
        return standardised(first)
    rows = (normalize(reading.characters), normalize(reading.words))
    kernel = np.mean([np.asarray((part @ part.T).todense(), float) for part in rows], axis=0)
    kernel = kernel - kernel.mean(axis=0) - kernel.mean(axis=1)[:, None] + kernel.mean()
    kernel /= float(np.diag(kernel).mean()) or 1.0
    kernel[np.diag_indices(count)] += NOISE
    inverse = cho_solve(cho_factor(kernel, lower=True), np.eye(count))
    apart = inverse @ (first - first.mean()) / np.diag(inverse)
    return standardised(first - apart) * count / (count + HALF)
