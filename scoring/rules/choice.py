"""Multiple choice: one option or several.

With ``n`` correct options, ``r`` of them chosen and ``w`` wrong ones chosen, the share is

* ``all_or_nothing``: 1 if the choice is exactly the correct set, else 0;
* ``per_option``: ``r / n`` (a wrong option costs nothing; the bound on the number of
  options a student may choose keeps guessing in check);
* ``per_option_penalty``: ``max(0, (r - w) / n)`` (a wrong option takes back a right one).
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from scoring.rules.base import ONE, ZERO, Finding


def find(rules: Mapping[str, Any], answer: Mapping[str, Any]) -> Finding:
    """Judge a canonical ``{"choice_ids": [...]}``."""
    correct = set(rules["correct"])
    chosen = set(answer["choice_ids"])
    right, wrong = len(chosen & correct), len(chosen - correct)
    scoring = rules.get("scoring", "all_or_nothing")
    return Finding(
        share=_share(scoring, right, wrong, len(correct)),
        explanation=_explanation(scoring, right, wrong, len(correct)),
        staff_explanation=f"Correct: {_names(correct)}. Chosen: {_names(chosen)}. Scoring: {scoring}.",
        applied={
            "kind": "choice",
            "scoring": scoring,
            "right": right,
            "wrong": wrong,
            "correct_options": len(correct),
        },
    )


def _share(scoring: str, right: int, wrong: int, correct: int) -> Fraction:
    if scoring == "per_option":
        return Fraction(right, correct)
    if scoring == "per_option_penalty":
        return max(ZERO, Fraction(right - wrong, correct))
    return ONE if right == correct and not wrong else ZERO


def _explanation(scoring: str, right: int, wrong: int, correct: int) -> str:
    if correct == 1 and right + wrong == 1:
        return "You chose the correct option." if right else "The option you chose is not correct."
    options = "option" if correct == 1 else "options"
    said = f"You chose {right} of the {correct} correct {options}"
    if wrong:
        said += f" and {wrong} that {'is' if wrong == 1 else 'are'} not correct"
    if scoring == "all_or_nothing" and (wrong or right < correct):
        return f"{said}; this question gives points only for exactly the correct choice."
    if scoring == "per_option_penalty" and wrong:
        return f"{said}; a wrong option takes back the credit of a right one."
    return f"{said}."


def _names(ids: set[str]) -> str:
    return ", ".join(sorted(ids)) or "nothing"
