"""The skill profile drawn again from scores."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from catalog import queries as catalog
from microcred.code_editions import edition
from scoring.contests import corrections_of_run
from scoring.evidence import evidence_of, signals_of
from scoring.models import SkillEstimate
from scoring.profile import corrected, skill_profile
from scoring.queries import QuestionResult
from scoring.replay.differences import Difference, Kind, compare

_SCORING: Final = Path(__file__).parent.parent
PROFILE_EDITION: Final = edition([_SCORING / "profile.py", _SCORING / "evidence.py"])
THOUSANDTH: Final = Decimal("0.001")
Level = tuple[Decimal, Decimal]


def profile_again(results: Sequence[QuestionResult], corrections: Mapping[str, float]) -> dict[str, Level]:
    """Return level and deviation that these outcomes and a person's ``corrections`` make, by the key of the skill."""
    estimates = corrected(skill_profile(evidence_of(results), signals_of(results)), corrections)
    known = catalog.skill_ids([estimate.skill for estimate in estimates])
    return {
        one.skill: (_thousandths(one.level), _thousandths(one.deviation))
        for one in estimates
        if one.skill in known
    }


def replay_profile(
    assessment_id: uuid.UUID, results: Sequence[QuestionResult], *, run: int, kind: Kind = "different"
) -> list[Difference]:
    """Return every skill whose level in a stored profile is not the one that these outcomes make."""
    rows = SkillEstimate.objects.filter(assessment_id=assessment_id, run=run).select_related("skill")
    stored = {row.skill.key: (row.level, row.deviation) for row in rows}
    again = profile_again(results, corrections_of_run(assessment_id, run))
    return [
        difference
        for skill in sorted(stored.keys() | again.keys())
        for difference in compare(
            f"profile, {skill}", _level(stored.get(skill)), _level(again.get(skill)), kind=kind
        )
    ]


def _level(estimate: Level | None) -> str | None:
    return None if estimate is None else f"{estimate[0]:.3f} ± {estimate[1]:.3f}"


def _thousandths(value: float) -> Decimal:
    return Decimal(str(value)).quantize(THOUSANDTH)
