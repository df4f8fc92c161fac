"""Whether an answer might belong to another question, for a judge that knows no other answers.

How near an answer comes to its prompt says little by itself: some prompts are near to everything. So it is held
against how near the answer comes to the prompts of other questions, of which nobody asked it.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from microcred.ai.base import Embedder
from microcred.single_flight import SingleFlightCache
from scoring.essays.task import EssayTask

Vector = NDArray[np.float32]
Prompts = Callable[[EssayTask], Sequence[str]]

# Two prompts nearer than this ask for the same in other words; an answer to one answers the other.
THE_SAME: Final = 0.8
_REMEMBERED: Final = 2_000
_vectors: SingleFlightCache[tuple[str, str, int, str], Vector] = SingleFlightCache(_REMEMBERED)


def no_others(task: EssayTask) -> Sequence[str]:
    """The prompts of other questions where none are known."""
    return ()


def lead(embedder: Embedder, wholes: Vector, prompt: Vector, others: Sequence[str]) -> float | None:
    """By how much an answer is nearer to its own prompt than to the nearest of the others; None without others.

    `wholes` are the vectors of the answer's passages, one a row, and `prompt` is that of its own prompt.
    """
    known = _embedded(embedder, sorted(set(others)))
    apart = [vector for vector in known if float(vector @ prompt) < THE_SAME]
    if not apart:
        return None
    answer = wholes.mean(axis=0)
    return float(answer @ prompt) - max(float(answer @ vector) for vector in apart)


def _embedded(embedder: Embedder, texts: Sequence[str]) -> list[Vector]:
    """Their vectors, each made once in this process."""
    keys = [(embedder.provider, embedder.model, embedder.dimension, text) for text in texts]
    return _vectors.of(keys, lambda missing: list(embedder.embed([key[3] for key in missing])))
