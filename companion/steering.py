"""What a student may be set to practise, and what was set before, as the advisor's page shows it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from companion.words import Label
from practice import queries as practice
from practice.enums import GoalStatus, OverrideKind

SHOWN: Final = 10
SHOWN_GOALS: Final = 20
_GOALS: Final = {
    GoalStatus.OPEN: Label("open", "accent"),
    GoalStatus.REACHED: Label("reached", "good"),
    GoalStatus.DROPPED: Label("dropped"),
}
_FIELDS: Final = {"target_difficulty": "difficulty", "due_on": "due", "status": ""}


@dataclass(frozen=True, slots=True)
class SteeredSkill:
    """A skill that there are items for; ``difficulty`` is where the student is, None before any practice, and
    ``version`` how often that has been set."""

    key: str
    name: str
    difficulty: int | None
    version: int


@dataclass(frozen=True, slots=True)
class SteeredGoal:
    """A goal of the student's; one that was reached stays as it is."""

    pk: uuid.UUID
    title: str
    skill: str
    target: int
    due_on: dt.date | None
    label: Label
    status: str
    progress: str
    version: int
    is_changeable: bool


@dataclass(frozen=True, slots=True)
class SetBefore:
    """A level or goal that somebody set, in words."""

    what: str
    before: str
    after: str
    who: str
    reason: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Steering:
    """The skills of a role that may be steered, the student's goals, the open ones first, and what was set before, the
    latest first."""

    skills: tuple[SteeredSkill, ...]
    goals: tuple[SteeredGoal, ...]
    before: tuple[SetBefore, ...]


def steering(
    *,
    by: User,
    student_id: uuid.UUID,
    skills: Iterable[tuple[str, str]],
    practised: Mapping[str, practice.SkillProgress],
) -> Steering:
    """Return what may be set for a student in these ``skills`` (key and name), and what was."""
    named = dict(skills)
    there = practice.skills_with_items(named)
    rows = practice.overrides_visible_to(by).filter(student=student_id).select_related("made_by")[:SHOWN]
    return Steering(
        skills=tuple(_steered(key, name, practised.get(key)) for key, name in named.items() if key in there),
        goals=_goals(by, student_id),
        before=tuple(
            SetBefore(
                what=_what(row),
                before=in_words(row.before),
                after=in_words(row.after),
                who=row.made_by.name,
                reason=row.reason,
                made_at=row.made_at,
            )
            for row in rows
        ),
    )


def _steered(key: str, name: str, at: practice.SkillProgress | None) -> SteeredSkill:
    return SteeredSkill(key, name, at.difficulty if at else None, at.version if at else 0)


def _what(row: Any) -> str:
    named = ", ".join(skill.name for skill in practice.skills_of_override(row))
    return named if row.kind == OverrideKind.LEVEL else f"Goal in {named}"


def _goals(by: User, student_id: uuid.UUID) -> tuple[SteeredGoal, ...]:
    found = practice.goals_of(by=by, student_id=student_id)
    found.sort(key=lambda one: one.goal.status != GoalStatus.OPEN)
    return tuple(
        SteeredGoal(
            pk=one.goal.pk,
            title=one.goal.title,
            skill=", ".join(skill.name for skill in one.goal.skills),
            target=one.goal.target_difficulty,
            due_on=one.goal.due_on,
            label=_GOALS[GoalStatus(one.goal.status)],
            status=one.goal.status,
            progress=f"{one.progress:.0%}",
            version=one.goal.version,
            is_changeable=one.goal.status != GoalStatus.REACHED,
        )
        for one in found[:SHOWN_GOALS]
    )


def in_words(standing: Mapping[str, Any]) -> str:
    """Return a level, or what differs of a goal, in words."""
    if "difficulty" in standing:
        return f"difficulty {standing['difficulty']}"
    told = (
        f"{word} {standing[name] or 'no day'}".strip() for name, word in _FIELDS.items() if name in standing
    )
    return ", ".join(told)
