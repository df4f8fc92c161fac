"""Items to be put in order.

``all_or_nothing`` asks for exactly the key's order. ``pairs`` gives the share of the
``n (n - 1) / 2`` pairs of items that stand in the right order, which is ``(tau + 1) / 2``
for Kendall's rank correlation tau (M. G. Kendall, "A New Measure of Rank Correlation",
Biometrika 30, 1938). The exact reverse earns 0; one swap of neighbours costs one pair.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from scoring.rules.base import ONE, ZERO, Finding


def find(rules: Mapping[str, Any], answer: Mapping[str, Any]) -> Finding:
    """Judge a canonical ``{"order": [...]}``, a permutation of the key's items."""
    place = {item: at for at, item in enumerate(answer["order"])}
    key = list(rules["order"])
    pairs = list(combinations(key, 2))
    kept = sum(1 for first, second in pairs if place[first] < place[second])
    scoring = rules.get("scoring", "all_or_nothing")
    exact = kept == len(pairs)
    return Finding(
        share=_share(scoring, kept, len(pairs)),
        explanation=_explanation(scoring, exact, kept, len(pairs)),
        staff_explanation=f"Key: {_shown(key)}. Answer: {_shown(answer['order'])}. Scoring: {scoring}.",
        applied={"kind": "ordering", "scoring": scoring, "pairs_right": kept, "pairs": len(pairs)},
    )


def _share(scoring: str, kept: int, pairs: int) -> Fraction:
    if scoring == "pairs":
        return Fraction(kept, pairs) if pairs else ONE
    return ONE if kept == pairs else ZERO


def _explanation(scoring: str, exact: bool, kept: int, pairs: int) -> str:
    if exact:
        return "You put every item in the right place."
    if scoring == "pairs":
        return f"{kept} of the {pairs} pairs of items stand in the right order in your answer."
    return "Your order is not the right one; this question gives points only for the whole order."


def _shown(order: Sequence[str]) -> str:
    return " > ".join(order)
