"""How many assessments are handed in, and what became of those of late."""

import datetime as dt
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse

from assessments.enums import AssessmentStatus, Stage
from assessments.models import Assessment
from microcred.admin_dashboard import DAYS_SHOWN, Alert, Daily, Figure, pluralize

_WEEK: Final = dt.timedelta(days=7)


def signs(*, now: dt.datetime) -> Iterator[Alert]:
    """Yield results that wait for their release, and assessments that failed or lack a part."""
    held = Assessment.objects.filter(status=AssessmentStatus.COMPLETED, stage=Stage.AWAITING_RELEASE)
    number = held.count()
    if number:
        said = pluralize(number, "result waits for its release.", "results wait for their release.")
        yield Alert(said, reverse("advisor:releases"))
    lately = Assessment.objects.filter(updated_at__gte=now - _WEEK)
    since = urlencode({"updated_at__gte": (now - _WEEK).isoformat()})
    listed = f"{reverse('admin:assessments_assessment_changelist')}?{since}"
    failed = lately.filter(status=AssessmentStatus.FAILED).count()
    if failed:
        said = pluralize(failed, "assessment", "assessments")
        yield Alert(f"{said} failed in the last seven days.", f"{listed}&status__exact=failed", is_fault=True)
    lacking = lately.filter(status=AssessmentStatus.COMPLETED, degraded=True).count()
    if lacking:
        said = pluralize(
            lacking, "result of the last seven days lacks", "results of the last seven days lack"
        )
        yield Alert(f"{said} a part.", f"{listed}&status__exact=completed&degraded__exact=1")


def figures(*, now: dt.datetime) -> Iterator[Figure | Daily]:
    """Yield how many were completed, by week and by day in UTC; those of made-up learners are left out."""
    week = _completed(since=now - _WEEK).count()
    before = _completed(since=now - 2 * _WEEK).filter(completed_at__lt=now - _WEEK).count()
    yield Figure(
        "Completed in seven days",
        f"{week:,}",
        f"{before:,} in the seven before",
        reverse("advisor:assessments"),
    )
    open_now = Assessment.objects.filter(status=AssessmentStatus.IN_PROGRESS, expires_at__gt=now).count()
    yield Figure("Being answered", f"{open_now:,}", "not handed in yet")
    days = [now.date() - dt.timedelta(days=back) for back in reversed(range(DAYS_SHOWN))]
    since = dt.datetime.combine(days[0], dt.time(), tzinfo=dt.UTC)
    rows = _completed(since=since).order_by().values(day=TruncDate("completed_at", tzinfo=dt.UTC))
    counted = dict(rows.annotate(number=Count("pk")).values_list("day", "number"))
    yield Daily("Assessments completed, by day", [(day, counted.get(day, 0)) for day in days])


def _completed(*, since: dt.datetime) -> QuerySet[Assessment]:
    real = Assessment.objects.exclude(metadata__contains={"synthetic": True})
    return real.filter(status=AssessmentStatus.COMPLETED, completed_at__gte=since)
