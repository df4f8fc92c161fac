"""The one door to rule scoring: a question's type picks the rule."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from catalog.question_checks import rules_problems
from scoring.rules import choice, matching, numeric, ordering, short_text
from scoring.rules.base import ZERO, Finding, RuleResult, RulesInvalid, result

Rule = Callable[[Mapping[str, Any], Mapping[str, Any]], Finding]

RULES: Final[Mapping[str, Rule]] = {
    "multiple_choice": choice.find,
    "numeric": numeric.find,
    "short_text": short_text.find,
    "ordering": ordering.find,
    "matching": matching.find,
}


def is_scored_by_rules(question_type: str) -> bool:
    """False for essays, which are judged, and profile questions, which are never scored."""
    return question_type in RULES


def score_answer(
    question_type: str,
    rules: Mapping[str, Any],
    answer: Mapping[str, Any] | None,
    maximum: Decimal,
    choices: Sequence[Mapping[str, Any]] = (),
) -> RuleResult:
    """Score one canonical answer (None: not answered) out of `maximum` points.

    Raises `RulesInvalid` for a key that does not satisfy its schema, and `ValueError` for a
    question type that rules do not score. `choices`, when given, are checked against the key.
    """
    rule = RULES.get(question_type)
    if rule is None:
        raise ValueError(f"questions of type {question_type!r} are not scored by rules")
    problems = rules_problems(question_type, rules, choices)
    if problems:
        raise RulesInvalid(tuple(problems))
    return result(rule(rules, answer) if answer is not None else _unanswered(rules), maximum)


def _unanswered(rules: Mapping[str, Any]) -> Finding:
    return Finding(
        share=ZERO,
        explanation="You did not answer this question.",
        staff_explanation="No answer was given.",
        applied={"kind": rules["kind"], "outcome": "unanswered"},
    )
