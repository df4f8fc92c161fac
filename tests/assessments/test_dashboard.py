"""What assessments tell an administrator."""

import datetime as dt

import pytest
from django.utils import timezone

from assessments import dashboard
from assessments.enums import AssessmentStatus, Stage
from assessments.models import Assessment
from microcred.admin_dashboard import Daily, Figure
from tests.factories.assessments import started_assessment, submitted_assessment

pytestmark = pytest.mark.django_db


def completed(*, days_ago: int, **fields: object) -> Assessment:
    assessment = submitted_assessment()
    at = timezone.now() - dt.timedelta(days=days_ago)
    done = {"status": AssessmentStatus.COMPLETED, "stage": Stage.DONE, "completed_at": at}
    Assessment.objects.filter(pk=assessment.pk).update(**done | fields)
    return assessment


def test_held_failed_and_degraded_results_are_told_of() -> None:
    completed(days_ago=0)
    completed(days_ago=0, stage=Stage.AWAITING_RELEASE)
    completed(days_ago=0, degraded=True, missing=["essay_scores"])
    failed = submitted_assessment()
    Assessment.objects.filter(pk=failed.pk).update(status=AssessmentStatus.FAILED, failure_reason="It did.")

    signs = [(sign.text, sign.is_fault) for sign in dashboard.signs(now=timezone.now())]

    assert signs == [
        ("1 result waits for its release.", False),
        ("1 assessment failed in the last seven days.", True),
        ("1 result of the last seven days lacks a part.", False),
    ]


def test_figures_compare_weeks_and_leave_out_made_up_learners() -> None:
    for days_ago in (0, 0, 3, 8):
        completed(days_ago=days_ago)
    completed(days_ago=1, metadata={"synthetic": True})
    open_one = started_assessment()
    Assessment.objects.filter(pk=open_one.pk).update(expires_at=timezone.now() + dt.timedelta(days=1))

    figures = list(dashboard.figures(now=timezone.now()))

    tiles = [(one.value, one.note) for one in figures if isinstance(one, Figure)]
    assert tiles == [("3", "1 in the seven before"), ("1", "not handed in yet")]
    (daily,) = [one for one in figures if isinstance(one, Daily)]
    assert [number for _, number in daily.numbers] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 2]
    assert daily.numbers[-1][0] == timezone.now().date()
