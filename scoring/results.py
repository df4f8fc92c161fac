"""What came of an assessment: the outcome of a question, points, and levels of skills."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from assessments.queries import AskedQuestion
from microcred.content_hash import version_of
from scoring.models import CriterionMark, EssayScore, RuleScore, ScoreOverride
from scoring.profile import self_reported_level


@dataclass(frozen=True)
class SkillLevel:
    """What an assessment says about a skill: level and deviation on the scale 0 to 5."""

    skill_id: uuid.UUID
    skill_key: str
    skill_name: str
    level: float
    deviation: float
    evidence: float

    @property
    def stated(self) -> float | None:
        """The level to go by where the student's own word is all there is, None where there is more: what they
        stated, and no more than the estimate makes of it."""
        return None if self.evidence else round(min(self_reported_level(self.level), self.level), 2)


@dataclass(frozen=True)
class QuestionResult:
    """The effective outcome of one question; ``score`` is empty where nothing is scored (yet).

    ``marks`` are the verdicts on an essay's criteria, in the rubric's order; ``override`` is the person's score
    that counts in place of the rules'.
    """

    question: AskedQuestion
    status: str
    score: Decimal | None
    maximum: Decimal
    explanation: str
    staff_explanation: str
    rule_score: RuleScore | None
    essay_score: EssayScore | None
    marks: tuple[CriterionMark, ...]
    override: ScoreOverride | None = None


@dataclass(frozen=True)
class Totals:
    """Points over all scored questions, and the share (0 to 1) of the weight that has been scored."""

    score: Decimal
    maximum: Decimal
    scored_share: float


def score_version(result: QuestionResult, criterion_key: str = "") -> str:
    """Return the version of what stands about an answer, or about one criterion of it where an essay has some.

    It changes with the answer, with the score or level, and with who or what gave it; a level that a person's run took
    over from the run before is the same version.
    """
    answer = str(result.question.response_id)
    if criterion_key:
        mark = next((one for one in result.marks if one.criterion_key == criterion_key), None)
        stands = [mark.status, mark.level_id, mark.reason] if mark else []
        return version_of([answer, criterion_key, *stands])
    given = result.override.pk if result.override else None
    return version_of([answer, result.status, str(result.score), str(given)])
