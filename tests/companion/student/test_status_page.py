"""Where an assessment stands, in the student's words."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment
from companion.student.assessment_words import time_left
from tests.authorization.world import released_by_staff
from tests.companion.scenes import finished_assessment
from tests.companion.student.browsing import browser_of, page_of
from tests.factories.accounts import UserFactory
from tests.factories.assessments import started_assessment, submitted_assessment

pytestmark = pytest.mark.django_db


def of(assessment: Assessment) -> str:
    return reverse("student:status", args=[assessment.pk])


def test_while_it_is_scored_the_page_looks_again_and_says_how_far_it_is() -> None:
    assessment = submitted_assessment()
    Assessment.objects.filter(pk=assessment.pk).update(stage="retrieval")

    page = page_of(browser_of(assessment.user), of(assessment))

    assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in page
    assert 'data-look-again="4"' in page
    assert "Your result is being prepared" in page
    assert [page.count(f"({state})") for state in ("done", "under way", "to come")] == [1, 1, 1]


def test_a_result_leads_on_and_one_that_is_held_back_does_not() -> None:
    there = finished_assessment(UserFactory())
    with released_by_staff():
        held = finished_assessment(UserFactory())

    leads = browser_of(there.user).get(of(there))
    page = page_of(browser_of(held.user), of(held))

    assert leads["Location"] == reverse("student:result", args=[there.pk])
    assert "Your result waits for staff" in page
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page
    assert 'data-look-again="60"' in page


def test_an_open_one_leads_to_its_questions() -> None:
    assessment = started_assessment(now=timezone.now())

    answered = browser_of(assessment.user).get(of(assessment))

    assert answered["Location"] == reverse("student:taking", args=[assessment.pk])


@pytest.mark.parametrize(
    ("status", "said"), [("expired", "The time was over"), ("failed", "There is no result")]
)
def test_what_has_ended_without_a_result_says_what_that_means(status: str, said: str) -> None:
    assessment = started_assessment()
    Assessment.objects.filter(pk=assessment.pk).update(status=status, failure_reason="canary-reason")

    page = page_of(browser_of(assessment.user), of(assessment))

    assert said in page
    assert "Your answers are kept" in page
    assert reverse("student:role", args=[assessment.role_id]) in page
    assert "refresh" not in page
    assert "look-again" not in page
    assert "canary-reason" not in page


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (dt.timedelta(days=2, hours=3, minutes=10), "2 days and 3 hours"),
        (dt.timedelta(days=1, minutes=10), "1 day"),
        (dt.timedelta(hours=1, minutes=1), "1 hour and 1 minute"),
        (dt.timedelta(minutes=59, seconds=59), "59 minutes"),
        (dt.timedelta(seconds=59), "less than a minute"),
        (dt.timedelta(seconds=-5), "less than a minute"),
    ],
)
def test_the_time_that_is_left_is_said_in_two_units(left: dt.timedelta, said: str) -> None:
    now = timezone.now()

    assert time_left(now + left, now=now) == said
