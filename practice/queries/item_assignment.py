"""What is given to whom next, and how well they do."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import QuerySet

from accounts.models import User
from accounts.policy import sees_student
from assessments import queries as assessments
from catalog import queries as catalog
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Missing
from microcred.pipelining import PipelinedQuery, Statement
from practice.enums import AssignmentStatus, TurnReason
from practice.models import PracticeAssignment, PracticeItem, SkillRating
from practice.rating import UNKNOWN, Rating, aged_rating, placed
from practice.selection import Candidate
from practice.skill_scheduling import ITEMS_AFTER_SESSION, SESSION_IS_FRESH, SkillCandidate, Turn, next_skill
from recommendations.queries import NEGLIGIBLE_GAP
from scoring import queries as scoring

RESTS: Final = dt.timedelta(days=30)
RESULTS_READ: Final = 3
A_DAY: Final = dt.timedelta(days=1)

_MINE: Final = PracticeAssignment.objects.filter(status=AssignmentStatus.OPEN).select_related("skill")
# Asked with every item that is given out.
_OPEN: Final = CompiledQuery(lambda user: _MINE.filter(user=user), user=uuid.UUID)
_OPEN_OF_SKILL: Final = CompiledQuery(
    lambda user, skill: _MINE.filter(user=user, skill__key=skill), user=uuid.UUID, skill=str
)
_RATING: Final = CompiledQuery(
    lambda user, skill: SkillRating.objects.filter(user=user, skill__key=skill).order_by(),
    user=uuid.UUID,
    skill=str,
)
_ITEM: Final = CompiledQuery(
    lambda item: PracticeItem.objects.filter(pk=item).select_related("skill").order_by(), item=uuid.UUID
)
_TURNS: Final = Statement("""
SELECT s.id, s.key, s.name,
       (SELECT max(a.assigned_at) FROM practice_assignments a WHERE a.user_id = %(user)s AND a.skill_id = s.id),
       EXISTS (SELECT 1 FROM practice_goals g
                WHERE g.user_id = %(user)s AND g.status = 'open'
                  AND (g.skill_id = s.id OR EXISTS (SELECT 1 FROM practice_goal_skills f
                                                     WHERE f.goal_id = g.id AND f.skill_id = s.id))),
       EXISTS (SELECT 1 FROM practice_taught_skills t
                WHERE t.user_id = %(user)s AND t.skill_id = s.id AND t.held_at > %(fresh)s
                  AND (SELECT count(*) FROM practice_assignments a
                        WHERE a.user_id = %(user)s AND a.skill_id = s.id AND a.status <> 'withdrawn'
                          AND a.assigned_at >= t.held_at) < %(enough)s)
  FROM skills s
 WHERE EXISTS (SELECT 1 FROM practice_items i WHERE i.skill_id = s.id AND i.active)
""")
_NEAREST: Final = Statement("""
WITH rested AS NOT MATERIALIZED (
    SELECT i.id, i.rating, i.deviation FROM practice_items i
     WHERE i.skill_id = %(skill)s AND i.active
       AND NOT EXISTS (SELECT 1 FROM practice_assignments a
                        WHERE a.user_id = %(user)s AND a.item_id = i.id AND a.assigned_at > %(since)s)
)
(SELECT * FROM rested WHERE rating >= %(target)s ORDER BY rating LIMIT 20)
UNION ALL
(SELECT * FROM rested WHERE rating < %(target)s ORDER BY rating DESC LIMIT 20)
""")
_LONGEST_AGO: Final = Statement("""
SELECT i.id, i.rating, i.deviation
  FROM practice_items i
  JOIN practice_assignments a ON a.item_id = i.id AND a.user_id = %(user)s
 WHERE i.skill_id = %(skill)s AND i.active AND i.rating <= %(hardest)s
 GROUP BY i.id HAVING max(a.assigned_at) > %(since)s
 ORDER BY max(a.assigned_at) LIMIT 3
