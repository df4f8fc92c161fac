"""What the database holds of reviews, appeals and scores by itself, whatever code or person tries."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from assessments.models import Assessment, QuestionSnapshot
from catalog.models import QuestionVersion
from microcred.db import database_now
from ops import erasure
from recommendations.models import DecisionRecord
from scoring import oversight
from scoring.models import (
    Appeal,
    AppealDecision,
    AppealMessage,
    CriterionMark,
    EssayScore,
    ReviewTask,
    SkillEstimate,
)
from scoring.oversight import claim_next, conclude_review, mark_first
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import question_id_of
from tests.factories.catalog import NOW
from tests.factories.oversight import MIDDLE, judged_assessment

pytestmark = pytest.mark.django_db
WAITING: dict[str, str | None] = {"reasoning": "l1", "evidence": None}
STANDING = {"level": None, "points": None, "score": "1", "maximum": "1"}
APPEND_ONLY = [
    "question_versions", "assessment_question_snapshots", "assessment_responses", "rule_scores", "essay_scores",
    "criterion_marks", "profile_runs", "skill_estimates", "score_overrides", "score_changes", "reviewer_calibrations",
    "appeal_messages", "appeal_decisions", "model_calls", "model_call_contents", "audit_logs", "webhook_attempts",
    "decision_records", "skill_checks", "skill_contests", "what_ifs", "audit_links", "consents",
    "practice_overrides", "session_summary_versions", "recommendation_overrides", "thread_messages", "result_readings",
]  # fmt: skip


@pytest.fixture
def assessment() -> Assessment:
    return judged_assessment()


@pytest.fixture
def open_appeal(assessment: Assessment) -> Appeal:
    return oversight.appeal(
        by=assessment.user,
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, "essay"),
        criterion="Reasoning",
        statement="I did.",
        now=NOW,
    )


def decision(row: Appeal, **fields: Any) -> AppealDecision:
    given = {
        "outcome": "upheld", "reason": "It stands.", "before": STANDING, "after": STANDING, "decided_at": NOW,
        "decided_by": fields.pop("by", None) or AdminFactory(),
    }  # fmt: skip
    return AppealDecision(appeal=row, **given | fields)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_record_is_truncated(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL microcred.allow_truncate = 'off'")

        with pytest.raises(IntegrityError, match="append-only: TRUNCATE refused"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")


def test_every_table_that_refuses_changes_refuses_to_be_emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_object_table FROM information_schema.triggers WHERE trigger_name LIKE '%append_only'"
        )
        guarded = {row[0] for row in cursor.fetchall()}

    assert guarded - {"ledger"} <= set(APPEND_ONLY)


class TestScores:
    @pytest.mark.parametrize(
        ("model", "fields", "constraint"),
        [
            (EssayScore, {"uncertainty": 1.01}, "uncertainty_is_share"),
            (EssayScore, {"uncertainty": -0.01}, "uncertainty_is_share"),
            (EssayScore, {"uncertainty": float("nan")}, "uncertainty_is_share"),
            (EssayScore, {"scored_weight": Decimal("4.01")}, "weight_within_maximum"),
            (EssayScore, {"scored_weight": Decimal("-0.01")}, "weight_within_maximum"),
            (EssayScore, {"run": 0}, "run_positive"),
            (EssayScore, {"source": "human"}, "human_has_scorer"),
            (CriterionMark, {"position": 0}, "position_positive"),
            (CriterionMark, {"weight": Decimal(0)}, "weigh_something"),
            (SkillEstimate, {"deviation": Decimal("-0.001")}, "deviation_not_negative"),
            (SkillEstimate, {"run": 0}, "run_positive"),
            (QuestionSnapshot, {"weight": Decimal(0)}, "weight_positive"),
            (QuestionSnapshot, {"position": 0}, "position_positive"),
            (Assessment, {"degraded": True, "missing": ["patience"]}, "missing_parts_known"),
        ],
    )
    def test_numbers_that_cannot_be_are_refused(
        self, assessment: Assessment, model: type[models.Model], fields: dict[str, Any], constraint: str
    ) -> None:
        erasure.begin(by=None, subject_type="test", subject_id=None, reason="to reach the constraints")
        row = model._default_manager.filter(
            **({"assessment": assessment} if model is EssayScore else {})
        ).first()
        assert row is not None

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            model._default_manager.filter(pk=row.pk).update(**fields)

    def test_the_same_holds_for_recommendations(self) -> None:
        model = apps.get_model("recommendations", "Recommendation")
        row = model(
            assessment=judged_assessment(), run=1, status="pending", degraded=True, missing=["patience"]
        )

        with pytest.raises(IntegrityError, match="missing_parts_known"), transaction.atomic():
            row.save()

    def test_records_have_no_exception_but_versions_neither(self, assessment: Assessment) -> None:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            QuestionVersion.objects.update(version="9")
        assert not DecisionRecord.objects.exists()


class TestReviews:
    def test_a_held_review_is_not_handed_to_another(self) -> None:
        judged_assessment(levels=WAITING)
        claim_next(by=AdvisorFactory())

        with pytest.raises(IntegrityError, match="not handed to another"), transaction.atomic():
            ReviewTask.objects.update(claimed_by=AdvisorFactory())

    def test_only_who_holds_it_can_have_done_it(self) -> None:
        judged_assessment(levels=WAITING)
        claim_next(by=AdvisorFactory())

        with pytest.raises(IntegrityError, match="only who holds a review"), transaction.atomic():
            ReviewTask.objects.update(first_marks=MIDDLE, done_by=AdvisorFactory(), done_at=NOW)

    def test_it_is_not_done_before_it_was_marked(self) -> None:
        judged_assessment(levels=WAITING)
        by = AdvisorFactory()
        claim_next(by=by)

        with pytest.raises(IntegrityError, match="done_after_marking"), transaction.atomic():
            ReviewTask.objects.update(done_by=by, done_at=NOW)

    def test_what_was_done_stays_but_for_erasure(self) -> None:
        judged_assessment(levels=WAITING)
        by = AdvisorFactory()
        task = claim_next(by=by)
        assert task is not None
        mark_first(by=by, task_id=task.pk, levels=MIDDLE)
        given = {key: oversight.GivenLevel(level, "So it is.") for key, level in MIDDLE.items()}
        conclude_review(by=by, task_id=task.pk, given=given, now=NOW)

        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            ReviewTask.objects.update(done_by=AdvisorFactory())
        with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
            ReviewTask.objects.all().delete()
        erasure.begin(by=None, subject_type="user", subject_id=None, reason="asked for")
        ReviewTask.objects.all().delete()

    def test_a_lease_that_ran_out_may_go_to_another(self) -> None:
        judged_assessment(levels=WAITING)
        claim_next(by=AdvisorFactory())
        ReviewTask.objects.update(lease_until=database_now() - dt.timedelta(seconds=1))

        assert claim_next(by=AdvisorFactory()) is not None


class TestAppeals:
    @pytest.mark.parametrize(
        "fields", [{"criterion_key": "evidence"}, {"submitted_at": NOW + dt.timedelta(1)}]
    )
    def test_an_appeal_stays_as_it_was_made(self, open_appeal: Appeal, fields: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError, match="stays as it was made"), transaction.atomic():
            Appeal.objects.update(**fields)
        with (
            pytest.raises(IntegrityError, match="DELETE refused"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("DELETE FROM appeals")

    def test_it_is_not_decided_without_a_decision_nor_opened_again(self, open_appeal: Appeal) -> None:
        with pytest.raises(IntegrityError, match="is decided once, by a decision"), transaction.atomic():
            Appeal.objects.update(status="decided")
        oversight.decide(by=AdminFactory(), appeal_id=open_appeal.pk, new=None, reason="It stands.", now=NOW)
        with pytest.raises(IntegrityError, match="is decided once, by a decision"), transaction.atomic():
            Appeal.objects.update(status="open")

    def test_nobody_appeals_for_another_or_about_another_s_answer(self, assessment: Assessment) -> None:
        other = judged_assessment()
        mine = QuestionSnapshot.objects.filter(assessment=assessment)[0]
        theirs = QuestionSnapshot.objects.filter(assessment=other)[0]

        for snapshot, by in ((mine, UserFactory()), (theirs, assessment.user)):
            with pytest.raises(IntegrityError, match="answer of their own"), transaction.atomic():
                Appeal.objects.create(
                    assessment=assessment, question_snapshot=snapshot, submitted_by=by, submitted_at=NOW
                )

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"by": "student"}, "only staff decides"),
            ({"outcome": "kept"}, "outcome_fits"),
            ({"outcome": "changed", "found": STANDING | {"score": "2"}}, "outcome_fits"),
            ({"found": STANDING}, "outcome_fits"),
            ({"after": STANDING | {"score": "0"}}, "outcome_fits"),
            ({"outcome": "kept", "found": STANDING, "after": STANDING | {"score": "0"}}, "outcome_fits"),
        ],
    )
    def test_a_decision_that_contradicts_itself_is_refused(
        self, open_appeal: Appeal, fields: dict[str, Any], message: str
    ) -> None:
        given = fields | ({"by": UserFactory()} if fields.get("by") else {})

        with pytest.raises(IntegrityError, match=message), transaction.atomic():
            decision(open_appeal, **given).save(force_insert=True)

    def test_nothing_is_said_or_decided_once_it_was_decided(self, open_appeal: Appeal) -> None:
        oversight.decide(by=AdminFactory(), appeal_id=open_appeal.pk, new=None, reason="It stands.", now=NOW)

        with pytest.raises(IntegrityError, match="while it is open"), transaction.atomic():
            AppealMessage.objects.create(
                appeal=open_appeal,
                author=open_appeal.submitted_by,
                author_role="student",
                text="But!",
                sent_at=NOW,
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            decision(open_appeal).save(force_insert=True)
