"""From levels to points. Nothing outside this file decides how many points a level is worth.

A criterion with weight ``w`` at a level of ``p`` of at most ``m`` points gives ``w * p / m``.
With ``W`` the weights of all criteria and ``S`` those of the scored ones,

* ``score = maximum * sum over S of (w * p / m) / sum(W)``
* ``scored_weight = maximum * sum(S) / sum(W)``

so scores and scored weights of several questions can simply be added, and a criterion that
waits for a person is in neither. Both are rounded half up to 0.01.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from scoring.essays.judgement import CriterionVerdict
from scoring.essays.task import Criterion, EssayTask
from scoring.rules.base import round_half_up


def points(criterion: Criterion, level_id: str) -> Decimal:
    """The points of a level, inside ``[0, criterion.maximum]``; KeyError for an unknown one."""
    level = criterion.level(level_id)
    if level is None:
        raise KeyError(level_id)
    return min(max(level.points, Decimal(0)), criterion.maximum)


def total(task: EssayTask, verdicts: Iterable[CriterionVerdict]) -> tuple[Decimal | None, Decimal]:
    """``(score, scored_weight)`` of the scored verdicts; ``(None, 0.00)`` without any.

    At most one verdict per criterion counts, the first.
    """
    by_key = {criterion.key: criterion for criterion in task.criteria}
    earned = scored = Fraction(0)
    for verdict in verdicts:
        criterion = by_key.get(verdict.criterion_key)
        if criterion is None or verdict.status != "scored" or verdict.points is None:
            continue
        by_key.pop(criterion.key)
        weight = Fraction(criterion.weight)
        scored += weight
        earned += weight * _share(verdict.points, criterion.maximum)
    if not scored:
        return None, Decimal("0.00")
    per_weight = Fraction(task.maximum) / sum((Fraction(c.weight) for c in task.criteria), Fraction(0))
    scored_weight = min(round_half_up(scored * per_weight, 2), task.maximum)
    return min(round_half_up(earned * per_weight, 2), scored_weight), scored_weight


def _share(earned: Decimal, maximum: Decimal) -> Fraction:
    if maximum <= 0:
        return Fraction(0)
    return Fraction(min(max(earned, Decimal(0)), maximum)) / Fraction(maximum)
