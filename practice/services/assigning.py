"""Giving out items to practise with."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from accounts.locking import lock_person
from accounts.models import User
from microcred.bulk_inserts import insert_rows
from microcred.ids import uuid7
from microcred.pipelining import prefetched
from ops import audit
from practice import queries
from practice.enums import TurnReason
from practice.models import PracticeAssignment, PracticeItem
from practice.rating import HIGHEST, STUDENT_FLOOR, Rating, RatingMethod, predicted
from practice.selection import Candidate, choose, target_rating

# Less is expected only of whom nearly everything is too hard for: an item that they have had teaches them more.
LEAST_CHANCE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Choice:
    """An item for a student, the performance expected of them, and whether they have had it lately."""

    item: Candidate
    chance: float
    is_repeat: bool


def assign(*, by: User, skill_key: str = "", now: dt.datetime) -> PracticeAssignment:
    """Return what the student is at, of this skill or of any; where that is nothing, give out an item that suits them.

    Raises:
        SkillMissing: if there is no such skill.
        NothingToPractise: if there is no item for the skill, or for none at all.
    """
    return queries.open_assignment(by.pk, skill_key) or _next(by, skill_key, now)


@transaction.atomic
def _next(by: User, skill_key: str, now: dt.datetime) -> PracticeAssignment:
    """Give out an item; of two requests at once both get the same, and who sets a level meanwhile is heard first."""
    lock_person(by.pk)
    with prefetched(*queries.reads(by.pk, skill_key, now=now)):
        at_it = queries.open_assignment(by.pk, skill_key)
        if at_it:
            return at_it
        skill = queries.skill_to_practise(by.pk, skill_key, now=now)
        student = queries.standing(by.pk, skill.key, now=now)
    if RatingMethod(settings.PRACTICE_RATING) is RatingMethod.FLAT:
        student = Rating(student.value, STUDENT_FLOOR)  # its deviation never changes, and means nothing
    choice = _choice(by, skill.id, student, now)
    return _given(by, queries.item(choice.item.id), choice, skill.reason, now)


def _choice(by: User, skill_id: uuid.UUID, student: Rating, now: dt.datetime) -> Choice:
    """Choose among the items that have rested; rather than one that is far too hard, one that the student has had."""

    def best(found: Sequence[Candidate], *, is_repeat: bool) -> Choice:
        item = choose(found, student, seed=uuid7().int)
        return Choice(item, predicted(student, Rating(item.rating, item.deviation)), is_repeat)

    rested = queries.fresh_items(by.pk, skill_id, target=target_rating(student), now=now)
    new = best(rested, is_repeat=False) if rested else None
    if new and new.chance >= LEAST_CHANCE:
        return new
    hardest = target_rating(student, LEAST_CHANCE) if new else HIGHEST
    resting = queries.recently_given_items(by.pk, skill_id, hardest=hardest, now=now)
    return best(resting, is_repeat=True) if resting or new is None else new


def _given(
    by: User, item: PracticeItem, choice: Choice, reason: TurnReason, now: dt.datetime
) -> PracticeAssignment:
    """Freeze the item for the student, whom the caller's transaction holds."""
    given = PracticeAssignment(
        user=by, skill=item.skill, item=item, question=question_of(item),
        key={"rules": item.rules, "hints": item.hints, "solution": item.solution},
        difficulty=item.difficulty, seconds=item.seconds, expected=choice.chance, is_repeat=choice.is_repeat,
        reason=reason, assigned_at=now,
    )  # fmt: skip
    line = audit.line(
        by=by, action="practice.assigned", resource_type="practice_assignment", resource_id=given.pk,
        metadata={"item_id": str(item.pk), "difficulty": item.difficulty},
    )  # fmt: skip
    insert_rows([given], [line])
    return given


def question_of(item: PracticeItem) -> dict[str, Any]:
    """Return what a student may see of an item before it is over, without its hints."""
    return {
        "type": item.question_type,
        "prompt": item.prompt,
        "choices": item.choices,
        "answer_format": item.answer_format,
        "by_model": bool(item.author_model),
    }
