"""A person's score counts at once, with a reason, and nothing that was there before is lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from assessments.enums import MissingPart
from assessments.queries import AssessmentMissing
from assessments.services import ResultMissing, note_missing
from microcred.errors import DomainError, Forbidden
from ops.models import AsyncJob, AuditLog
from scoring import oversight, queries, services
from scoring.enums import ChangeKind, EssayOutcome, ScoreSource
from scoring.models import CriterionMark, EssayScore, ReviewTask, RuleScore, ScoreChange, ScoreOverride
from scoring.oversight import LevelUnknown, NewScore, NothingToOverride, OverrideInvalid, ReasonMissing
from scoring.services import JudgedEssay
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import question_id_of, submitted_assessment
from tests.factories.catalog import NOW
from tests.factories.oversight import advised, judged_assessment, levels_of, result_of_type
from tests.factories.scoring import role_with_essay

pytestmark = pytest.mark.django_db


def override(assessment: Any, question_type: str, new: NewScore, **fields: Any) -> ScoreChange:
    given = {"by": AdminFactory(), "reason": "It names both sources.", **fields}
    return oversight.override(
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, question_type),
        new=new,
        now=NOW,
        **given,
    )


class TestEssays:
    def test_a_criterion_gets_another_level_and_the_others_stay(self) -> None:
        assessment = judged_assessment()
        advisor = advised(assessment.user)

        change = override(assessment, "essay", NewScore("reasoning", "l2"), by=advisor)

        result = result_of_type(assessment, "essay")
        assert levels_of(result) == {"reasoning": "l2", "evidence": "l1"}
        # (2/2 * 2 + 1/2 * 1) / 3 of 4 points
        assert (result.score, result.status) == (Decimal("3.33"), "scored")
        assert result.essay_score is not None
        assert (result.essay_score.source, result.essay_score.scored_by) == (ScoreSource.HUMAN, advisor)
        assert [(mark.criterion_key, mark.carried, mark.reason) for mark in result.marks] == [
            ("reasoning", False, "It names both sources."),
            ("evidence", True, "The model's reason about evidence."),
        ]
        assert change.before == {"level": "Partial", "points": "1.00", "score": "2.00", "maximum": "4.00"}
        assert change.after == {"level": "Full", "points": "2.00", "score": "3.33", "maximum": "4.00"}

    def test_a_criterion_may_be_named_as_results_show_it(self) -> None:
        assessment = judged_assessment()

        override(assessment, "essay", NewScore("Reasoning", "Full"))

        assert levels_of(result_of_type(assessment, "essay")) == {"reasoning": "l2", "evidence": "l1"}
        assert ScoreChange.objects.get().criterion_name == "Reasoning"

    def test_an_unknown_criterion_is_answered_with_those_there_are(self) -> None:
        with pytest.raises(LevelUnknown) as refused:
            override(judged_assessment(), "essay", NewScore("Style", "Full"))

        assert refused.value.details == {
            "field": "criterion",
            "criteria": ["reasoning", "evidence"],
            "names": ["Reasoning", "Evidence"],
        }

    def test_the_model_s_run_is_kept(self) -> None:
        assessment = judged_assessment()

        override(assessment, "essay", NewScore("reasoning", "Full"))

        runs = EssayScore.objects.filter(assessment=assessment).order_by("run")
        assert [(run.run, run.source, run.score) for run in runs] == [
            (1, ScoreSource.MODEL, Decimal("2.00")),
            (2, ScoreSource.HUMAN, Decimal("3.33")),
        ]

    def test_a_level_that_waited_for_a_person_ends_the_waiting(self) -> None:
        assessment = judged_assessment(levels={"reasoning": "l1", "evidence": None})
        assert ReviewTask.objects.get().withdrawn_at is None

        override(assessment, "essay", NewScore("evidence", "l2"))

        assert queries.pending_parts(queries.question_results(assessment.pk)) == []
        assert ReviewTask.objects.get().withdrawn_at == NOW

    def test_one_that_leaves_another_criterion_waiting_does_not(self) -> None:
        assessment = judged_assessment(levels={"reasoning": None, "evidence": None})

        override(assessment, "essay", NewScore("evidence", "l2"))

        result = result_of_type(assessment, "essay")
        assert (result.status, result.score) == ("needs_review", Decimal("1.33"))
        assert ReviewTask.objects.get().withdrawn_at is None

    def test_an_essay_that_no_judge_could_be_had_for_is_scored_criterion_by_criterion(self) -> None:
        assessment = submitted_assessment(role=role_with_essay())
        unjudged = [JudgedEssay(essay, None) for essay in services.essays_to_judge(assessment.pk)]
        services.conclude(assessment_id=assessment.pk, judged=unjudged)
        note_missing(assessment_id=assessment.pk, parts=[MissingPart.ESSAY_SCORES])
        type(assessment).objects.filter(pk=assessment.pk).update(status="completed", completed_at=NOW)

        for criterion in ("reasoning", "evidence"):
            override(assessment, "essay", NewScore(criterion, "l2"))

        assessment.refresh_from_db()
        assert result_of_type(assessment, "essay").score == Decimal("4.00")
        assert (assessment.missing, assessment.degraded) == ([], False)


class TestClosedQuestions:
    def test_a_score_replaces_that_of_the_rules_which_stays(self) -> None:
        assessment = judged_assessment(answers={"multiple_choice": "c1"})
        admin = AdminFactory()

        override(assessment, "multiple_choice", NewScore(score=Decimal("0.5")), by=admin)
        override(assessment, "multiple_choice", NewScore(score=Decimal("0.75")), reason="More.", by=admin)

        result = result_of_type(assessment, "multiple_choice")
        assert (result.score, result.maximum) == (Decimal("0.75"), Decimal("1.00"))
        assert result.explanation == "More."
        assert RuleScore.objects.get(assessment=assessment).score == Decimal("0.00")
        assert list(ScoreOverride.objects.order_by("run").values_list("run", "score", "scored_by")) == [
            (1, Decimal("0.50"), admin.pk),
            (2, Decimal("0.75"), admin.pk),
        ]

    def test_the_profile_follows(self) -> None:
        assessment = judged_assessment(answers={"multiple_choice": "c1"})
        (before,) = queries.profile(assessment.pk)

        override(assessment, "multiple_choice", NewScore(score=Decimal(1)))

        (after,) = queries.profile(assessment.pk)
        assert after.level > before.level
        assert after.evidence == before.evidence


class TestWhatFollows:
    def test_a_new_profile_and_one_job_for_the_recommendation(self) -> None:
        assessment = judged_assessment()
        assert queries.next_run(assessment.pk) == 2

        override(assessment, "essay", NewScore("reasoning", "l2"))

        assert queries.next_run(assessment.pk) == 3
        keys = AsyncJob.objects.filter(kind="recommendations.recommend").values_list("unique_key", flat=True)
        assert set(keys) == {f"recommend:{assessment.pk}:{run}" for run in (1, 2)}

    def test_the_student_is_told_what_was_changed_and_why(self) -> None:
        assessment = judged_assessment()

        override(assessment, "essay", NewScore("reasoning", "l2"))

        (notice,) = oversight.notices(assessment.pk)
        assert notice == oversight.Notice(
            notice_id=ScoreChange.objects.get().pk,
            assessment_id=assessment.pk,
            role=assessment.role.name,
            question_id=question_id_of(assessment, "essay"),
            criterion="Reasoning",
            kind=ChangeKind.OVERRIDE,
            message="A person changed this score.",
            reason="It names both sources.",
            before={"level": "Partial", "score": "2.00", "maximum": "4.00"},
            after={"level": "Full", "score": "3.33", "maximum": "4.00"},
            changed_at=NOW,
            seen_at=None,
        )

    def test_the_trail_names_who_did_it(self) -> None:
        assessment = judged_assessment()
        admin = AdminFactory()

        override(assessment, "essay", NewScore("reasoning", "l2"), by=admin)

        line = AuditLog.objects.get(action="score.overridden")
        assert (line.actor_id, line.resource_id) == (admin.pk, assessment.pk)


class TestRefusals:
    @pytest.mark.parametrize(
        ("question_type", "new", "error"),
        [
            ("essay", NewScore("reasoning", "l9"), LevelUnknown),
            ("essay", NewScore("style", "l1"), LevelUnknown),
            ("essay", NewScore("reasoning", "l1"), NothingToOverride),
            ("essay", NewScore("reasoning"), OverrideInvalid),
            ("essay", NewScore(level="l2"), OverrideInvalid),
            ("essay", NewScore("reasoning", "l2", Decimal(4)), OverrideInvalid),
            ("multiple_choice", NewScore("reasoning", "l2"), OverrideInvalid),
            ("multiple_choice", NewScore(), OverrideInvalid),
            ("multiple_choice", NewScore(score=Decimal("1.01")), OverrideInvalid),
            ("multiple_choice", NewScore(score=Decimal("-0.01")), OverrideInvalid),
            ("multiple_choice", NewScore(score=Decimal("NaN")), OverrideInvalid),
            ("multiple_choice", NewScore(score=Decimal(1)), NothingToOverride),
        ],
    )
    def test_what_does_not_fit_changes_nothing(
        self, question_type: str, new: NewScore, error: type[DomainError]
    ) -> None:
        assessment = judged_assessment()

        with pytest.raises(error):
            override(assessment, question_type, new)

        assert not ScoreChange.objects.exists()
        assert queries.next_run(assessment.pk) == 2

    @pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
    def test_no_change_without_a_reason(self, reason: str) -> None:
        with pytest.raises(ReasonMissing):
            override(judged_assessment(), "essay", NewScore("reasoning", "l2"), reason=reason)

    def test_only_staff_who_see_the_student_change_scores(self) -> None:
        assessment = judged_assessment()
        for by, error in (
            (assessment.user, Forbidden),
            (AdvisorFactory(), AssessmentMissing),
            (UserFactory(role=Role.GUARDIAN), AssessmentMissing),
            (UserFactory(), AssessmentMissing),
        ):
            with pytest.raises(error):
                override(assessment, "essay", NewScore("reasoning", "l2"), by=by)

    def test_not_before_there_is_a_result(self) -> None:
        with pytest.raises(ResultMissing):
            override(submitted_assessment(), "essay", NewScore("reasoning", "l2"))


class TestTheDatabase:
    def test_refuses_to_change_or_delete_what_was_decided(self) -> None:
        assessment = judged_assessment(answers={"multiple_choice": "c1"})
        override(assessment, "multiple_choice", NewScore(score=Decimal(1)))

        for rows in (ScoreOverride.objects.all(), ScoreChange.objects.all(), CriterionMark.objects.all()):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                rows.delete()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            ScoreOverride.objects.update(score=0)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            ScoreChange.objects.update(reason="Another.")

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"score": Decimal("1.01")}, "within_maximum"),
            ({"explanation": ""}, "have_reason"),
            ({"run": 1}, "run_once"),
        ],
    )
    def test_refuses_an_override_that_cannot_be(self, fields: dict[str, Any], constraint: str) -> None:
        assessment = judged_assessment(answers={"multiple_choice": "c1"})
        override(assessment, "multiple_choice", NewScore(score=Decimal("0.5")))
        row = ScoreOverride.objects.get()
        row.pk, row._state.adding, row.run = None, True, 2
        row.id = ScoreOverride().pk
        for name, value in fields.items():
            setattr(row, name, value)

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            row.save(force_insert=True)


def test_an_essay_with_no_mark_left_waiting_is_scored() -> None:
    assessment = judged_assessment(levels={"reasoning": None, "evidence": "l0"})

    override(assessment, "essay", NewScore("reasoning", "l0"))

    result = result_of_type(assessment, "essay")
    assert result.essay_score is not None
    assert (result.essay_score.outcome, result.score) == (EssayOutcome.SCORED, Decimal("0.00"))
