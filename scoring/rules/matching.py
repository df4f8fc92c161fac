"""Items on the left to be paired with items on the right.

``per_pair`` gives the share of the key's pairs that the answer has; ``all_or_nothing``
asks for all of them. An item left unpaired counts as not right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from scoring.rules.base import ONE, ZERO, Finding


@dataclass(frozen=True, slots=True)
class MatchingRule:
    """What belongs to what, and how pairs are counted."""

    pairs: Mapping[str, str]
    scoring: str

    @classmethod
    def read(cls, rules: Mapping[str, Any]) -> Self:
        """Read a valid key."""
        return cls(dict(rules["pairs"]), rules.get("scoring", "all_or_nothing"))

    def find(self, answer: Mapping[str, Any]) -> Finding:
        """Judge a canonical ``{"pairs": {left: right}}``."""
        given = answer["pairs"]
        right = 0
        for left, wanted in self.pairs.items():
            right += given.get(left) == wanted
        return Finding(
            share=self._share(right),
            explanation=self._explanation(right),
            staff_explanation=(
                f"Key: {_shown(self.pairs)}. Answer: {_shown(given)}. Scoring: {self.scoring}."
            ),
            applied={
                "kind": "matching",
                "scoring": self.scoring,
                "pairs_right": right,
                "pairs": len(self.pairs),
            },
        )

    def _share(self, right: int) -> Fraction:
        if self.scoring == "per_pair":
            return Fraction(right, len(self.pairs))
        return ONE if right == len(self.pairs) else ZERO

    def _explanation(self, right: int) -> str:
        if right == len(self.pairs):
            return "All your pairs are right."
        said = f"{right} of your {len(self.pairs)} pairs {'is' if right == 1 else 'are'} right"
        only = "" if self.scoring == "per_pair" else "; this question gives points only when all are"
        return f"{said}{only}."


def _shown(pairs: Mapping[str, str]) -> str:
    return ", ".join(f"{left}-{pairs[left]}" for left in sorted(pairs)) or "nothing"
