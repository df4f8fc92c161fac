"""Reports of students that something is wrong with an item, and staff looking at it."""

import datetime as dt
import uuid
from typing import Final

from django.db import transaction

from accounts.locking import lock_person
from accounts.models import User
from microcred.errors import Conflict
from ops import audit
from practice import queries
from practice.enums import ReportReason
from practice.models import PracticeAssignment, PracticeItem, PracticeReport
from practice.services.items import set_item_active

#: So many students who report an item take it out of use until staff has looked.
ENOUGH: Final = 3
MOST_A_DAY: Final = 10
_A_DAY: Final = dt.timedelta(days=1)


class ReportedAlready(Conflict):
    """The student has reported this."""

    default_code = "PRACTICE_REPORT_409"


class TooManyReports(Conflict):
    """The student has reported as much within a day as anybody may."""

    default_code = "PRACTICE_REPORTS_409"


@transaction.atomic
def report_item(
    *, by: User, assignment_id: uuid.UUID, reason: str, comment: str = "", now: dt.datetime
) -> PracticeReport:
    """Say that something is wrong with what one was given; from the third student on nobody is given it until staff
    has looked.

    Raises:
        AssignmentMissing: if the student was given no such assignment.
        ReportedAlready: if they have reported it.
        TooManyReports: after ``MOST_A_DAY`` within a day.
    """
    lock_person(by.pk)
    assignment = PracticeAssignment.objects.filter(user=by, pk=assignment_id).first()
    if assignment is None:
        raise queries.AssignmentMissing("There is no such assignment.")
    mine = PracticeReport.objects.filter(assignment__user=by)
    if mine.filter(assignment=assignment).exists():
        raise ReportedAlready("You have reported it. Somebody will look at it.")
    if mine.filter(reported_at__gt=now - _A_DAY).count() >= MOST_A_DAY:
        raise TooManyReports(f"You have reported {MOST_A_DAY} items within a day. Go on tomorrow.")
    made = PracticeReport.objects.create(
        assignment=assignment, reason=ReportReason(reason), comment=comment.strip(), reported_at=now
    )
    audit.record(
        by=by, action="practice_item.reported", resource_type="practice_item", resource_id=assignment.item_id,
        metadata={"assignment_id": str(assignment.pk), "reason": str(made.reason)},
    )  # fmt: skip
    _hold_if_enough(assignment.item_id, now)
    return made


@transaction.atomic
def look_over(*, by: User, item: PracticeItem, now: dt.datetime) -> None:
    """Note that staff has looked at an item: reports and answers until now count against it no more, and what reports
    have held is given out again. ``item`` says which; how it stands is read anew.
    """
    stored = PracticeItem.objects.select_for_update().get(pk=item.pk)
    seen = PracticeReport.objects.filter(assignment__item=item, looked_at=None).update(looked_at=now)
    PracticeItem.objects.filter(pk=item.pk).update(looked_at=now)
    audit.record(
        by=by, action="practice_item.looked_over", resource_type="practice_item", resource_id=item.pk,
        metadata={"reports": seen},
    )  # fmt: skip
    if stored.held_at:
        set_item_active(by=by, item=stored, active=True)


def _hold_if_enough(item_id: uuid.UUID, now: dt.datetime) -> None:
    item = PracticeItem.objects.select_for_update().get(pk=item_id)
    open_reports = PracticeReport.objects.filter(assignment__item=item, looked_at=None).order_by()
    students = open_reports.values("assignment__user").distinct().count()
    if students < ENOUGH or not item.active:
        return
    item.active, item.held_at = False, now
    item.save(update_fields=["active", "held_at"])
    audit.record(
        by=None, action="practice_item.held", resource_type="practice_item", resource_id=item.pk,
        metadata={"students": students},
    )  # fmt: skip
