"""Multiple choice: one option or several.

With ``n`` correct options, ``r`` of them chosen and ``w`` wrong ones chosen, the share is

* ``all_or_nothing``: 1 if the choice is exactly the correct set, else 0;
* ``per_option``: ``r / n`` (a wrong option costs nothing; the bound on the number of
  options a student may choose keeps guessing in check);
* ``per_option_penalty``: ``max(0, (r - w) / n)`` (a wrong option takes back a right one).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from scoring.rules.base import ONE, ZERO, Finding


@dataclass(frozen=True, slots=True)
class ChoiceRule:
    """The options that are correct, and how they are counted."""

    correct: frozenset[str]
    scoring: str

    @classmethod
    def read(cls, rules: Mapping[str, Any]) -> Self:
        """Read a valid key."""
        return cls(frozenset(rules["correct"]), rules.get("scoring", "all_or_nothing"))

    def find(self, answer: Mapping[str, Any]) -> Finding:
        """Judge a canonical ``{"choice_ids": [...]}``."""
        chosen = set(answer["choice_ids"])
        right = len(chosen & self.correct)
        wrong = len(chosen) - right
        return Finding(
            share=self._share(right, wrong),
            explanation=self._explanation(right, wrong),
            staff_explanation=(
                f"Correct: {_names(self.correct)}. Chosen: {_names(chosen)}. Scoring: {self.scoring}."
            ),
            applied={
                "kind": "choice",
                "scoring": self.scoring,
                "right": right,
                "wrong": wrong,
                "correct_options": len(self.correct),
            },
        )

    def _share(self, right: int, wrong: int) -> Fraction:
        if self.scoring == "per_option":
            return Fraction(right, len(self.correct))
        if self.scoring == "per_option_penalty":
            return Fraction(max(0, right - wrong), len(self.correct))
        return ONE if right == len(self.correct) and not wrong else ZERO

    def _explanation(self, right: int, wrong: int) -> str:
        correct = len(self.correct)
        if correct == 1 and right + wrong == 1:
            return "You chose the correct option." if right else "The option you chose is not correct."
        options = "option" if correct == 1 else "options"
        said = f"You chose {right} of the {correct} correct {options}"
        if wrong:
            said += f" and {wrong} that {'is' if wrong == 1 else 'are'} not correct"
        if self.scoring == "all_or_nothing" and (wrong or right < correct):
            return f"{said}; this question gives points only for exactly the correct choice."
        if self.scoring == "per_option_penalty" and wrong:
            return f"{said}; a wrong option takes back the credit of a right one."
        return f"{said}."


def _names(ids: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(ids)) or "nothing"
