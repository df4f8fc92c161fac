"""Stores practice items: all of them or none, and the second time nothing."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Avg

from accounts.models import User
from catalog import queries as catalog
from ops import audit
from practice.importing.bank import BankItem
from practice.models import PracticeItem
from practice.rating import Rating, authored
from practice.services.items import RATED, WRITTEN, rate_anew

CONTENT = (*WRITTEN, "generator", "seed")
Family = tuple[str, int]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many items were created, changed and left as they were."""

    created: int
    changed: int
    unchanged: int


def store(items: Sequence[BankItem], *, by: User | None, now: dt.datetime) -> LoadReport:
    """Store items by their keys in one transaction; stored ones that are not named stay as they are.

    A changed item keeps what students have made of its rating, unless its difficulty is another one now.
    """
    with transaction.atomic():
        skills = catalog.skill_ids(sorted({item.skill for item in items}))
        stored = {row.key: row for row in PracticeItem.objects.filter(key__in=[item.key for item in items])}
        families = _families()
        new, changed, rerated = [], [], []
        for item in items:
            content, row = _content(item, skills), stored.get(item.key)
            if row is None:
                new.append(_row(item, content, families, now))
            elif different := [name for name in CONTENT if getattr(row, name) != content[name]]:
                changed.append(_rewritten(row, content, now))
                if "difficulty" in different:
                    rerated.append(rate_anew(row, _first_rating(item, families)))
        PracticeItem.objects.bulk_create(new, batch_size=500)
        PracticeItem.objects.bulk_update(changed, [*CONTENT, "updated_at"], batch_size=500)
        PracticeItem.objects.bulk_update(rerated, RATED, batch_size=500)
        if new or changed:
            audit.record(
                by=by, action="practice.items_loaded", resource_type="practice_items", resource_id=None,
                metadata={"created": len(new), "updated": len(changed)},
            )  # fmt: skip
    return LoadReport(len(new), len(changed), len(items) - len(new) - len(changed))


def _content(item: BankItem, skills: Mapping[str, uuid.UUID]) -> dict[str, Any]:
    told = item.content
    return {
        "skill_id": skills[item.skill],
        "question_type": told["type"],
        "prompt": told["prompt"],
        "choices": told.get("choices"),
        "answer_format": told.get("answer_format", {}),
        "rules": told["rules"],
        "hints": told["hints"],
        "solution": told["solution"],
        "difficulty": told["difficulty"],
        "seconds": told["seconds"],
        "generator": item.generator,
        "seed": item.seed,
    }


def _row(
    item: BankItem, content: Mapping[str, Any], families: Mapping[Family, Rating], now: dt.datetime
) -> PracticeItem:
    row = PracticeItem(key=item.key, **content, created_at=now, updated_at=now)
    return rate_anew(row, _first_rating(item, families))


def _rewritten(row: PracticeItem, content: Mapping[str, Any], now: dt.datetime) -> PracticeItem:
    for name, value in content.items():
        setattr(row, name, value)
    row.updated_at = now
    return row


def _first_rating(item: BankItem, families: Mapping[Family, Rating]) -> Rating:
    """What the author says of a new item, or what students have shown of its siblings, which differ by numbers only."""
    difficulty = item.content["difficulty"]
    return families.get((item.generator, difficulty)) or authored(difficulty)


def _families() -> dict[Family, Rating]:
    """The mean rating of the answered items of each generator and difficulty, as uncertain as they are on average."""
    rows: Iterable[Mapping[str, Any]] = (
        PracticeItem.objects.filter(answers__gt=0)
        .exclude(generator="")
        .order_by()
        .values("generator", "difficulty")
        .annotate(value=Avg("rating"), spread=Avg("deviation"))
    )
    return {(row["generator"], row["difficulty"]): Rating(row["value"], row["spread"]) for row in rows}
