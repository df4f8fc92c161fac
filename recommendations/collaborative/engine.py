"""The recommender as it ships: which signals there are, and how their blend is fitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommendations.collaborative import blend
from recommendations.collaborative.blend import Blend, Weights
from recommendations.collaborative.co_occurrence import neighbours, popularity, transitions
from recommendations.collaborative.interactions import Interactions, hold_back
from recommendations.collaborative.linear import autoencoder, factors
from recommendations.collaborative.signals import Scores, Signal, tabulated
from recommendations.collaborative.texts import affinity, centred, meaning, words

# So many users tell a dozen weights to within a few per cent, and half a minute is enough for them.
MOST_HELD_BACK: Final = 6000
SEED: Final = 20
# As if every item were left out of a quarter of the histories, and a hundred more users held nothing else.
DROPOUT: Final = 0.3
RIDGE: Final = 100.0
# A table of so many items takes half a gigabyte, and a tenth of the time that working all out anew takes.
MOST_TABULATED: Final = 12_000
# A title says more a word than the text below it.
TITLE_SHARE: Final = 0.3
TITLE_SCALE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Texts:
    """What items say: whole texts, and unit vectors of those and of the titles alone (zeros for items without)."""

    texts: Sequence[str]
    vectors: Scores
    titles: Scores


def text_signals(texts: Texts, interactions: Interactions) -> list[Signal]:
    """Signals that know an item by its text alone; what goes together is learned from the interactions."""
    mixed = (1.0 - TITLE_SHARE) * texts.vectors + TITLE_SHARE * texts.titles
    both = np.hstack([centred(texts.vectors), TITLE_SCALE * centred(texts.titles)])
    found: list[Signal | None] = [
        meaning(mixed),
        affinity(both, interactions, ridge=0.015, name="affinity"),
        affinity(both, interactions, ridge=0.2, name="affinity_broad"),
        words(list(texts.texts)),
    ]
    known = [signal for signal in found if signal is not None]
    if interactions.n_items > MOST_TABULATED:
        return known
    return [tabulated(signal, n_items=interactions.n_items) for signal in known]


def taken_signals(interactions: Interactions) -> list[Signal]:
    """Signals that know an item by who took it."""
    found: list[Signal | None] = [
        popularity(interactions),
        neighbours(interactions),
        transitions(interactions),
        autoencoder(interactions, ridge=RIDGE, dropout=DROPOUT),
        factors(interactions, rank=16, name="factors_broad"),
        factors(interactions, rank=64),
    ]
    return [signal for signal in found if signal is not None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The blend of all signals, and that of the texts alone where there are texts."""

    blend: Blend
    text: Blend | None


def fit(interactions: Interactions, texts: Texts | None) -> Fitted:
    """Fit weights on a part held back, then the signals anew on everything."""
    split = hold_back(interactions, most_users=MOST_HELD_BACK, seed=SEED)
    spoken = text_signals(texts, split.kept) if texts else []
    signals = [*taken_signals(split.kept), *spoken]
    weights = blend.fit(signals, blend.collect(signals, split))
    worded = blend.fit(spoken, blend.collect(spoken, split)) if spoken else None
    del signals, spoken
    whole = text_signals(texts, interactions) if texts else []
    return Fitted(
        blend=Blend("blend", [*taken_signals(interactions), *whole], weights),
        text=Blend("text", whole, worded) if worded else None,
    )


def refit(interactions: Interactions, texts: Texts | None, weights: Weights) -> Blend:
    """Fit the signals anew under weights that are known; a signal that was not there then has none."""
    signals = [*taken_signals(interactions), *(text_signals(texts, interactions) if texts else [])]
    known = {signal.name: weights.by_signal.get(signal.name, 0.0) for signal in signals}
    return Blend("blend", signals, Weights(known, weights.of_shares))
