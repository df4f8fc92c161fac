"""Rows of one assessment that every result and every recommendation reads, by queries that are put together once."""

import uuid
from collections.abc import Collection
from typing import Any, Final

from microcred.compiled_queries import CompiledQuery
from microcred.pipelining import Statement
from scoring.models import CriterionMark, EssayScore, ProfileRun, RuleScore, ScoreOverride

ESSAYS: Final = CompiledQuery(
    lambda assessment_id: EssayScore.objects.filter(assessment_id=assessment_id).order_by(),
    assessment_id=uuid.UUID,
)
ESSAY_RUNS: Final = CompiledQuery(
    lambda assessment_id: (
        EssayScore.objects.filter(assessment_id=assessment_id)
        .order_by()
        .values_list("question_snapshot_id", "run")
    ),
    assessment_id=uuid.UUID,
)
MARKS: Final = CompiledQuery(
    lambda assessment_id: CriterionMark.objects.filter(essay_score__assessment_id=assessment_id).order_by(
        "position"
    ),
    assessment_id=uuid.UUID,
)
RULE_SCORES: Final = CompiledQuery(
    lambda assessment_id: RuleScore.objects.filter(assessment_id=assessment_id).select_related("response"),
    assessment_id=uuid.UUID,
)
OVERRIDES: Final = CompiledQuery(
    lambda assessment_id: ScoreOverride.objects.filter(assessment_id=assessment_id), assessment_id=uuid.UUID
)
# The number of the run stands there with no estimate too.
NEWEST_ESTIMATES: Final = Statement("""
SELECT newest.run, e.skill_id, s.key, s.name, e.level, e.deviation, e.evidence
  FROM (SELECT coalesce(max(run), 0) AS run FROM profile_runs WHERE assessment_id = %(assessment_id)s) AS newest
  LEFT JOIN skill_estimates e ON e.assessment_id = %(assessment_id)s AND e.run = newest.run
  LEFT JOIN skills s ON s.id = e.skill_id
 ORDER BY s.key
""")
_NEWEST_LEVELS: Final = Statement("""
SELECT e.assessment_id, s.key, e.level
  FROM skill_estimates e JOIN skills s ON s.id = e.skill_id
 WHERE e.assessment_id = ANY(%(assessment_ids)s::uuid[])
   AND e.run = (SELECT max(p.run) FROM profile_runs p WHERE p.assessment_id = e.assessment_id)
""")
NEWEST_RUN: Final = CompiledQuery(
    lambda assessment_id: (
        ProfileRun.objects.filter(assessment_id=assessment_id)
        .order_by("-run")
        .values_list("run", flat=True)[:1]
    ),
    assessment_id=uuid.UUID,
)


def levels_of(assessment_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, float]]:
    """Return the levels of the newest profile of each of these assessments, by the key of the skill; nothing of one
    without a profile."""
    found: dict[uuid.UUID, dict[str, float]] = {}
    for assessment_id, key, level in _NEWEST_LEVELS.rows(assessment_ids=list(assessment_ids)):
        found.setdefault(assessment_id, {})[key] = float(level)
    return found


def newest_estimates(assessment_id: uuid.UUID) -> tuple[int, list[tuple[Any, ...]]]:
    """Return the number of the newest run, 0 before the first, and what it estimated, by the key of the skill: the
    skill's id, key and name, level, deviation and evidence."""
    rows = NEWEST_ESTIMATES.rows(assessment_id=assessment_id)
    return rows[0][0], [row[1:] for row in rows if row[1] is not None]


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
