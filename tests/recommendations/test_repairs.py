"""Recommendations whose job is gone."""

import datetime as dt

import pytest
from django.utils import timezone

from assessments.models import Assessment
from ops import jobs
from ops.models import AsyncJob
from recommendations import repairs
from recommendations.models import Recommendation
from scoring import services as scoring
from tests.factories.assessments import submitted_assessment
from tests.factories.recommendations import scored_assessment

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ABOUT = {"now": NOW, "since": NOW - dt.timedelta(hours=1)}


def test_a_scored_assessment_whose_job_is_gone_gets_its_result() -> None:
    lost = scored_assessment(sql=2.0)
    AsyncJob.objects.all().delete()

    assert [repairs.restore_recommending(**ABOUT) for _ in range(2)] == [1, 0]

    assert AsyncJob.objects.get().unique_key == f"recommend:{lost.pk}:1"
    jobs.drain()
    lost.refresh_from_db()
    assert lost.status == "completed"
    assert repairs.restore_recommending(**ABOUT) == 0


def test_one_that_is_not_scored_yet_is_not_recommended_to() -> None:
    submitted_assessment()
    AsyncJob.objects.all().delete()

    assert repairs.restore_recommending(**ABOUT) == 0


def test_a_result_whose_scores_changed_without_a_job_is_worked_out_anew() -> None:
    assessment = scored_assessment(sql=2.0)
    AsyncJob.objects.all().delete()
    jobs.enqueue(repairs.KIND, assessment_id=assessment.pk, unique_key=f"recommend:{assessment.pk}:1")
    jobs.drain()
    scoring.record_profile(assessment_id=assessment.pk, levels={"sql": 3.0}, run=2)

    assert repairs.restore_recommending(**ABOUT) == 1
    jobs.drain()

    assert Recommendation.objects.get(effective=True).parameters["profile_run"] == 2
    assert repairs.restore_recommending(**ABOUT) == 0


def test_made_up_learners_need_no_recommendation() -> None:
    assessment = scored_assessment(sql=2.0)
    AsyncJob.objects.all().delete()
    Assessment.objects.filter(pk=assessment.pk).update(
        status="completed", completed_at=NOW, metadata={"synthetic": True}
    )

    assert repairs.restore_recommending(**ABOUT) == 0
