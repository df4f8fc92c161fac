"""Rows of one assessment that every result and every recommendation reads, by queries that are put together once."""

import uuid
from collections.abc import Collection
from typing import Final

from microcred.compiled import Compiled
from scoring.models import CriterionMark, EssayScore, ProfileRun, RuleScore, ScoreOverride, SkillEstimate

ESSAYS: Final = Compiled(
    lambda assessment_id: EssayScore.objects.filter(assessment_id=assessment_id).order_by(),
    assessment_id=uuid.UUID,
)
ESSAY_RUNS: Final = Compiled(
    lambda assessment_id: (
        EssayScore.objects.filter(assessment_id=assessment_id)
        .order_by()
        .values_list("question_snapshot_id", "run")
    ),
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


def attach_marks(assessment_id: uuid.UUID, essays: Collection[EssayScore]) -> None:
    """Give these runs of an assessment their marks, as a prefetch does."""
    if not essays:
        return
    marks: dict[uuid.UUID, list[CriterionMark]] = {row.pk: [] for row in essays}
    for mark in MARKS.rows(assessment_id=assessment_id):
        # Those of runs that do not count are left.
        marks.get(mark.essay_score_id, []).append(mark)
    for row in essays:
        vars(row)["_prefetched_objects_cache"] = {"marks": marks[row.pk]}
