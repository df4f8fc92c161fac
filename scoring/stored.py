"""Rows of one assessment that every result and every recommendation reads, by queries that are put together once."""

import uuid
from typing import Final

from microcred.compiled import Compiled
from scoring.models import CriterionMark, EssayScore, ProfileRun, RuleScore, ScoreOverride, SkillEstimate

ESSAYS: Final = Compiled(
    lambda assessment_id: EssayScore.objects.filter(assessment_id=assessment_id).order_by(),
    assessment_id=uuid.UUID,
)
MARKS: Final = Compiled(
    lambda assessment_id: CriterionMark.objects.filter(essay_score__assessment_id=assessment_id).order_by(
        "position"
    ),
    assessment_id=uuid.UUID,
)
RULE_SCORES: Final = Compiled(
    lambda assessment_id: RuleScore.objects.filter(assessment_id=assessment_id).select_related("response"),
    assessment_id=uuid.UUID,
)
OVERRIDES: Final = Compiled(
    lambda assessment_id: ScoreOverride.objects.filter(assessment_id=assessment_id), assessment_id=uuid.UUID
)
ESTIMATES: Final = Compiled(
    lambda assessment_id, run: (
        SkillEstimate.objects.filter(assessment_id=assessment_id, run=run)
        .select_related("skill")
        .order_by("skill__key")
    ),
    assessment_id=uuid.UUID,
    run=int,
)
NEWEST_RUN: Final = Compiled(
    lambda assessment_id: (
        ProfileRun.objects.filter(assessment_id=assessment_id)
        .order_by("-run")
        .values_list("run", flat=True)[:1]
    ),
    assessment_id=uuid.UUID,
)
