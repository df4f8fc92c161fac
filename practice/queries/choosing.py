"""The skills that a student may choose to practise."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from practice.queries.item_assignment import turns
from practice.queries.progress import practised_skills


@dataclass(frozen=True, slots=True)
class ChoosableSkill:
    """A skill that there are items for; ``difficulty`` is where the student is, None before any practice.

    ``is_gap`` says that their newest result leaves it to learn, ``is_goal`` that they have an open goal in it,
    ``is_taught`` that they have gone through it with a tutor lately.
    """

    key: str
    name: str
    difficulty: int | None
    is_gap: bool
    is_goal: bool
    is_taught: bool


def skills_to_choose(user_id: uuid.UUID, *, now: dt.datetime) -> Sequence[ChoosableSkill]:
    """Return what a student may practise: the gaps of their newest result first, the widest first, then the rest by
    name."""
    there = sorted(turns(user_id, now=now), key=lambda one: (-one[1].weight, one[0].casefold()))
    at = practised_skills(user_id, now=now)
    return [
        ChoosableSkill(
            key=one.key,
            name=name,
            difficulty=at[one.key].difficulty if one.key in at else None,
            is_gap=one.weight > 0.0,
            is_goal=one.is_goal,
            is_taught=one.is_fresh,
        )
        for name, one in there
    ]
