"""A share of the reviewed essays goes to a second person, so that people can be compared with each other."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from catalog.models import JobRole
from microcred.db import database_now
from scoring.models import EssayScore, ReviewTask
from scoring.oversight import GivenLevel, claim_next, conclude_review, mark_first
from scoring.statistics import question_pairs
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.catalog import NOW
from tests.factories.oversight import judged_assessment
from tests.factories.scoring import role_with_essay

pytestmark = pytest.mark.django_db
WAITING: dict[str, str | None] = {"reasoning": "l1", "evidence": None}


@pytest.fixture
def role() -> JobRole:
    role = role_with_essay()
    JobRole.objects.filter(pk=role.pk).update(review_sample_rate=1)
    judged_assessment(role=role, levels=WAITING)
    return role


def next_essay(by: User) -> ReviewTask | None:
    """Claim the next review; the closed answers, which are drawn at this rate too, are of no interest here."""
    ReviewTask.objects.filter(rule_score__isnull=False).delete()
    return claim_next(by=by)


def review(by: User, level: str) -> None:
    task = next_essay(by)
    assert task is not None
    levels = {"reasoning": level, "evidence": level}
    mark_first(by=by, task_id=task.pk, levels=levels)
    conclude_review(
        by=by, task_id=task.pk, given={key: GivenLevel(one, "So it reads.") for key, one in levels.items()}, now=NOW
    )  # fmt: skip


def test_the_second_is_somebody_else_and_there_is_no_third(role: JobRole) -> None:
    first, second = AdvisorFactory(), AdvisorFactory()
    review(first, "l1")

    assert next_essay(first) is None
    review(second, "l2")

    assert next_essay(AdvisorFactory()) is None
    done = ReviewTask.objects.order_by("created_at")
    assert [(task.done_by, task.reasons) for task in done] == [
        (first, ["needs_review", "random_sample"]),
        (second, ["second_review"]),
    ]


def test_their_blind_marks_are_compared(role: JobRole) -> None:
    review(AdvisorFactory(), "l1")
    review(AdvisorFactory(), "l2")

    lines = question_pairs(by=AdminFactory(), role_id=role.pk)

    assert {line.criterion: (line.reviewers.n, line.reviewers.exact) for line in lines[2:]} == {
        "reasoning": (1, 0.0),
        "evidence": (1, 0.0),
    }


def test_without_a_rate_there_is_none(role: JobRole) -> None:
    JobRole.objects.update(review_sample_rate=0)

    review(AdvisorFactory(), "l1")

    assert ReviewTask.objects.count() == 1


def test_the_database_gives_the_second_review_to_nobody_who_gave_the_score(role: JobRole) -> None:
    first = AdvisorFactory()
    review(first, "l1")
    second = ReviewTask.objects.get(reasons=["second_review"])

    with pytest.raises(IntegrityError, match="nobody reviews a score that they gave"), transaction.atomic():
        ReviewTask.objects.filter(pk=second.pk).update(claimed_by=first, lease_until=database_now())
    assert EssayScore.objects.get(scored_by=first).review_task == second
