"""Rules for closed questions: an answer key as JSON, scored in exact decimals."""

from scoring.rules.base import RuleResult, RulesInvalid
from scoring.rules.engine import is_scored_by_rules, score_answer
from scoring.rules.profile import Signal, signals
from scoring.rules.schema import (
    RUBRIC_SCHEMA,
    RULES_SCHEMAS,
    rubric_problems,
    rules_problems,
)

__all__ = [
    "RUBRIC_SCHEMA",
    "RULES_SCHEMAS",
    "RuleResult",
    "RulesInvalid",
    "Signal",
    "is_scored_by_rules",
    "rubric_problems",
    "rules_problems",
    "score_answer",
    "signals",
]
