"""Holding a rating while it is changed."""

import datetime as dt
import uuid

from practice import queries
from practice.models import SkillRating


def locked_rating(
    student_id: uuid.UUID, *, skill_id: uuid.UUID, skill_key: str, now: dt.datetime
) -> SkillRating:
    """Lock a student's rating of a skill, made where this is the first; of two at once the second waits."""
    mine = SkillRating.objects.select_for_update().filter(user=student_id, skill=skill_id).order_by()
    found = mine.first()
    if found is None:
        start = queries.standing(student_id, skill_key, now=now)
        SkillRating.objects.get_or_create(
            user_id=student_id,
            skill_id=skill_id,
            defaults={"rating": start.value, "deviation": start.deviation, "updated_at": now},
        )
        found = mine.get()
    return found
