"""Scores, what people decide about them, and what they say about skills; rows are added, never changed."""

from scoring.models.appeals import Appeal, AppealDecision, AppealMessage
from scoring.models.batches import ModelBatch
from scoring.models.calibration import CalibrationExample, ReviewerCalibration
from scoring.models.calls import ModelCall, ModelCallClaim, ModelCallContent
from scoring.models.changes import ScoreChange, ScoreOverride
from scoring.models.contests import SkillCheck, SkillContest
from scoring.models.notices import SeenNotice
from scoring.models.releases import ScorerActivation, ScorerRelease, ScorerVersion
from scoring.models.rescorings import RescoredLine, Rescoring
from scoring.models.reviews import ReviewTask
from scoring.models.scores import CriterionMark, EssayScore, ProfileRun, RuleScore, SkillEstimate

__all__ = [
    "Appeal",
    "AppealDecision",
    "AppealMessage",
    "CalibrationExample",
    "CriterionMark",
    "EssayScore",
    "ModelBatch",
    "ModelCall",
    "ModelCallClaim",
    "ModelCallContent",
    "ProfileRun",
    "RescoredLine",
    "Rescoring",
    "ReviewTask",
    "ReviewerCalibration",
    "RuleScore",
    "ScoreChange",
    "ScoreOverride",
    "ScorerActivation",
    "ScorerRelease",
    "ScorerVersion",
    "SeenNotice",
    "SkillCheck",
    "SkillContest",
    "SkillEstimate",
]
