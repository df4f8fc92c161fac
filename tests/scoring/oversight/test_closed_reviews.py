"""Closed answers in the review queue: marked blind with points, and then decided beside what the rules gave."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from assessments.models import Assessment
from catalog.models import JobRole
from scoring import oversight
from scoring.enums import ChangeKind
from scoring.models import ReviewTask, ScoreChange, ScoreOverride
from scoring.oversight import (
    NotImpartial,
    NotMarkedYet,
    PointsInvalid,
    ReasonMissing,
    ReviewIncomplete,
    ReviewMissing,
    claim_next,
    conclude_closed_review,
    mark_first,
    mark_points_first,
)
from scoring.oversight.sampling import closed_reasons_for
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import question_id_of
from tests.factories.catalog import NOW, published_question
from tests.factories.oversight import judged_assessment, result_of_type
from tests.factories.scoring import role_with_essay

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> JobRole:
    role = role_with_essay()
    published_question("short_text", role=role)
    return role


@pytest.fixture
def assessment(role: JobRole) -> Assessment:
    """A short text, signed, that fits no accepted answer."""
    student = UserFactory(name="Robin Ferrante", email="robin@home.example")
    return judged_assessment(student=student, role=role, answers={"short_text": "a query by Robin Ferrante"})


def held(by: User) -> ReviewTask:
    task = claim_next(by=by)
    assert task is not None
    return task


def conclude(task: ReviewTask, by: User, points: str, reason: str = "") -> bool:
    return conclude_closed_review(by=by, task_id=task.pk, points=Decimal(points), reason=reason, now=NOW)


def marked(by: User, points: str = "0.5") -> ReviewTask:
    task = held(by)
    mark_points_first(by=by, task_id=task.pk, points=Decimal(points))
    return task


class TestOpening:
    @pytest.mark.parametrize(
        ("applied", "rate", "expected"),
        [
            ({"kind": "short_text", "matched": True}, "0", []),
            ({"kind": "short_text", "matched": False}, "0", ["no_match"]),
            ({"kind": "short_text", "outcome": "unanswered"}, "0", []),
            ({"kind": "choice", "right": 0}, "0", []),
            ({"kind": "choice", "right": 1}, "1", ["random_sample"]),
            ({"kind": "numeric", "outcome": "needs_review"}, "0", ["needs_review"]),
        ],
    )
    def test_every_reason_is_given_where_it_holds(
        self, applied: dict[str, Any], rate: str, expected: list[str]
    ) -> None:
        found = closed_reasons_for(snapshot_id=UserFactory().pk, applied=[applied], sample_rate=Decimal(rate))

        assert found == expected

    def test_a_short_text_that_fits_nothing_is_in_the_queue_and_a_fitting_one_is_not(
        self, role: JobRole, assessment: Assessment
    ) -> None:
        judged_assessment(role=role)

        task = ReviewTask.objects.get()
        assert (task.assessment, task.reasons, task.essay_score) == (assessment, ["no_match"], None)
        assert task.rule_score == result_of_type(assessment, "short_text").rule_score

    def test_a_student_waits_for_a_needed_review_but_not_for_this_one(
        self, role: JobRole, assessment: Assessment
    ) -> None:
        waiting = judged_assessment(role=role, levels={"reasoning": "l1", "evidence": None})

        # Whatever the order of the reviewer, what a student waits for comes first.
        assert {held(by).assessment for by in AdvisorFactory.create_batch(1)} == {waiting}
        assert held(AdvisorFactory()).assessment == assessment


class TestReviewing:
    def test_before_the_first_marking_neither_the_student_nor_what_the_rules_gave_is_shown(
        self, assessment: Assessment
    ) -> None:
        by = AdvisorFactory()
        sheet = oversight.review_sheet(by=by, task_id=held(by).pk)

        assert sheet.closed is not None
        assert (sheet.answer, sheet.closed.answer["text"]) == ("a query by [NAME_1] [NAME_2]",) * 2
        assert (sheet.closed.proposed, sheet.closed.why, sheet.reasons) == (None, "", ())
        assert sheet.closed.maximum == Decimal("1.00")

    def test_afterwards_both_are_beside_each_other(self, assessment: Assessment) -> None:
        by = AdvisorFactory()
        sheet = oversight.review_sheet(by=by, task_id=marked(by).pk)

        assert sheet.closed is not None
        assert (sheet.closed.first_points, sheet.closed.proposed) == (Decimal("0.50"), Decimal("0.00"))
        assert "ferrante" not in sheet.closed.why.casefold()
        assert sheet.reasons == ("no_match",)

    def test_other_points_are_the_score_with_a_reason_that_the_student_reads(
        self, assessment: Assessment
    ) -> None:
        by = AdvisorFactory()

        assert conclude(marked(by), by, "0.75", "“A query” says the same.")

        result = result_of_type(assessment, "short_text")
        assert (result.score, result.explanation) == (Decimal("0.75"), "“A query” says the same.")
        (notice,) = oversight.notices(assessment.pk)
        assert (notice.kind, notice.reason) == (ChangeKind.REVIEW, "“A query” says the same.")
        task = ReviewTask.objects.get()
        assert (task.done_by, task.first_marks) == (by, {"points": "0.50"})

    def test_what_is_confirmed_stays_the_rules_and_does_not_come_back(self, assessment: Assessment) -> None:
        by = AdvisorFactory()

        assert not conclude(marked(by), by, "0")

        assert not ScoreOverride.objects.exists()
        assert not ScoreChange.objects.exists()
        oversight.open_reviews(assessment_id=assessment.pk)
        assert claim_next(by=AdvisorFactory()) is None

    def test_the_first_word_stays(self, assessment: Assessment) -> None:
        by = AdvisorFactory()
        task = marked(by)

        mark_points_first(by=by, task_id=task.pk, points=Decimal(1))

        task.refresh_from_db()
        assert task.first_marks == {"points": "0.50"}

    @pytest.mark.parametrize("points", ["-0.01", "1.01", "NaN", "Infinity"])
    def test_points_lie_between_nothing_and_the_maximum(self, assessment: Assessment, points: str) -> None:
        by = AdvisorFactory()

        with pytest.raises(PointsInvalid):
            marked(by, points)
        task = marked(by)
        with pytest.raises(PointsInvalid):
            conclude(task, by, points, "A reason.")

    def test_it_is_refused_out_of_order_without_reason_or_by_others(self, assessment: Assessment) -> None:
        by = AdvisorFactory()
        task = held(by)
        with pytest.raises(NotMarkedYet):
            conclude(task, by, "1", "A reason.")
        marked(by)

        with pytest.raises(ReasonMissing):
            conclude(task, by, "1")
        with pytest.raises(ReviewMissing):
            conclude(task, AdminFactory(), "1", "A reason.")
        with pytest.raises(ReviewIncomplete):
            mark_first_anew(by, task)

    def test_who_reviewed_it_does_not_decide_an_appeal_about_it(self, assessment: Assessment) -> None:
        by = AdminFactory()
        conclude(marked(by), by, "0")
        row = oversight.appeal(
            by=assessment.user,
            assessment_id=assessment.pk,
            question_id=question_id_of(assessment, "short_text"),
            statement="It says the same.",
            now=NOW,
        )

        with pytest.raises(NotImpartial):
            oversight.decide(by=by, appeal_id=row.pk, new=None, reason="It stands.", now=NOW)

    def test_an_override_elsewhere_takes_it_out_of_the_queue(self, assessment: Assessment) -> None:
        by = AdvisorFactory()
        task = marked(by)
        oversight.override(
            by=AdminFactory(),
            assessment_id=assessment.pk,
            question_id=question_id_of(assessment, "short_text"),
            new=oversight.NewScore(score=Decimal(1)),
            reason="It says the same.",
            now=NOW,
        )

        with pytest.raises(oversight.ReviewLost):
            conclude(task, by, "0")


def mark_first_anew(by: User, task: ReviewTask) -> None:
    """Try levels on a closed answer."""
    ReviewTask.objects.filter(pk=task.pk).update(first_marks=None)
    mark_first(by=by, task_id=task.pk, levels={"reasoning": "l1"})
