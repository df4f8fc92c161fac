"""Writing practice items, and taking them out of practice."""

import datetime as dt
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from microcred.errors import Conflict, Invalid
from ops import audit
from practice.enums import DraftStatus
from practice.item_schema import item_problems
from practice.models import PracticeDraft, PracticeItem
from practice.rating import AUTHOR_DEVIATION, Rating, authored

WRITTEN: Final = (
    "skill_id", "question_type", "prompt", "choices", "answer_format", "rules", "hints", "solution", "difficulty",
    "seconds",
)  # fmt: skip
RATED: Final = ("rating", "deviation", "answers")


class ItemInvalid(Invalid):
    """A practice item contradicts itself, or its hints give its answer away."""

    default_code = "PRACTICE_ITEM_400"


class ItemMade(Conflict):
    """The item was made by a generator, which would make it the same way again."""

    default_code = "PRACTICE_ITEM_409"


class ItemDeclined(Conflict):
    """A model wrote the item, and staff has declined it."""

    default_code = "PRACTICE_ITEM_DECLINED_409"


def content_of(item: PracticeItem) -> dict[str, Any]:
    """Return an item in the shape of `practice.item_schema.ITEM`."""
    content = {
        "key": item.key,
        "type": item.question_type,
        "prompt": item.prompt,
        "answer_format": item.answer_format,
        "rules": item.rules,
        "hints": item.hints,
        "solution": item.solution,
        "difficulty": item.difficulty,
        "seconds": item.seconds,
    }
    return content if item.choices is None else content | {"choices": item.choices}


def rate_anew(item: PracticeItem, rating: Rating) -> PracticeItem:
    """Have an item begin at a rating that no answer has moved yet; for the caller to store."""
    item.rating, item.deviation, item.answers = rating.value, rating.deviation, 0
    return item


@transaction.atomic
def create_item(
    *, by: User | None, item: PracticeItem, now: dt.datetime, deviation: float = AUTHOR_DEVIATION
) -> None:
    """Store a new item, which begins at the difficulty that its author says, ``deviation`` points off or more.

    Raises:
        ItemInvalid: naming what is wrong with it.
    """
    _check(item)
    rate_anew(item, authored(item.difficulty, deviation))
    item.created_at = item.updated_at = now
    item.save(force_insert=True)
    _record(by, "created", item, skill=str(item.skill_id))


@transaction.atomic
def change_item(*, by: User | None, item: PracticeItem, now: dt.datetime) -> None:
    """Store what an item says now; what was given to students already stays as it was.

    Its rating stays what answers have made of it, also those given since ``item`` was read, unless its difficulty is
    another one now.

    Raises:
        ItemInvalid: naming what is wrong with it.
        ItemMade: if nobody wrote it.
    """
    _check(item)
    stored = PracticeItem.objects.select_for_update().get(pk=item.pk)
    if stored.generator:
        raise ItemMade("It was made by a generator. Retire it, and write another one.")
    differing = [name for name in WRITTEN if getattr(stored, name) != getattr(item, name)]
    if not differing:
        return
    rated = RATED if "difficulty" in differing else ()
    if rated:
        rate_anew(item, authored(item.difficulty))
    item.updated_at = now
    item.save(update_fields=[*differing, *rated, "updated_at"])
    _record(by, "changed", item, fields=sorted(name.removesuffix("_id") for name in differing))


@transaction.atomic
def set_item_active(*, by: User | None, item: PracticeItem, active: bool) -> None:
    """Give an item to nobody any more, or again; who has it already keeps it. Reports hold it no longer.

    Raises:
        ItemDeclined: if it is to be given out, and its draft was declined.
    """
    # Declining a draft waits for this lock, or has been committed once it is had.
    PracticeItem.objects.select_for_update().get(pk=item.pk)
    if active and PracticeDraft.objects.filter(item=item, status=DraftStatus.DECLINED).exists():
        raise ItemDeclined(f"{item.key} cannot be given to students: its draft was declined.")
    PracticeItem.objects.filter(pk=item.pk).update(active=active, held_at=None)
    _record(by, "activated" if active else "retired", item)


def _check(item: PracticeItem) -> None:
    problems = item_problems(content_of(item))
    if problems:
        raise ItemInvalid("The practice item cannot be used.", details={"problems": problems})


def _record(by: User | None, deed: str, item: PracticeItem, **facts: Any) -> None:
    audit.record(
        by=by, action=f"practice_item.{deed}", resource_type="practice_item", resource_id=item.pk, metadata=facts
    )  # fmt: skip
