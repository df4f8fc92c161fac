"""Where a student begins: their assessments, and the roles that they may be assessed for."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from assessments import queries as assessments
from assessments.enums import AssessmentStatus
from catalog import queries as catalog
from companion.pages import caller, page_asked
from companion.student.access import student_page
from companion.student.assessment_words import HELD, STATUSES, time_left
from companion.student.notices import unseen
from companion.words import Label
from conversations import queries as questions
from microcred.admin_dashboard import pluralize
from nudges import queries as nudges
from recommendations import queries as recommendations

PAGE_SIZE: Final = 10
ROLES_AT_ONCE: Final = 24


@dataclass(frozen=True, slots=True)
class AssessmentCard:
    """One of the student's assessments, in words; ``has_result`` says whether they may read the result."""

    pk: uuid.UUID
    role_id: uuid.UUID
    role: str
    label: Label
    started_at: dt.datetime
    expires_at: dt.datetime
    completed_at: dt.datetime | None
    has_result: bool
    time_left: str
    answered: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class RoleCard:
    """A role that may be assessed: what it asks of skills, and what stands in the way."""

    role: Any
    skills: Sequence[str]
    missing: Sequence[str]
    open_id: uuid.UUID | None
    is_done: bool


@require_safe
@student_page
def home(request: HttpRequest) -> HttpResponse:
    """Show what is open, what is being scored, what is over, and every role that may be assessed."""
    by, now = caller(request), timezone.now()
    under_way, over = _under_way(by, now), _over(request, now)
    roles = _roles(request, under_way)
    context = {
        "open": [one for one in under_way if one.label is STATUSES[AssessmentStatus.IN_PROGRESS]],
        "scored": [one for one in under_way if one.label is STATUSES[AssessmentStatus.AWAITING_ASYNC]],
        "page": over,
        "rows": [_standing(row, now=now) for row in over],
        "roles": roles,
        "cards": list(roles),
        "is_new": not under_way and not over.paginator.count,
        "unseen": unseen(by),
        "news": _news(by),
    }
    return render(request, "student/home.html", context)


def _news(by: User) -> list[tuple[str, str]]:
    """What waits to be read in other parts, in words, and where."""
    replies = questions.threads(by, unread=True).count()
    reminders = nudges.own_nudges(by).filter(opened_at=None).count()
    waiting = [
        (
            replies,
            "question with a reply of your advisor",
            "questions with replies of your advisor",
            "questions",
        ),
        (
            recommendations.decisions_to_see([by.pk]).count(),
            "decision about a credential that you named",
            "decisions about credentials that you named",
            "credentials",
        ),
        (reminders, "reminder", "reminders", "reminders"),
    ]
    return [
        (pluralize(number, one, more), reverse(f"student:{place}"))
        for number, one, more, place in waiting
        if number
    ]


def _under_way(by: User, now: dt.datetime) -> list[AssessmentCard]:
    """The assessments that are open or being scored, the newest first, with how far they are."""
    open_ones = assessments.has_status(AssessmentStatus.IN_PROGRESS, now=now)
    rows = (
        assessments.visible_to(by)
        .filter(open_ones | Q(status=AssessmentStatus.AWAITING_ASYNC))
        .order_by("-pk")
    )
    progress = assessments.progress_of(rows)
    return [
        _standing(row, now=now, answered=progress[row.pk].answered, total=progress[row.pk].total)
        for row in rows
    ]


def _over(request: HttpRequest, now: dt.datetime) -> "Page[Any]":
    """A page of those that are over, the newest first."""
    open_ones = assessments.has_status(AssessmentStatus.IN_PROGRESS, now=now)
    rows = assessments.visible_to(caller(request))
    over = rows.exclude(open_ones | Q(status=AssessmentStatus.AWAITING_ASYNC))
    return page_asked(request, over.order_by("-pk"), PAGE_SIZE)


def _standing(row: Any, *, now: dt.datetime, answered: int = 0, total: int = 0) -> AssessmentCard:
    status = assessments.effective_status(row, now=now)
    is_held = assessments.is_held(row)
    return AssessmentCard(
        pk=row.pk,
        role_id=row.role_id,
        role=row.role.name,
        label=HELD if is_held else STATUSES[status],
        started_at=row.started_at,
        expires_at=row.expires_at,
        completed_at=row.completed_at,
        has_result=status == AssessmentStatus.COMPLETED and not is_held,
        time_left=time_left(row.expires_at, now=now),
        answered=answered,
        total=total,
    )


def _roles(request: HttpRequest, under_way: Sequence[AssessmentCard]) -> "Page[Any]":
    by, roles = caller(request), catalog.active_roles().order_by(*catalog.BY_NAME)
    page = page_asked(request, roles, ROLES_AT_ONCE, name="roles")
    done = set(assessments.with_result().filter(user=by.pk).values_list("role_id", flat=True))
    is_open = STATUSES[AssessmentStatus.IN_PROGRESS]
    open_ids = {one.role_id: one.pk for one in under_way if one.label is is_open}
    page.object_list = [_card(role, done, open_ids.get(role.pk)) for role in page]
    return page


def _card(role: Any, done: Collection[uuid.UUID], open_id: uuid.UUID | None) -> RoleCard:
    before = sorted((one for one in role.prerequisites.all() if one.pk not in done), key=lambda one: one.name)
    return RoleCard(
        role=role,
        skills=[one.skill.name for one in role.role_skills.all()],
        missing=[one.name for one in before],
        open_id=open_id,
        is_done=role.pk in done,
    )
