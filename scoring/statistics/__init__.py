"""Reading across the scores of a role: how good its questions are, how far scorers agree, how groups fare."""

from scoring.fairness import SMALLEST_GROUP, ItemFunctioning
from scoring.intervals import Interval
from scoring.statistics.attempts import LEAST_PEOPLE, Attempt, first_attempts, has_students, roles_taken
from scoring.statistics.groups import Fairness, GroupLine, ItemLine, fairness, profile_keys
from scoring.statistics.pairs import (
    LEAST_PAIRS,
    Between,
    Case,
    Comparison,
    Marks,
    Month,
    QuestionPairs,
    ScorerLine,
    comparison,
    question_pairs,
)
from scoring.statistics.questions import ChoiceLine, ItemAnalysis, QuestionLine, item_analysis
from scoring.statistics.weeks import WeekLevel, completed_by_week, levels_by_week

__all__ = [
    "LEAST_PAIRS",
    "LEAST_PEOPLE",
    "SMALLEST_GROUP",
    "Attempt",
    "Between",
    "Case",
    "ChoiceLine",
    "Comparison",
    "Fairness",
    "GroupLine",
    "Interval",
    "ItemAnalysis",
    "ItemFunctioning",
    "ItemLine",
    "Marks",
    "Month",
    "QuestionLine",
    "QuestionPairs",
    "ScorerLine",
    "WeekLevel",
    "comparison",
    "completed_by_week",
    "fairness",
    "first_attempts",
    "has_students",
    "item_analysis",
    "levels_by_week",
    "profile_keys",
    "question_pairs",
    "roles_taken",
]
