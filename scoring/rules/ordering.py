"""Items to be put in order.

``all_or_nothing`` asks for exactly the key's order. ``pairs`` gives the share of the
``n (n - 1) / 2`` pairs of items that stand in the right order, which is ``(tau + 1) / 2``
for Kendall's rank correlation tau (M. G. Kendall, "A New Measure of Rank Correlation",
Biometrika 30, 1938). The exact reverse earns 0; one swap of neighbours costs one pair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from scoring.rules.base import ONE, ZERO, Finding


@dataclass(frozen=True, slots=True)
class OrderingRule:
    """The right order with the number of pairs in it, and how an answer's is compared with it."""

    order: tuple[str, ...]
    scoring: str
    pairs: int

    @classmethod
    def read(cls, rules: Mapping[str, Any]) -> Self:
        """Read a valid key."""
        order = tuple(rules["order"])
        return cls(order, rules.get("scoring", "all_or_nothing"), len(order) * (len(order) - 1) // 2)

    def find(self, answer: Mapping[str, Any]) -> Finding:
        """Judge a canonical ``{"order": [...]}``.

        A pair of which the answer lacks an item, as it may when the key was changed since, is not in the
        right order.
        """
        kept = self._kept({item: at for at, item in enumerate(answer["order"])})
        return Finding(
            share=self._share(kept),
            explanation=self._explanation(kept),
            staff_explanation=(
                f"Key: {_shown(self.order)}. Answer: {_shown(answer['order'])}. Scoring: {self.scoring}."
            ),
            applied={
                "kind": "ordering",
                "scoring": self.scoring,
                "pairs_right": kept,
                "pairs": self.pairs,
            },
        )

    def _kept(self, place: Mapping[str, int]) -> int:
        """How many pairs stand in the right order: each item with those that the key has before it."""
        before: list[int] = []
        kept = 0
        for item in self.order:
            at = place.get(item)
            if at is None:
                continue
            for earlier in before:
                kept += earlier < at
            before.append(at)
        return kept

    def _share(self, kept: int) -> Fraction:
        if self.scoring == "pairs":
            return Fraction(kept, self.pairs)
        return ONE if kept == self.pairs else ZERO

    def _explanation(self, kept: int) -> str:
        if kept == self.pairs:
            return "You put every item in the right place."
        if self.scoring == "pairs":
            return f"{kept} of the {self.pairs} pairs of items stand in the right order in your answer."
        return "Your order is not the right one; this question gives points only for the whole order."


def _shown(order: Sequence[str]) -> str:
    return " > ".join(order)
