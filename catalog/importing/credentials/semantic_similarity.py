"""Which skills of the catalog come nearest to a name by what it means, where an embedder is at hand."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from catalog.importing.credentials.word_similarity import Near
from microcred.ai.base import Embedder
from microcred.ai.vector_validation import embed_validated

#: Below this cosine hardly any suggestion is right.
LEAST: Final = 0.25
_LONGEST: Final = 400


def nearest_by_meaning(
    names: Sequence[str], skills: Sequence[tuple[str, str, str]], embedder: Embedder, *, most: int = 5
) -> list[tuple[Near, ...]]:
    """Return for each name the nearest skills, the nearest first, by the greater cosine of the skill's name and of name
    and description together; ``skills`` are key, name and description of each.

    Raises:
        ProviderError: from the embedder.
    """
    if not names or not skills:
        return [() for _ in names]
    called = [name for _, name, _ in skills]
    told = [f"{name}: {description}"[:_LONGEST] for _, name, description in skills]
    vectors = embed_validated(embedder, [*called, *told, *(name[:_LONGEST] for name in names)])
    named, described, asked = np.split(vectors, [len(skills), 2 * len(skills)])
    cosines = np.maximum(asked @ named.T, asked @ described.T)
    return [tuple(_best(row.tolist(), skills, most)) for row in cosines]


def _best(cosines: Sequence[float], skills: Sequence[tuple[str, str, str]], most: int) -> list[Near]:
    order = sorted(range(len(skills)), key=lambda at: (-cosines[at], skills[at][1]))[:most]
    return [Near(skills[at][0], skills[at][1], round(cosines[at], 2)) for at in order if cosines[at] >= LEAST]