""")


class AssignmentMissing(Missing):
    """There is no such assignment."""

    default_code = "PRACTICE_404"


class NothingToPractise(Missing):
    """There is no item to practise with."""

    default_code = "PRACTICE_ITEM_404"


class SkillMissing(Missing):
    """There is no such skill."""

    default_code = "SKILL_404"


@dataclass(frozen=True, slots=True)
class PractisedSkill:
    """A skill that there are items for, and why it is its turn."""

    id: uuid.UUID
    key: str
    name: str
    reason: TurnReason


@dataclass(frozen=True, slots=True)
class RoleAsks:
    """By skill, how far a result is below what its role asks for, times importance; and the importance (1 to 5)."""

    weights: Mapping[str, float] = field(default_factory=dict)
    importance: Mapping[str, int] = field(default_factory=dict)


def visible_to(by: User) -> QuerySet[PracticeAssignment]:
    """Return the assignments that the caller may see: their own, and those of the students whom they look after."""
    return PracticeAssignment.objects.filter(sees_student(by, path="user")).select_related("skill")


def get_visible(*, by: User, assignment_id: uuid.UUID) -> PracticeAssignment:
    """Return an assignment.

    Raises:
        AssignmentMissing: if it is not there or not for the caller to see.
    """
    found = visible_to(by).filter(pk=assignment_id).first()
    if found is None:
        raise AssignmentMissing("There is no such assignment.")
    return found


def open_assignment(user_id: uuid.UUID, skill_key: str = "") -> PracticeAssignment | None:
    """Return what a student is at, of a skill or of any, the latest first."""
    return next(iter(_open_read(user_id, skill_key).rows()), None)


def reads(user_id: uuid.UUID, skill_key: str = "", *, now: dt.datetime) -> list[PipelinedQuery[Any]]:
    """Return what is known beforehand to be read when an item is given out, for one round trip."""
    rating = [_RATING.read(user=user_id, skill=skill_key)] if skill_key else []
    return [_open_read(user_id, skill_key), _TURNS.read(**_turns_of(user_id, now)), *rating]


def skills_with_items(keys: Iterable[str]) -> set[str]:
    """Return those of these skills, by key, that there is something to practise with for."""
    found = PracticeItem.objects.filter(active=True, skill__key__in=list(keys)).order_by()
    return set(found.values_list("skill__key", flat=True).distinct())


def skill_to_practise(user_id: uuid.UUID, skill_key: str = "", *, now: dt.datetime) -> PractisedSkill:
    """Return the skill of this key, or without one that whose turn it is.

    Raises:
        SkillMissing: if there is none of this key.
        NothingToPractise: if there is no item for it, or for none at all.
    """
    rows = _TURNS.rows(**_turns_of(user_id, now))
    if skill_key:
        rows = [row for row in rows if row[1] == skill_key]
    if not rows:
        if skill_key and not catalog.skill_ids([skill_key]):
            raise SkillMissing("There is no such skill.", details={"skill": skill_key})
        raise NothingToPractise("There is nothing to practise with.", details={"skill": skill_key or None})
    turn = (
        Turn(skill_key, TurnReason.CHOSEN) if skill_key else next_skill(_turns(rows, asked_by_role(user_id)))
    )
    found, key, name, *_ = next(row for row in rows if row[1] == turn.key)
    return PractisedSkill(found, key, name, turn.reason)


def turns(user_id: uuid.UUID, *, now: dt.datetime) -> list[tuple[str, SkillCandidate]]:
    """Return the name of every skill that there are items for, and what speaks for practising it."""
    rows = _TURNS.rows(**_turns_of(user_id, now))
    return list(zip((row[2] for row in rows), _turns(rows, asked_by_role(user_id)), strict=True))


def standing(user_id: uuid.UUID, skill_key: str, *, now: dt.datetime) -> Rating:
    """Return how well a student does at a skill: by practice, else by their newest result that tells, else unknown."""
    row = _RATING.first(user=user_id, skill=skill_key)
    return _by_result(user_id, skill_key) if row is None else aged(row, now=now)


def aged(row: SkillRating, *, now: dt.datetime) -> Rating:
    """Return a kept rating as it is now: less certain by the time since the last answer."""
    return aged_rating(Rating(row.rating, row.deviation), max((now - row.updated_at) / A_DAY, 0.0))


def fresh_items(
    user_id: uuid.UUID, skill_id: uuid.UUID, *, target: float, now: dt.datetime
) -> Sequence[Candidate]:
    """Return the items nearest to a rating that the student was not given within ``RESTS``."""
    rows = _NEAREST.rows(user=user_id, skill=skill_id, target=target, since=now - RESTS)
    return [Candidate(item, rating, deviation) for item, rating, deviation in rows]


def recently_given_items(
    user_id: uuid.UUID, skill_id: uuid.UUID, *, hardest: float, now: dt.datetime
) -> Sequence[Candidate]:
    """Return the items up to a rating that the student was given within ``RESTS``, those that were longest ago."""
    rows = _LONGEST_AGO.rows(user=user_id, skill=skill_id, hardest=hardest, since=now - RESTS)
    return [Candidate(item, rating, deviation) for item, rating, deviation in rows]


def item(item_id: Any) -> PracticeItem:
    """Return an item that is there."""
    (found,) = _ITEM.rows(item=item_id)
    return found


def _turns_of(user_id: uuid.UUID, now: dt.datetime) -> dict[str, Any]:
    return {"user": user_id, "fresh": now - SESSION_IS_FRESH, "enough": ITEMS_AFTER_SESSION}


def _turns(rows: Iterable[Sequence[Any]], asked: RoleAsks) -> list[SkillCandidate]:
    return [
        SkillCandidate(
            key,
            asked.weights.get(key, 0.0),
            asked.importance.get(key, 0),
            is_goal=is_goal,
            is_fresh=is_fresh,
            last=last,
        )
        for _, key, _, last, is_goal, is_fresh in rows
    ]


def _open_read(user_id: uuid.UUID, skill_key: str) -> PipelinedQuery[PracticeAssignment]:
    if skill_key:
        return _OPEN_OF_SKILL.read(user=user_id, skill=skill_key)
    return _OPEN.read(user=user_id)


def _by_result(user_id: uuid.UUID, skill_key: str) -> Rating:
    for assessment in assessments.shown_to_student(user_id).order_by("-completed_at")[:RESULTS_READ]:
        for found in scoring.profile(assessment.pk):
            if found.skill_key == skill_key and found.evidence:
                return placed(found.level, found.deviation)
    return UNKNOWN


def asked_by_role(user_id: uuid.UUID) -> RoleAsks:
    """Return what the role of the student's newest result asks for, and what that result leaves of it to learn.

    What a recommendation takes for no gap is none here.
    """
    newest = assessments.shown_to_student(user_id).order_by("-completed_at").first()
    if newest is None:
        return RoleAsks()
    levels = {found.skill_key: found.level for found in scoring.profile(newest.pk)}
    needs = catalog.role_needs(newest.role_id)
    return RoleAsks(weighed(needs, levels), {need.skill_key: need.importance for need in needs})


def weighed(needs: Iterable[catalog.RoleNeed], levels: Mapping[str, float]) -> dict[str, float]:
    """Return how far levels are below what a role needs, times importance, by skill; what is negligible is left out."""
    gaps = ((need, need.target_level - levels[need.skill_key]) for need in needs if need.skill_key in levels)
    return {need.skill_key: gap * need.importance for need, gap in gaps if gap >= NEGLIGIBLE_GAP}
