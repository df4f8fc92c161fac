"""How near an answer comes to its prompt and to the ends of its rubric's scale."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.essays.language import FUNCTION_WORDS
from scoring.training.encoder import Encoder
from scoring.training.prose import Prose, read_prose
from scoring.training.rubric import Rubric

Matrix = NDArray[np.float64]

# Cosine with the prompt; the share of content words that the prompt has; how many different
# ones of it are used (log); nearness to the highest level less nearness to the lowest.
TASK: Final = ("prompt_cosine", "prompt_share", "prompt_words_log", "rubric_height")


def compared(
    proses: Sequence[Prose], meaning: Matrix, prompt: str, rubric: Rubric, encoder: Encoder
) -> Matrix:
    """Shape (len(proses), len(TASK)). `meaning` are the answers' unit vectors.

    A rubric that does not tell levels apart is compared as a whole.
    """
    found = np.zeros((len(proses), len(TASK)))
    if prompt.strip():
        found[:, 0] = meaning @ meaning_of(encoder, prompt)
        found[:, 1:3] = [_shared(prose, content_words(read_prose(prompt))) for prose in proses] or np.zeros(
            (0, 2)
        )
    if rubric.highest.strip() and rubric.lowest.strip():
        found[:, 3] = meaning @ (meaning_of(encoder, rubric.highest) - meaning_of(encoder, rubric.lowest))
    elif rubric.text.strip():
        found[:, 3] = meaning @ meaning_of(encoder, rubric.text)
    return found


def meaning_of(encoder: Encoder, text: str) -> Matrix:
    """The unit vector of a text."""
    vector: Matrix = encoder.encode([text])[0, : encoder.width].astype(float)
    return vector


def _shared(prose: Prose, wanted: frozenset[str]) -> tuple[float, float]:
    own = [word for word in prose.words if word not in FUNCTION_WORDS["en"]]
    running = sum(word in wanted for word in own)
    return running / max(1, len(own)), float(np.log1p(len(wanted.intersection(own))))


def content_words(prose: Prose) -> frozenset[str]:
    """The different words that are not function words."""
    return frozenset(prose.words) - FUNCTION_WORDS["en"]
