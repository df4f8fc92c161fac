"""Giving out items to practise with."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from microcred.ids import uuid7
from microcred.inserting import insert
from microcred.trips import in_one_trip
from ops import audit
from practice import queries
from practice.models import PracticeAssignment, PracticeItem
from practice.rating import Rating, predicted
from practice.selection import choose, target_rating


def assign(*, by: User, skill_key: str = "", now: dt.datetime) -> PracticeAssignment:
    """Return what the student is at, of this skill or of any; where that is nothing, give out an item that suits them.

    Raises:
        NothingToPractise: if there is no item for the skill, or for none at all.
    """
    with in_one_trip(*queries.reads(by.pk, skill_key)):
        at_it = queries.open_assignment(by.pk, skill_key)
        if at_it:
            return at_it
        skill = queries.skill_to_practise(by.pk, skill_key)
        student = queries.standing(by.pk, skill.key, now=now)
    found = queries.candidates(by.pk, skill.id, target=target_rating(student), now=now)
    chosen = choose(found, student, seed=uuid7().int)
    chance = predicted(student, Rating(chosen.rating, chosen.deviation))
    return _given(by, queries.item(chosen.id), chance, now)


def _given(by: User, item: PracticeItem, chance: float, now: dt.datetime) -> PracticeAssignment:
    """Freeze the item for the student; of two requests at once both get the same."""
    given = PracticeAssignment(
        user=by, skill=item.skill, item=item, question=question_of(item),
        key={"rules": item.rules, "hints": item.hints, "solution": item.solution},
        difficulty=item.difficulty, seconds=item.seconds, expected=chance, assigned_at=now,
    )  # fmt: skip
    line = audit.line(
        by=by, action="practice.assigned", resource_type="practice_assignment", resource_id=given.pk,
        metadata={"item_id": str(item.pk), "difficulty": item.difficulty},
    )  # fmt: skip
    try:
        with transaction.atomic():
            insert([given], [line])
    except IntegrityError:
        first = queries.open_assignment(by.pk, item.skill.key)
        if first is None:
            raise
        return first
    return given


def question_of(item: PracticeItem) -> dict[str, Any]:
    """Return what a student may see of an item before it is over, without its hints."""
    return {
        "type": item.question_type,
        "prompt": item.prompt,
        "choices": item.choices,
        "answer_format": item.answer_format,
    }
