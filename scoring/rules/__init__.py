"""Rules for closed questions: an answer key as JSON, scored in exact decimals."""

from scoring.rules.base import RuleResult, RulesInvalid
from scoring.rules.engine import Scorer, is_scored_by_rules, score_answer, scorer
from scoring.rules.profile import Signal, signals

__all__ = [
    "RuleResult",
    "RulesInvalid",
    "Scorer",
    "Signal",
    "is_scored_by_rules",
    "score_answer",
    "scorer",
    "signals",
]
