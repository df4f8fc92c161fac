"""When students worked at assessments last, and what they have left open."""

import datetime as dt

import pytest

from assessments import queries, services
from assessments.models import Assessment
from tests.factories.accounts import UserFactory
from tests.factories.assessments import question_id_of, started_assessment

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def test_an_open_assessment_tells_how_far_it_has_come() -> None:
    student = UserFactory()
    assessment = started_assessment(user=student, now=NOW)
    (before,) = queries.open_of([student.pk], now=NOW)
    for hours in (1, 2):
        given = services.GivenAnswer(question_id_of(assessment, "numeric"), 40 + hours)
        services.submit(
            by=student, assessment_id=assessment.pk, answers=[given], completed=False, now=NOW + hours * HOUR
        )

    (after,) = queries.open_of([student.pk], now=NOW + 3 * HOUR)

    total = assessment.snapshots.count()
    assert (before.answered, before.total, before.touched_at) == (0, total, NOW)
    assert (after.answered, after.total, after.touched_at) == (1, total, NOW + 2 * HOUR)
    assert (after.assessment_id, after.user_id, after.role_name) == (
        assessment.pk,
        student.pk,
        assessment.role.name,
    )
    assert queries.last_worked([student.pk]) == {student.pk: NOW + 2 * HOUR}


def test_what_is_over_or_of_others_is_not_open() -> None:
    student = UserFactory()
    assessment = started_assessment(user=student, now=NOW)
    started_assessment(user=UserFactory(), now=NOW)

    assert queries.open_of([student.pk], now=assessment.expires_at) == []
    Assessment.objects.filter(pk=assessment.pk).update(status="expired")
    assert queries.open_of([student.pk], now=NOW) == []


def test_nobody_who_never_began_has_worked() -> None:
    assert queries.last_worked([UserFactory().pk]) == {}
