"""What a student may be set to practise, and what was set before, as the advisor's page shows it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from practice import queries as practice
from practice.enums import OverrideKind

SHOWN: Final = 10
_FIELDS: Final = {"target_difficulty": "difficulty", "due_on": "due", "status": ""}


@dataclass(frozen=True, slots=True)
class SteeredSkill:
    """A skill that there are items for; ``difficulty`` is where the student is, None before any practice."""

    key: str
    name: str
    difficulty: int | None


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
    """The skills of a role that may be steered, and what was set for the student, the latest first."""

    skills: tuple[SteeredSkill, ...]
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
        skills=tuple(
            SteeredSkill(key, name, practised[key].difficulty if key in practised else None)
            for key, name in named.items()
            if key in there
        ),
        before=tuple(
            SetBefore(
                what=row.skill.name if row.kind == OverrideKind.LEVEL else f"Goal in {row.skill.name}",
                before=_in_words(row.kind, row.before),
                after=_in_words(row.kind, row.after),
                who=row.made_by.name,
                reason=row.reason,
                made_at=row.made_at,
            )
            for row in rows
        ),
    )


def _in_words(kind: str, standing: Mapping[str, Any]) -> str:
    if kind == OverrideKind.LEVEL:
        return f"difficulty {standing['difficulty']}"
    told = (
        f"{word} {standing[name] or 'no day'}".strip() for name, word in _FIELDS.items() if name in standing
    )
    return ", ".join(told)
