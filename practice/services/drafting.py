"""Asking a model for items, keeping what it wrote, and deciding what becomes of it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from accounts.models import User
from catalog import queries as catalog
from microcred.errors import Conflict, Invalid
from ops import audit, jobs
from ops import queries as job_queries
from practice import queries
from practice.drafting.authoring import Made
from practice.enums import UNDECIDED, DraftStatus
from practice.models import PracticeDraft, PracticeItem
from practice.rating import MODEL_DEVIATION, MOST_UNCERTAIN
from practice.services.items import create_item, set_item_active
from scoring.services import month_has_room

KIND: Final = "practice.draft_items"
MOST_AT_ONCE: Final = 10
#: Drafts of a skill that wait for staff; while there are as many, no more are written unasked.
MOST_WAITING: Final = 10


class DraftingInvalid(Invalid):
    """Such drafts cannot be asked for."""

    default_code = "PRACTICE_DRAFTS_400"


class NoModel(Conflict):
    """There is no model that could write."""

    default_code = "PRACTICE_MODEL_409"


class DraftDecided(Conflict):
    """The draft failed its checks, or was decided on."""

    default_code = "PRACTICE_DRAFT_409"


class DraftOutOfUse(Conflict):
    """The draft is on trial, but its item was taken out of use meanwhile."""

    default_code = "PRACTICE_DRAFT_HELD_409"


@transaction.atomic
def request_drafts(
    *,
    by: User | None,
    skill_key: str,
    count: int,
    difficulty: int | None = None,
    unique_key: str | None = None,
) -> uuid.UUID:
    """Have a model write items of a skill, of one difficulty or of several; return the id of the job, of which there
    is one for each ``unique_key``: asked again, nothing more is asked.

    Raises:
        NoModel: without a key for a model server.
        SkillMissing: if there is no such skill.
        DraftingInvalid: for more than ``MOST_AT_ONCE``, fewer than one, or a difficulty that is not 1 to 10.
    """
    if not settings.OPENAI_API_KEY:
        raise NoModel("No model is configured that could write items: OPENAI_API_KEY is empty.")
    skill = queries.skill_text(skill_key)
    if not 1 <= count <= MOST_AT_ONCE:
        raise DraftingInvalid(f"Ask for 1 to {MOST_AT_ONCE} items at once.", details={"field": "count"})
    if difficulty is not None and not 1 <= difficulty <= 10:
        raise DraftingInvalid("A difficulty goes from 1 to 10.", details={"field": "difficulty"})
    if unique_key and (there := job_queries.named([unique_key])):
        return there[unique_key].pk
    payload = {"skill": skill.key, "count": count, "difficulty": difficulty}
    job = jobs.enqueue(KIND, payload=payload, unique_key=unique_key)
    audit.record(
        by=by, action="practice_drafts.requested", resource_type="practice_drafts", resource_id=job.pk,
        metadata={"skill": skill.key, "count": count, "difficulty": difficulty},
    )  # fmt: skip
    return job.pk


@transaction.atomic
def keep_drafts(
    *, job_id: uuid.UUID, skill_id: uuid.UUID, made: Sequence[Made], prompt_version: str, now: dt.datetime
) -> list[PracticeDraft]:
    """Keep what a model wrote: rejected where a check found something, else waiting for staff, or used at once where
    ``PRACTICE_ITEMS_UNATTENDED`` says so."""
    drafts = [
        PracticeDraft(
            job_id=job_id, number=number, skill_id=skill_id, content=dict(one.content), model=one.model[:64],
            prompt_version=prompt_version, made_at=now,
            checks=[{"name": check.name, "problems": list(check.problems)} for check in one.results],
            status=DraftStatus.WAITING if one.passed else DraftStatus.REJECTED,
        )
        for number, one in enumerate(made, start=1)
    ]  # fmt: skip
    for draft in drafts:
        if draft.status == DraftStatus.WAITING and settings.PRACTICE_ITEMS_UNATTENDED:
            draft.status, draft.item = (
                DraftStatus.TRIAL,
                _item(draft, by=None, deviation=MOST_UNCERTAIN, now=now),
            )
    PracticeDraft.objects.bulk_create(drafts)
    audit.record(
        by=None, action="practice_drafts.kept", resource_type="practice_drafts", resource_id=job_id,
        metadata={str(status): sum(one.status == status for one in drafts) for status in DraftStatus},
    )  # fmt: skip
    return drafts


@transaction.atomic
def approve_draft(*, by: User, draft_id: uuid.UUID, now: dt.datetime) -> PracticeDraft:
    """Give a draft to students from now on; one that is on trial stays as answers have rated it.

    Raises:
        DraftDecided: if it failed a check, or was decided on.
        DraftOutOfUse: if reports hold its item, or it was retired.
        ItemInvalid: if the checks of items have become stricter since.
    """
    draft = _undecided(draft_id)
    if draft.item is None:
        draft.item = _item(draft, by=by, deviation=MODEL_DEVIATION, now=now)
    else:
        _check_in_use(draft.item)
    return _decide(draft, DraftStatus.APPROVED, "approved", by, now)


@transaction.atomic
def decline_draft(*, by: User, draft_id: uuid.UUID, now: dt.datetime) -> PracticeDraft:
    """Give a draft to nobody, or to nobody any more.

    Raises:
        DraftDecided: if it failed a check, or was decided on.
    """
    draft = _undecided(draft_id)
    if draft.item is not None:
        set_item_active(by=by, item=draft.item, active=False)
    return _decide(draft, DraftStatus.DECLINED, "declined", by, now)


@transaction.atomic
def draft_where_short(*, now: dt.datetime) -> int:
    """Ask for items of the skills whose items do not last; return how many.

    However often it is asked on one day, it asks for ``PRACTICE_DRAFTS_A_DAY`` at most, and once of the same skill.
    """
    if not settings.OPENAI_API_KEY or not settings.PRACTICE_DRAFTS_A_DAY or not month_has_room():
        return 0
    before = _asked_unasked(now)
    left = settings.PRACTICE_DRAFTS_A_DAY - sum(before.values())
    short = [one for one in queries.shortage(now=now) if one.key not in before]
    waiting = queries.waiting_drafts([one.key for one in short])
    asked = 0
    for skill in short:
        count = min(left - asked, MOST_AT_ONCE, MOST_WAITING - waiting.get(skill.key, 0))
        if count > 0:
            request_drafts(
                by=None, skill_key=skill.key, count=count, difficulty=skill.difficulty,
                unique_key=_key(skill.key, now),
            )  # fmt: skip
            asked += count
    return asked


def _asked_unasked(now: dt.datetime) -> dict[str, int]:
    """Return how many items were asked for today without anybody's wish, by skill key."""
    there = job_queries.named([_key(one.key, now) for one in catalog.skills_described()])
    return {job.payload["skill"]: job.payload["count"] for job in there.values()}


