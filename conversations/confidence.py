"""How far an answer can be relied on, from four parts.

Each part lies between 0 and 1. Together::

    confidence = .4 self-assessment + .3 relevance + .2 clarity + .1 completeness

Without a model nobody has assessed whether the answer answers the question. That part is then absent, and not guessed:
the others count by their share of what is left (.5, 1/3 and 1/6), and the answer is never called high.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from conversations.enums import Band

WEIGHTS: Final = {
    "self_assessment": Decimal("0.4"),
    "relevance": Decimal("0.3"),
    "clarity": Decimal("0.2"),
    "completeness": Decimal("0.1"),
}
# With weights of one place, parts of three make a sum of four that needs no rounding.
PLACES: Final = Decimal("0.0001")
PLACES_OF_PARTS: Final = Decimal("0.001")
# Measured by manage.py qa evaluate on the half of its questions that choose; see decision 41.
HIGH: Final = Decimal("0.77")
MEDIUM: Final = Decimal("0.61")
# The best cosine below which nothing in the catalog is about a question, and that from which it plainly is.
IN_SCOPE: Final = 0.303
PLAIN: Final = 0.65


@dataclass(frozen=True, slots=True)
class Confidence:
    """The four parts; ``self_assessment`` is None where no model spoke."""

    self_assessment: Decimal | None
    relevance: Decimal
    clarity: Decimal
    completeness: Decimal

    @property
    def score(self) -> Decimal:
        """The parts together, from 0 to 1."""
        known = {name: part for name in WEIGHTS if (part := getattr(self, name)) is not None}
        total = sum((WEIGHTS[name] * part for name, part in known.items()), Decimal(0))
        return (total / sum(WEIGHTS[name] for name in known)).quantize(PLACES)

    @property
    def band(self) -> Band:
        """The score in a word."""
        if self.score < MEDIUM:
            return Band.LOW
        return Band.HIGH if self.score >= HIGH and self.self_assessment is not None else Band.MEDIUM


def share(value: float) -> Decimal:
    """Return a number as a part: between 0 and 1, to three places."""
    return Decimal(str(min(1.0, max(0.0, value)))).quantize(PLACES_OF_PARTS)


def relevance(cosine: float) -> Decimal:
    """Return how much what was found is about the question, by the best cosine."""
    return share((cosine - IN_SCOPE) / (PLAIN - IN_SCOPE))


def completeness(wanted: Collection[str], said: Collection[str]) -> Decimal:
    """Return the part of the question's words (as stems) that come up in the answer or its sources; 1 for none."""
    return share(len(set(wanted) & set(said)) / len(set(wanted))) if wanted else share(1)
