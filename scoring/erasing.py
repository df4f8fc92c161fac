"""Erasing what a person's assessments were scored with and by."""

import uuid
from typing import Final

from scoring.models import (
    Appeal,
    EssayScore,
    ModelCall,
    ProfileRun,
    RescoredLine,
    ReviewTask,
    RuleScore,
    ScoreChange,
    ScoreOverride,
    SkillContest,
    SkillEstimate,
)
from scoring.oversight import example_provenance

# Estimates go before the contests that they follow, reviews before the scores that they are of.
TABLES: Final = (
    ReviewTask, RescoredLine, SkillEstimate, SkillContest, Appeal, ScoreChange, ScoreOverride, EssayScore, RuleScore,
    ProfileRun, ModelCall,
)  # fmt: skip


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete scores, what people decided about them, the profile, copies of answers, and calls with their texts."""
    examples = example_provenance.erase_copies(person_id)
    rows = {
        table._meta.db_table: table._default_manager.filter(assessment__user=person_id).delete()[0]
        for table in TABLES
    }
    rows[ModelCall._meta.db_table] += ModelCall.objects.filter(person=person_id).delete()[0]
    return {"calibration_examples": examples, **rows}
