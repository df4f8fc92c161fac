"""Reading which skill levels are contested, and which a person has corrected."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from microcred.compiled_queries import CompiledQuery
from microcred.pipelining import PipelinedQuery
from scoring.enums import ContestOutcome
from scoring.models import SkillCheck, SkillContest, SkillEstimate

CONTESTS: Final = CompiledQuery(
    lambda assessment_id: (
        SkillContest.objects.filter(assessment_id=assessment_id)
        .order_by("submitted_at", "pk")
        .select_related("skill", "check_made")
    ),
    assessment_id=uuid.UUID,
)
_CORRECTED: Final = CompiledQuery(
    lambda assessment_id: (
        SkillCheck.objects.filter(contest__assessment_id=assessment_id, outcome=ContestOutcome.CORRECTED)
        .order_by("checked_at", "pk")
        .select_related("contest__skill")
    ),
    assessment_id=uuid.UUID,
)


@dataclass(frozen=True, slots=True)
class SkillStanding:
    """What people said about a level: ``open`` is the contest that waits for a check, ``checked`` the newest check."""

    open: SkillContest | None
    checked: SkillCheck | None


def standings(assessment_id: uuid.UUID) -> dict[str, SkillStanding]:
    """Return what was said about the levels of an assessment, by the key of the skill; one query."""
    found: dict[str, SkillStanding] = {}
    for row in CONTESTS.rows(assessment_id=assessment_id):
        made: SkillCheck | None = getattr(row, "check_made", None)
        before = found.get(row.skill.key)
        found[row.skill.key] = SkillStanding(
            open=None if made else row, checked=made or (before.checked if before else None)
        )
    return found


def contested_skills(assessment_id: uuid.UUID) -> frozenset[str]:
    """Return the keys of the skills whose level is contested and has not been checked yet."""
    return frozenset(key for key, said in standings(assessment_id).items() if said.open)


def corrections(assessment_id: uuid.UUID) -> dict[str, SkillCheck]:
    """Return the newest finding that corrects a level, by the key of the skill."""
    return {row.contest.skill.key: row for row in _CORRECTED.rows(assessment_id=assessment_id)}


def corrections_read(assessment_id: uuid.UUID) -> PipelinedQuery[SkillCheck]:
    """Return what `corrections` asks, to be pipelined with others."""
    return _CORRECTED.read(assessment_id=assessment_id)


def corrections_of_run(assessment_id: uuid.UUID, run: int) -> dict[str, float]:
    """Return the corrected levels that a stored profile follows, by the key of the skill."""
    rows = SkillEstimate.objects.filter(assessment_id=assessment_id, run=run, correction__isnull=False)
    return {key: float(level) for key, level in rows.values_list("skill__key", "correction__level")}


def levels_of(checks: Mapping[str, SkillCheck]) -> dict[str, float]:
    """Return the levels that people found."""
    return {key: float(row.level) for key, row in checks.items()}
