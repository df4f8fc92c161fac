"""Items on the left to be paired with items on the right.

``per_pair`` gives the share of the key's pairs that the answer has; ``all_or_nothing``
asks for all of them. An item left unpaired counts as not right.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from scoring.rules.base import ONE, ZERO, Finding


def find(rules: Mapping[str, Any], answer: Mapping[str, Any]) -> Finding:
    """Judge a canonical ``{"pairs": {left: right}}``."""
    key, given = rules["pairs"], answer["pairs"]
    right = sum(1 for left, wanted in key.items() if given.get(left) == wanted)
    scoring = rules.get("scoring", "all_or_nothing")
    share = Fraction(right, len(key)) if scoring == "per_pair" else ZERO
    said = f"{right} of your {len(key)} pairs {'is' if right == 1 else 'are'} right"
    if right == len(key):
        share, said = ONE, "All your pairs are right"
    elif scoring != "per_pair":
        said += "; this question gives points only when all are"
    return Finding(
        share=share,
        explanation=f"{said}.",
        staff_explanation=f"Key: {_shown(key)}. Answer: {_shown(given)}. Scoring: {scoring}.",
        applied={"kind": "matching", "scoring": scoring, "pairs_right": right, "pairs": len(key)},
    )


def _shown(pairs: Mapping[str, str]) -> str:
    return ", ".join(f"{left}-{pairs[left]}" for left in sorted(pairs)) or "nothing"
