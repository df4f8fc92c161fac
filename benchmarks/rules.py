"""Rule scores a second, by kind of question: the key is read for every answer as the product reads it.

Run with the project's Python: ``python benchmarks/rules.py``. One process, one core, processor time; the median of
five rounds with the least and the most. It also checks that every round gives the same scores to the last bit.
"""

import hashlib
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scoring.rules import score_answer

ROUNDS: Final = 5
ANSWERS: Final = 20_000
GOAL: Final = 100_000
MAXIMUM: Final = Decimal("2.50")

# A key of each kind as curators write them, with answers that are right, wrong and in between.
CASES: Final[Mapping[str, tuple[str, Mapping[str, Any], Sequence[Mapping[str, Any]]]]] = {
    "choice": (
        "multiple_choice",
        {"kind": "choice", "correct": ["c1", "c3"], "scoring": "per_option_penalty"},
        [{"choice_ids": ["c1", "c3"]}, {"choice_ids": ["c1", "c2"]}, {"choice_ids": ["c4"]}],
    ),
    "numeric": (
        "numeric",
        {
            "kind": "numeric", "value": "42.5", "absolute_tolerance": "0.5", "relative_tolerance": "0.01",
            "unit": "kg", "unit_factors": {"g": "0.001"},
        },
        [{"value": "42.4", "unit": None}, {"value": "42400", "unit": "g"}, {"value": "7", "unit": "lb"}],
    ),
    "short text": (
        "short_text",
        {"kind": "short_text", "accepted": [{"text": "select"}, {"text": "query", "credit": "0.5"}]},
        [{"text": " Select. "}, {"text": "QUERY"}, {"text": "I do not know"}],
    ),
    "short text, patterns": (
        "short_text",
        {"kind": "short_text", "accepted": [{"text": "join"}, {"pattern": "(inner|cross) join", "credit": "0.5"}]},
        [{"text": "Inner join"}, {"text": "Join!"}, {"text": "I do not know"}],
    ),
    "ordering": (
        "ordering",
        {"kind": "ordering", "order": ["c3", "c1", "c2", "c4"], "scoring": "pairs"},
        [{"order": ["c3", "c1", "c2", "c4"]}, {"order": ["c1", "c3", "c2", "c4"]}, {"order": ["c4", "c2", "c1", "c3"]}],
    ),
    "matching": (
        "matching",
        {"kind": "matching", "pairs": {"l1": "r2", "l2": "r1", "l3": "r3"}, "scoring": "per_pair"},
        [{"pairs": {"l1": "r2", "l2": "r1", "l3": "r3"}}, {"pairs": {"l1": "r2", "l2": "r3"}}],
    ),
}  # fmt: skip


def measure(
    question_type: str, rules: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]
) -> tuple[float, str]:
    """Answers a second over one round, and a hash of everything that came out."""
    asked = [answers[number % len(answers)] for number in range(ANSWERS)]
    started = time.process_time()
    scored = [score_answer(question_type, rules, answer, MAXIMUM) for answer in asked]
    spent = time.process_time() - started
    return ANSWERS / spent, hashlib.sha256(repr(scored).encode()).hexdigest()


def main() -> int:
    """Print a line for each kind; the exit status says whether all reach the goal with equal scores."""
    print(f"{'kind':22} {'answers/s':>10} {'least':>10} {'most':>10}  same scores")
    met = True
    for name, case in CASES.items():
        rounds = [measure(*case) for _ in range(ROUNDS)]
        speeds = [speed for speed, _ in rounds]
        same = len({outcome for _, outcome in rounds}) == 1
        median = statistics.median(speeds)
        print(
            f"{name:22} {median:10,.0f} {min(speeds):10,.0f} {max(speeds):10,.0f}  {'yes' if same else 'NO'}"
        )
        met = met and same and median >= GOAL
    print(f"goal: at least {GOAL:,} answers a second on one core: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
