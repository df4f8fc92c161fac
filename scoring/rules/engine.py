"""The one door to rule scoring: a question's type picks the rule."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from catalog.question_checks import key_problems
from scoring.rules.base import ZERO, Finding, Rule, RuleResult, RulesInvalid, result
from scoring.rules.choice import ChoiceRule
from scoring.rules.matching import MatchingRule
from scoring.rules.numeric import NumericRule
from scoring.rules.ordering import OrderingRule
from scoring.rules.short_text import ShortTextRule

READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Rule]]] = {
    "multiple_choice": ChoiceRule.read,
    "numeric": NumericRule.read,
    "short_text": ShortTextRule.read,
    "ordering": OrderingRule.read,
    "matching": MatchingRule.read,
}
# Keys kept ready, by their content; reading one takes longer than judging an answer by it.
KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Scorer:
    """An answer key that has been checked and read, for any number of answers."""

    kind: str
    rule: Rule

    def score(self, answer: Mapping[str, Any] | None, maximum: Decimal) -> RuleResult:
        """Score one canonical answer (None: not answered) out of `maximum` points."""
        return result(self.rule.find(answer) if answer is not None else self._unanswered(), maximum)

    def _unanswered(self) -> Finding:
        return Finding(
            share=ZERO,
            explanation="You did not answer this question.",
            staff_explanation="No answer was given.",
            applied={"kind": self.kind, "outcome": "unanswered"},
        )


def is_scored_by_rules(question_type: str) -> bool:
    """False for essays, which are judged, and profile questions, which are never scored."""
    return question_type in READERS


def scorer(question_type: str, rules: Mapping[str, Any], choices: Sequence[Mapping[str, Any]] = ()) -> Scorer:
    """Check and read an answer key.

    Raises `RulesInvalid` for a key that does not satisfy its schema, and `ValueError` for a
    question type that rules do not score. `choices`, when given, are checked against the key.
    """
    reader = READERS.get(question_type)
    if reader is None:
        raise ValueError(f"questions of type {question_type!r} are not scored by rules")
    problems = key_problems(question_type, rules, choices or None)
    if problems:
        raise RulesInvalid(tuple(problems))
    return Scorer(rules["kind"], reader(rules))


def score_answer(
    question_type: str,
    rules: Mapping[str, Any],
    answer: Mapping[str, Any] | None,
    maximum: Decimal,
    choices: Sequence[Mapping[str, Any]] = (),
) -> RuleResult:
    """Score one canonical answer (None: not answered) out of `maximum` points; raises as `scorer` does."""
    listed = json.dumps(choices) if choices else "[]"
    return _kept(question_type, json.dumps(rules), listed).score(answer, maximum)


@lru_cache(maxsize=KEPT)
def _kept(question_type: str, rules: str, choices: str) -> Scorer:
    return scorer(question_type, json.loads(rules), json.loads(choices))
