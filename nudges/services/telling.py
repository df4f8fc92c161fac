"""Telling a student one thing: a row for the list in the app, and the job of a letter."""

import datetime as dt
import uuid
from typing import Final

from django.db import IntegrityError, transaction

from accounts.enums import Role, UserStatus
from accounts.models import User
from microcred import email_delivery
from microcred.labels import LONGEST_TITLE
from nudges.deciding import Draft
from nudges.enums import LetterStatus
from nudges.models import Nudge, NudgePreference
from nudges.quiet import Clock
from ops import audit, jobs

LETTER: Final = "nudges.letter"


@transaction.atomic
def tell(user_id: uuid.UUID, draft: Draft, *, clock: Clock, version: int, now: dt.datetime) -> bool:
    """Tell a student what was decided on; return whether they are told by this very call.

    They are not if their account or their preferences have changed since, or if somebody else was faster.
    """
    people = User.objects.filter(pk=user_id, role=Role.STUDENT, status=UserStatus.ACTIVE)
    # Erasing a person locks the same row, so that nothing is written about whom it has passed.
    person = people.select_for_update(no_key=True).first()
    wanted = NudgePreference.objects.filter(user=user_id, version=version, stopped_at=None).first()
    if person is None or wanted is None:
        return False
    is_by_letter = wanted.email and email_delivery.is_email_configured() and bool(person.email)
    if not (wanted.in_app or is_by_letter):
        return False
    try:
        with transaction.atomic():
            nudge = Nudge.objects.create(
                user=person, kind=draft.kind, reference=draft.reference, about=draft.about,
                title=_shortened(draft.title), text=draft.text, reason=draft.reason, day=clock.day(now),
                in_app=wanted.in_app, letter=LetterStatus.WAITING if is_by_letter else LetterStatus.NONE,
                created_at=now,
            )  # fmt: skip
    except IntegrityError:
        return False
    audit.record(
        by=None, action="nudge.told", resource_type="nudge", resource_id=nudge.pk,
        metadata={"kind": str(nudge.kind), "in_app": nudge.in_app, "letter": str(nudge.letter)},
    )  # fmt: skip
    if is_by_letter:
        jobs.enqueue(LETTER, payload={"nudge_id": str(nudge.pk)}, unique_key=letter_key(nudge.pk))
    return True


def letter_key(nudge_id: uuid.UUID) -> str:
    """Return the key of the job of a nudge's letter."""
    return f"{LETTER}:{nudge_id}"


def _shortened(title: str) -> str:
    """Return the title on one line, as long as one may be."""
    line = " ".join(title.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"
