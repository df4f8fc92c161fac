"""What scores and models tell an administrator."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from microcred.admin_dashboard import Figure
from scoring import dashboard, oversight
from scoring.calls import spending
from scoring.models import ReviewTask
from tests.factories.assessments import question_id_of
from tests.factories.oversight import judged_assessment

pytestmark = pytest.mark.django_db


def said(*, later: int = 0) -> list[tuple[str, bool]]:
    now = timezone.now() + dt.timedelta(days=later)
    return [(sign.text, sign.is_fault) for sign in dashboard.signs(now=now)]


def test_answers_and_appeals_that_wait_are_counted_with_the_longest_wait() -> None:
    assert said() == []
    assessment = judged_assessment(levels={"reasoning": "l1", "evidence": None})
    oversight.open_reviews(assessment_id=assessment.pk)
    Assessment.objects.filter(pk=assessment.pk).update(completed_at=timezone.now())
    oversight.appeal(
        by=assessment.user,
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, "essay"),
        criterion="reasoning",
        statement="It does say why.",
        now=timezone.now(),
    )

    assert said() == [("1 answer waits to be reviewed.", False), ("1 appeal waits for a decision.", False)]
    assert said(later=3) == [
        ("1 answer waits to be reviewed, the longest for 3 days.", False),
        ("1 appeal waits for a decision, the longest for 3 days.", False),
    ]
    ReviewTask.objects.update(withdrawn_at=timezone.now())
    assert len(said()) == 1


@pytest.mark.parametrize(
    ("spent", "told"),
    [
        (79_000_000, []),
        (80_000_000, [("Models have cost 80% of what this month may cost.", False)]),
        (101_000_000, [("Models have cost 101% of what this month may cost.", True)]),
    ],
)
def test_a_budget_that_is_nearly_spent_is_work_and_a_spent_one_a_fault(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, spent: int, told: list[tuple[str, bool]]
) -> None:
    settings.MODEL_BUDGET_MONTH_CENTS = Decimal(100)
    monkeypatch.setattr(spending, "this_month", lambda: {"spent": spent, "limit": 100_000_000})

    assert said() == told
    (figure,) = dashboard.figures(now=timezone.now())
    assert isinstance(figure, Figure)
    assert (figure.value, figure.note) == (f"${spent / 100_000_000:.2f}", "of $1.00 a month")


def test_without_a_limit_that_is_said() -> None:
    (figure,) = dashboard.figures(now=timezone.now())

    assert (figure.value, figure.note) == ("$0.00", "without a limit")