def _key(skill_key: str, now: dt.datetime) -> str:
    return f"draft-practice:{now:%Y-%m-%d}:{skill_key}"


def _check_in_use(item: PracticeItem) -> None:
    stored = PracticeItem.objects.select_for_update().get(pk=item.pk)
    if not stored.active:
        why = (
            "students have reported it; look it over first"
            if stored.held_at
            else "it was retired; put it back first"
        )
        raise DraftOutOfUse(f"{stored.key} cannot be approved: nobody is given it, {why}.")


def _undecided(draft_id: uuid.UUID) -> PracticeDraft:
    draft = PracticeDraft.objects.select_for_update().get(pk=draft_id)
    if draft.status not in UNDECIDED:
        raise DraftDecided(f"{draft.key} cannot be decided on: it is {draft.get_status_display().lower()}.")
    return draft


def _decide(
    draft: PracticeDraft, status: DraftStatus, deed: str, by: User, now: dt.datetime
) -> PracticeDraft:
    draft.status, draft.decided_by, draft.decided_at = status, by, now
    draft.save(update_fields=["status", "item", "decided_by", "decided_at"])
    audit.record(
        by=by, action=f"practice_draft.{deed}", resource_type="practice_draft", resource_id=draft.pk,
        metadata={"item_id": str(draft.item_id) if draft.item_id else None, "model": draft.model},
    )  # fmt: skip
    return draft


def _item(draft: PracticeDraft, *, by: User | None, deviation: float, now: dt.datetime) -> PracticeItem:
    told: dict[str, Any] = dict(draft.content)
    item = PracticeItem(
        key=told["key"], skill_id=draft.skill_id, question_type=told["type"], prompt=told["prompt"],
        choices=told.get("choices"), answer_format=told.get("answer_format", {}), rules=told["rules"],
        hints=told["hints"], solution=told["solution"], difficulty=told["difficulty"], seconds=told["seconds"],
        author_model=draft.model,
    )  # fmt: skip
    create_item(by=by, item=item, now=now, deviation=deviation)
    return item
