"""Reading an essay more than once where one reading leaves its score in doubt.

A reading is in doubt when its total is near the border between two levels, or when a verdict
in it does not hold. The border: with ``L`` levels a score of ``s`` out of ``m`` is
``s / m * (L - 1)`` on the scale of levels, which is rounded to the nearest; within 0.1 of the
middle between two, another reading might round to the other. Readings that agree in every
verdict end the doubt. Otherwise the lower median of the readings counts, and their lowest and
highest score are shown as a band.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from scoring.essays.judgement import Judgement
from scoring.essays.task import EssayTask

NEAR_A_BORDER: Final = Decimal("0.1")
# Wider than this share of the maximum, a band is for a person to look at.
WIDE: Final = Decimal("0.15")
WIDE_BAND: Final = "wide_band"
AGREED: Final = 0.1


def in_doubt(task: EssayTask, made: Sequence[Judgement]) -> bool:
    """Whether a further reading is worth its price, after the readings made so far."""
    first = made[0]
    if first.outcome == "decided_by_code" or first.injection_suspected or first.reason_code:
        return False
    if len(made) > 1:
        return not _agree(made)
    return first.outcome == "needs_review" or is_near_a_border(task, first)


def is_near_a_border(task: EssayTask, judgement: Judgement) -> bool:
    """Whether the total would round to another level if it were a little higher or lower."""
    steps = max(len(criterion.levels) for criterion in task.criteria) - 1
    if judgement.score is None or not judgement.scored_weight or steps < 1:
        return False
    place = judgement.score / judgement.scored_weight * steps
    return abs(place % 1 - Decimal("0.5")) <= NEAR_A_BORDER


def settled(task: EssayTask, made: Sequence[Judgement]) -> Judgement:
    """The judgement that several readings come to, with the cost of all of them.

    Where most readings scored every criterion that any of them scored, it is one of those; otherwise the first
    reading stands, with what it leaves to a person. One reading that is not to be trusted spoils them all.
    """
    if len(made) == 1:
        return made[0]
    distrusted = next((one for one in made if one.injection_suspected), None)
    if distrusted is not None:
        return _with_all_costs(distrusted, made)
    weight = max(one.scored_weight for one in made)
    full = [one for one in made if one.scored_weight == weight and one.score is not None]
    candidates = full if 2 * len(full) > len(made) else [made[0]]
    chosen = sorted(candidates, key=_points)[(len(candidates) - 1) // 2]
    scores = [
        _points(one) for one in made if one.score is not None and one.scored_weight == chosen.scored_weight
    ]
    low, high = (min(scores), max(scores)) if scores else (None, None)
    wide = low is not None and high is not None and high - low > WIDE * task.maximum
    return replace(
        _with_all_costs(chosen, made),
        band_low=low,
        band_high=high,
        flags=(*chosen.flags, WIDE_BAND) if wide else chosen.flags,
        uncertainty=_uncertainty(task, made, chosen, low, high),
    )


def _with_all_costs(chosen: Judgement, made: Sequence[Judgement]) -> Judgement:
    return replace(
        chosen,
        readings=len(made),
        calls=tuple(call for one in made for call in one.calls),
        input_tokens=sum(one.input_tokens for one in made),
        output_tokens=sum(one.output_tokens for one in made),
        latency_ms=sum(one.latency_ms for one in made),
        cost_microcents=sum(one.cost_microcents for one in made),
        notes=(*chosen.notes, f"{len(made)} readings"),
    )


def _points(judgement: Judgement) -> Decimal:
    return Decimal(0) if judgement.score is None else judgement.score


def _uncertainty(
    task: EssayTask, made: Sequence[Judgement], chosen: Judgement, low: Decimal | None, high: Decimal | None
) -> float:
    if chosen.outcome != "scored":
        return chosen.uncertainty
    if _agree(made):
        return AGREED
    spread = float((high - low) / task.maximum) if low is not None and high is not None else 0.0
    return round(min(1.0, chosen.uncertainty + spread), 4)


def _agree(made: Sequence[Judgement]) -> bool:
    said = {
        tuple((verdict.criterion_key, verdict.level_id, verdict.status) for verdict in one.verdicts)
        for one in made
    }
    return len(said) == 1
