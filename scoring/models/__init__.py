"""Scores, what people decide about them, and what they say about skills; rows are added, never changed."""

from scoring.models.appeals import Appeal, AppealDecision, AppealMessage
from scoring.models.calibration import CalibrationExample, ReviewerCalibration
from scoring.models.calls import ModelCall, ModelCallContent
from scoring.models.changes import ScoreChange, ScoreOverride
from scoring.models.releases import ScorerRelease
from scoring.models.reviews import ReviewTask
from scoring.models.scores import CriterionMark, EssayScore, RuleScore, ScorerVersion, SkillEstimate

__all__ = [
    "Appeal",
    "AppealDecision",
    "AppealMessage",
    "CalibrationExample",
    "CriterionMark",
    "EssayScore",
    "ModelCall",
    "ModelCallContent",
    "ReviewTask",
    "ReviewerCalibration",
    "RuleScore",
    "ScoreChange",
    "ScoreOverride",
    "ScorerRelease",
    "ScorerVersion",
    "SkillEstimate",
]
