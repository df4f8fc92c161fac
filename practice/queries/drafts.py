"""Reading what is short, what a model wrote of it, and what looks broken."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from catalog import queries as catalog
from catalog.queries import SkillText
from microcred.pipelining import Statement
from practice.enums import FINISHED, DraftStatus
from practice.models import PracticeDraft, PracticeItem
from practice.queries.item_assignment import RESTS, SkillMissing
from practice.rating import HIGHEST, LOWEST, Rating, difficulty
from practice.selection import target_rating

#: An item is suspected from so many answers on, so many of them by students who should find it easy.
ANSWERS_NEEDED: Final = 20
STRONG_NEEDED: Final = 10
#: By how much these did worse than expected, in the mean.
SHORTFALL: Final = 0.3

_SHORTAGE: Final = Statement("""
WITH had AS (
    SELECT a.user_id, a.skill_id, count(DISTINCT a.item_id) AS items
      FROM practice_assignments a JOIN practice_items i ON i.id = a.item_id AND i.active
     WHERE a.assigned_at > %(since)s GROUP BY a.user_id, a.skill_id
), there AS (
    SELECT skill_id, count(*) AS items FROM practice_items WHERE active GROUP BY skill_id
)
SELECT s.key, s.name, count(*)::int, min(t.items)::int, coalesce(avg(r.rating), 1200)::float8
  FROM had h
  JOIN there t ON t.skill_id = h.skill_id AND h.items >= t.items
  JOIN skills s ON s.id = h.skill_id
  LEFT JOIN skill_ratings r ON r.user_id = h.user_id AND r.skill_id = h.skill_id
 GROUP BY s.key, s.name ORDER BY count(*) DESC, s.key
""")
# What was expected is worked out anew from the author's difficulty: a broken item has been rated as hard by the very
# answers that tell of it.
_SUSPECTS: Final = Statement("""
SELECT i.id, count(*)::int, avg(e.chance - a.performance) FILTER (WHERE e.strong)
  FROM practice_items i
  JOIN practice_assignments a ON a.item_id = i.id AND a.status = ANY(%(finished)s::text[]) AND NOT a.is_repeat
       AND (i.looked_at IS NULL OR a.assigned_at > i.looked_at)
 CROSS JOIN LATERAL (
    SELECT 1 / (1 + power(10, (said - a.rating_before) / 400)) AS chance, a.rating_before >= said AS strong
      FROM (SELECT %(lowest)s::float8 + (i.difficulty - 0.5) * %(tenth)s::float8 AS said) d
 ) e
 GROUP BY i.id
HAVING count(*) >= %(answers)s AND count(*) FILTER (WHERE e.strong) >= %(strong)s
   AND avg(e.chance - a.performance) FILTER (WHERE e.strong) >= %(shortfall)s
""")


@dataclass(frozen=True, slots=True)
class Shortage:
    """A skill of which ``students`` have had every item within the time that items rest; ``difficulty`` suits them."""

    key: str
    name: str
    students: int
    items: int
    difficulty: int


@dataclass(frozen=True, slots=True)
class Suspicion:
    """An item that strong students do badly at: by how much worse than expected, of how many answers in all."""

    answers: int
    shortfall: float


def shortage(*, now: dt.datetime) -> Sequence[Shortage]:
    """Return the skills whose items do not last, those that concern most students first."""
    rows = _SHORTAGE.rows(since=now - RESTS)
    return [
        Shortage(key, name, students, items, _suiting(rating)) for key, name, students, items, rating in rows
    ]


def suspects() -> dict[uuid.UUID, Suspicion]:
    """Return the items that look broken, of those that staff has not looked at since.

    Students whose rating was at the author's difficulty or above (``STRONG_NEEDED`` of ``ANSWERS_NEEDED`` or more)
    performed worse than the author's difficulty lets expect, by ``SHORTFALL`` in the mean.
    """
    rows = _SUSPECTS.rows(
        finished=[str(one) for one in FINISHED],
        lowest=LOWEST,
        tenth=(HIGHEST - LOWEST) / 10,
        answers=ANSWERS_NEEDED,
        strong=STRONG_NEEDED,
        shortfall=SHORTFALL,
    )
    return {item: Suspicion(answers, float(shortfall)) for item, answers, shortfall in rows}


def skill_text(key: str) -> SkillText:
    """Return a skill in words.

    Raises:
        SkillMissing: if there is none of this key.
    """
    found = next((one for one in catalog.skills_described() if one.key == key), None)
    if found is None:
        raise SkillMissing("There is no such skill.", details={"skill": key})
    return found


def prompts_of(skill_id: uuid.UUID) -> list[str]:
    """Return what is asked of a skill already, and what other drafts would ask, oldest first."""
    made = PracticeDraft.objects.filter(skill=skill_id, item=None).exclude(status=DraftStatus.REJECTED)
    drafted = made.order_by("made_at", "pk").values_list("content__prompt", flat=True)
    items = PracticeItem.objects.filter(skill=skill_id, generator="").order_by("created_at", "key")
    return [*items.values_list("prompt", flat=True), *filter(None, drafted)]


def waiting_drafts(keys: Collection[str]) -> dict[str, int]:
    """Return how many drafts wait for staff, by skill key."""
    rows = PracticeDraft.objects.filter(skill__key__in=list(keys), status=DraftStatus.WAITING).order_by()
    return dict(rows.values_list("skill__key").annotate(Count("pk")))


def _suiting(rating: float) -> int:
    return difficulty(min(max(target_rating(Rating(rating, 1.0)), LOWEST), HIGHEST))
