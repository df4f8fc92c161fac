"""Which places in gradebooks learn which results, and what each is to be told now."""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.locking import lock_if_present
from accounts.models import User
from assessments import queries as assessments
from ops import jobs
from partners.lti.claims import Launch
from partners.lti.models import LtiGrade, LtiLink, LtiPlatform
from scoring import queries as scoring

SEND: Final = "partners.send_grade"
GAVE_UP: Final = "gave_up"
STOPPED: Final = "stopped"
# A gradebook that takes nothing is asked after a day, then each time after as long as it has lasted, and no more after
# a month.
FIRST_PAUSE: Final = dt.timedelta(days=1)
PATIENCE: Final = dt.timedelta(days=30)
NOT_FAILING: Final[dict[str, Any]] = {"failing_since": None, "retry_at": None}
MAXIMUM: Final = Decimal(100)
CENT: Final = Decimal("0.01")
SECOND: Final = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Due:
    """What a place in a gradebook is to be told: ``score`` of 100, final unless parts wait for a person.

    ``scored_at`` is since when the student has that score, and the same however often it is sent. ``is_again`` is
    whether it was on its way before, so that it may have arrived.
    """

    platform: LtiPlatform
    line_item: str
    subject: str
    score: Decimal
    is_final: bool
    scored_at: dt.datetime
    is_again: bool


@dataclass(frozen=True)
class _Result:
    score: Decimal
    is_final: bool
    scored_at: dt.datetime


@transaction.atomic
def expect(
    came: Launch, platform: LtiPlatform, *, person: User, role_id: uuid.UUID, now: dt.datetime
) -> None:
    """Have the place that a launch names told of the person's results for a role, of one that is there too;
    nothing for whoever is being erased."""
    if not lock_if_present(person.pk):
        return
    place = {"platform": platform, "person": person, "resource_link": came.resource_link}
    wanted = {"role_id": role_id, "line_item": came.line_item, "seen_at": now}
    grade = LtiGrade.objects.select_for_update().filter(**place).first()
    if grade is None:
        grade, _ = LtiGrade.objects.get_or_create(**place, defaults=wanted)
    elif (grade.role_id, grade.line_item) != (role_id, came.line_item):
        # Another place, which was told nothing yet.
        again = {"sent_score": None, "scored_at": None, "sent_at": None, "is_final": False, "last_error": ""}
        LtiGrade.objects.filter(pk=grade.pk).update(**wanted, **again, **NOT_FAILING)
    else:
        LtiGrade.objects.filter(pk=grade.pk).update(seen_at=now)
    enqueue(grade.pk)


def announce(assessment_id: uuid.UUID) -> None:
    """Have every place told that waits for this result, as part of the caller's transaction."""
    whose = assessments.subject(assessment_id)
    places = LtiGrade.objects.filter(person=whose.user_id, role=whose.role_id, platform__active=True)
    for grade_id in places.values_list("pk", flat=True):
        enqueue(grade_id)


def is_due(grade_id: uuid.UUID) -> bool:
    """Whether a place is to be told something that it does not know."""
    grade = LtiGrade.objects.filter(pk=grade_id, platform__active=True).first()
    return grade is not None and _news(grade) is not None


@transaction.atomic
def offer(grade_id: uuid.UUID) -> Due | None:
    """Write down what a place is told now, and return it; None where it knows that, or there is no result that the
    student may see.

    It stands there before it is sent: whoever tells it once more, because nobody knows whether it has arrived, tells it
    with the same time, and whatever is newer has a later one.
    """
    rows = LtiGrade.objects.select_for_update(of=("self",)).select_related("platform")
    grade = rows.filter(pk=grade_id, platform__active=True).first()
    link = LtiLink.objects.filter(platform=grade.platform, person=grade.person_id).first() if grade else None
    found = _news(grade) if grade else None
    if grade is None or link is None or found is None:
        return None
    is_again = (grade.sent_score, grade.is_final) == (found.score, found.is_final)
    if not is_again or grade.scored_at is None:
        grade.sent_score, grade.is_final, grade.sent_at = found.score, found.is_final, None
        grade.scored_at = _after(grade.scored_at, found.scored_at)
        grade.save(update_fields=["sent_score", "is_final", "sent_at", "scored_at"])
    return Due(
        grade.platform, grade.line_item, link.subject, found.score, found.is_final, grade.scored_at, is_again
    )  # fmt: skip


def note_taken(grade_id: uuid.UUID, told: Due, *, now: dt.datetime, reason: str = "") -> None:
    """Remember that a place knows what it was told, unless something newer is on its way; ``reason`` is why it keeps
    something else all the same."""
    _offered(grade_id, told).update(sent_at=now, last_error=reason, **NOT_FAILING)


def note_refused(grade_id: uuid.UUID, told: Due, *, reason: str) -> None:
    """Remember in one word why a place could not be told, unless something newer is on its way."""
    _offered(grade_id, told).update(last_error=reason[:32], **NOT_FAILING)


@transaction.atomic
def note_given_up(grade_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Remember that nobody took it for half a day, unless somebody did meanwhile, and when it is tried again."""
    untold = LtiGrade.objects.select_for_update().filter(pk=grade_id, sent_at=None)
    for grade in untold:
        grade.failing_since = grade.failing_since or now
        lasted = now - grade.failing_since
        is_over = lasted >= PATIENCE
        grade.last_error = STOPPED if is_over else GAVE_UP
        grade.retry_at = None if is_over else now + max(FIRST_PAUSE, lasted)
        grade.save(update_fields=["last_error", "failing_since", "retry_at"])


def _offered(grade_id: uuid.UUID, told: Due) -> QuerySet[LtiGrade]:
    return LtiGrade.objects.filter(pk=grade_id, line_item=told.line_item, scored_at=told.scored_at)


def _news(grade: LtiGrade) -> _Result | None:
    """Return the student's result for the role where the place does not know it."""
    found = _result(grade.person_id, grade.role_id)
    known = (grade.sent_score, grade.is_final) if grade.sent_at else None
    return None if found is None or known == (found.score, found.is_final) else found


def _after(former: dt.datetime | None, scored_at: dt.datetime) -> dt.datetime:
    """Return the time of a score that follows a ``former`` one: a later second, for gradebooks compare by these."""
    return scored_at if former is None else max(scored_at, former.replace(microsecond=0) + SECOND)


def _result(person_id: uuid.UUID, role_id: uuid.UUID) -> _Result | None:
    """Return the share of points, of 100, in the newest result that the student may see, whether it is final, and since
    when they have it."""
    shown = assessments.shown_to_student(person_id).filter(role=role_id).order_by("-completed_at", "-pk")
    newest = shown.values_list("pk", "completed_at", "released_at").first()
    if newest is None:
        return None
    assessment_id, *moments = newest
    results = scoring.question_results(assessment_id)
    points = scoring.totals(results)
    if not points.maximum:
        return None
    is_final = points.scored_share == 1 and not scoring.pending_parts(results)
    since = max(filter(None, [*moments, scoring.scored_at(assessment_id)]))
    return _Result(min(MAXIMUM, (points.score / points.maximum * MAXIMUM).quantize(CENT)), is_final, since)


def enqueue(grade_id: uuid.UUID) -> None:
    """Have a place told what it does not know, as part of the caller's transaction."""
    jobs.enqueue(SEND, payload={"grade_id": str(grade_id)}, share=str(grade_id))
