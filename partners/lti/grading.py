"""Which places in gradebooks learn which results, and what each is to be told now."""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.locking import held
from accounts.models import User
from assessments import queries as assessments
from ops import jobs
from partners.lti.claims import Launch
from partners.lti.models import LtiGrade, LtiLink, LtiPlatform
from scoring import queries as scoring

SEND: Final = "partners.send_grade"
GAVE_UP: Final = "gave_up"
MAXIMUM: Final = Decimal(100)
CENT: Final = Decimal("0.01")


@dataclass(frozen=True)
class Due:
    """What a place in a gradebook is to be told: ``score`` of 100, final unless parts wait for a person."""

    platform: LtiPlatform
    line_item: str
    subject: str
    score: Decimal
    is_final: bool


@transaction.atomic
def expect(
    came: Launch, platform: LtiPlatform, *, person: User, role_id: uuid.UUID, now: dt.datetime
) -> None:
    """Have the place that a launch names told of the person's results for a role, of one that is there too;
    nothing for whoever is being erased."""
    if not held(person.pk):
        return
    place = {"platform": platform, "person": person, "resource_link": came.resource_link}
    wanted = {"role_id": role_id, "line_item": came.line_item, "seen_at": now}
    grade = LtiGrade.objects.select_for_update().filter(**place).first()
    if grade is None:
        grade, _ = LtiGrade.objects.get_or_create(**place, defaults=wanted)
    elif (grade.role_id, grade.line_item) != (role_id, came.line_item):
        # Another place, which was told nothing yet.
        again = {"sent_score": None, "sent_at": None, "is_final": False, "last_error": ""}
        LtiGrade.objects.filter(pk=grade.pk).update(**wanted, **again)
    else:
        LtiGrade.objects.filter(pk=grade.pk).update(seen_at=now)
    enqueue(grade.pk)


def announce(assessment_id: uuid.UUID) -> None:
    """Have every place told that waits for this result, as part of the caller's transaction."""
    whose = assessments.subject(assessment_id)
    places = LtiGrade.objects.filter(person=whose.user_id, role=whose.role_id, platform__active=True)
    for grade_id in places.values_list("pk", flat=True):
        enqueue(grade_id)


def due(grade_id: uuid.UUID) -> Due | None:
    """Return what a place is to be told; None where it knows that, or there is no result that the student may see."""
    rows = LtiGrade.objects.filter(pk=grade_id, platform__active=True).select_related("platform")
    grade = rows.first()
    if grade is None:
        return None
    link = LtiLink.objects.filter(platform=grade.platform, person=grade.person_id).first()
    found = _result(grade.person_id, grade.role_id)
    if link is None or found is None or found == (grade.sent_score, grade.is_final):
        return None
    return Due(grade.platform, grade.line_item, link.subject, *found)


def note_sent(grade_id: uuid.UUID, sent: Due, *, now: dt.datetime) -> None:
    """Remember what a place was told, unless it was told something newer meanwhile."""
    older = Q(sent_at=None) | Q(sent_at__lt=now)
    LtiGrade.objects.filter(older, pk=grade_id, line_item=sent.line_item).update(
        sent_score=sent.score, is_final=sent.is_final, sent_at=now, last_error=""
    )


def note_refused(grade_id: uuid.UUID, *, reason: str) -> None:
    """Remember in one word why a place could not be told."""
    LtiGrade.objects.filter(pk=grade_id).update(last_error=reason[:32])


def _result(person_id: uuid.UUID, role_id: uuid.UUID) -> tuple[Decimal, bool] | None:
    """Return the share of points, of 100, in the newest result that the student may see, and whether it is final."""
    shown = assessments.shown_to_student(person_id).filter(role=role_id).order_by("-completed_at", "-pk")
    assessment_id = shown.values_list("pk", flat=True).first()
    if assessment_id is None:
        return None
    results = scoring.question_results(assessment_id)
    points = scoring.totals(results)
    if not points.maximum:
        return None
    is_final = points.scored_share == 1 and not scoring.pending_parts(results)
    return min(MAXIMUM, (points.score / points.maximum * MAXIMUM).quantize(CENT)), is_final


def enqueue(grade_id: uuid.UUID) -> None:
    """Have a place told what it does not know, as part of the caller's transaction."""
    jobs.enqueue(SEND, payload={"grade_id": str(grade_id)}, share=str(grade_id))
