"""Agreement of scorers on a role's essays, from rows to figures and the cases behind them."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessments.models import Assessment, AssessmentResponse, QuestionSnapshot
from catalog import services as catalog
from catalog.models import JobRole, Question
from scoring.enums import ScoreSource
from scoring.statistics import Between, Comparison, Marks, comparison, question_pairs
from scoring.statistics.pairs import QuestionMissing
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.assessments import started_assessment
from tests.factories.catalog import NOW
from tests.factories.statistics import completed, mark_blind, role_with_three_questions, score_essay

pytestmark = pytest.mark.django_db
Levels = tuple[int, int]


@pytest.fixture
def role() -> JobRole:
    return role_with_three_questions()


@pytest.fixture
def admin() -> User:
    user: User = AdminFactory()
    return user


def double_scored(
    role: JobRole,
    model: Levels,
    person: Levels,
    *,
    by: User,
    at: dt.datetime = NOW,
    source: ScoreSource = ScoreSource.MODEL,
) -> Assessment:
    assessment = completed(role)
    score_essay(assessment, source, reasoning=model[0], evidence=model[1], at=at)
    score_essay(assessment, ScoreSource.HUMAN, reasoning=person[0], evidence=person[1], by=by, at=at)
    return assessment


def compared(
    by: User, role: JobRole, criterion: str = "", between: Between = "model", marks: Marks = "blind"
) -> Comparison:
    question = Question.objects.get(role=role, question_type="essay")
    return comparison(
        by=by, role_id=role.pk, question_id=question.pk, criterion=criterion, between=between, marks=marks
    )


class TestModelAndPerson:
    def test_a_criterion_is_compared_by_its_levels(self, admin: User, role: JobRole) -> None:
        for model, person in (((0, 1), (0, 1)), ((1, 0), (2, 0)), ((2, 1), (2, 1)), ((2, 2), (0, 2))):
            double_scored(role, model, person, by=admin)

        found = compared(admin, role, "reasoning")

        assert found.levels == ("Missing", "Partial", "Full")
        assert [[len(cell) for cell in row] for row in found.cells] == [[1, 0, 0], [0, 0, 1], [1, 0, 1]]
        assert (found.agreement.n, found.agreement.exact, found.agreement.adjacent) == (4, 0.5, 0.75)

    def test_a_whole_essay_is_compared_by_the_steps_of_all_criteria(self, admin: User, role: JobRole) -> None:
        double_scored(role, (2, 2), (0, 0), by=admin)
        double_scored(role, (1, 0), (1, 2), by=admin)

        found = compared(admin, role)

        # Reasoning weighs 2 of 3: level 1 of 2 alone is a third of the points, with full evidence two thirds.
        assert found.levels == ("0", "1", "2", "3", "4")
        assert len(found.cells[4][0]) == 1
        assert len(found.cells[1][3]) == 1

    def test_every_case_can_be_looked_up(self, admin: User, role: JobRole) -> None:
        assessment = double_scored(role, (1, 0), (2, 0), by=admin)

        (case,) = compared(admin, role, "reasoning").cells[1][2]

        snapshot = QuestionSnapshot.objects.get(assessment=assessment, question_type="essay")
        assert (case.assessment_id, case.snapshot_id, case.position) == (
            assessment.pk,
            snapshot.pk,
            snapshot.position,
        )

    def test_the_newest_run_of_each_side_counts(self, admin: User, role: JobRole) -> None:
        assessment = double_scored(role, (0, 0), (1, 0), by=admin)
        later = NOW + dt.timedelta(hours=1)
        score_essay(assessment, ScoreSource.LOCAL, reasoning=2, evidence=0, at=later)

        assert len(compared(admin, role, "reasoning").cells[2][1]) == 1

    def test_what_waits_for_a_person_is_no_score(self, admin: User, role: JobRole) -> None:
        assessment = completed(role)
        score_essay(assessment, ScoreSource.MODEL, reasoning=1, evidence=None)
        score_essay(assessment, ScoreSource.HUMAN, reasoning=1, evidence=1, by=admin)

        counts = {line.criterion: line.model.n for line in question_pairs(by=admin, role_id=role.pk)}

        assert counts == {"": 0, "reasoning": 1, "evidence": 0}

    def test_what_was_marked_blind_is_kept_apart_from_what_was_decided_after_seeing_the_model(
        self, admin: User, role: JobRole
    ) -> None:
        reviewed = completed(role)
        score_essay(reviewed, ScoreSource.MODEL, reasoning=2, evidence=2)
        mark_blind(reviewed, reasoning=0, evidence=2, by=admin)
        score_essay(reviewed, ScoreSource.HUMAN, reasoning=1, evidence=2, by=admin, blind=False)
        overridden = completed(role)
        score_essay(overridden, ScoreSource.MODEL, reasoning=2, evidence=2)
        score_essay(overridden, ScoreSource.HUMAN, reasoning=2, evidence=0, by=admin, blind=False)

        blind = compared(admin, role, "reasoning")
        decided = compared(admin, role, "reasoning", marks="decided")

        assert [[len(cell) for cell in row] for row in blind.cells] == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]
        assert [[len(cell) for cell in row] for row in decided.cells] == [[0, 0, 0], [0, 0, 0], [0, 1, 1]]
        line = next(one for one in question_pairs(by=admin, role_id=role.pk) if one.criterion == "reasoning")
        assert (line.model.n, line.decided.n) == (1, 2)

    def test_a_whole_essay_marked_blind_has_the_points_of_its_levels(
        self, admin: User, role: JobRole
    ) -> None:
        assessment = completed(role)
        score_essay(assessment, ScoreSource.MODEL, reasoning=2, evidence=2)
        mark_blind(assessment, reasoning=1, evidence=2, by=admin)

        # Half of reasoning (2 of 3) and all of evidence (1 of 3) are two thirds: three of four steps.
        assert len(compared(admin, role).cells[4][3]) == 1

    def test_scores_of_different_versions_of_an_answer_are_no_pair(self, admin: User, role: JobRole) -> None:
        assessment = completed(role)
        score_essay(assessment, ScoreSource.MODEL, reasoning=1, evidence=1)
        first = AssessmentResponse.objects.get(question_snapshot__question_type="essay")
        AssessmentResponse.objects.create(
            assessment=assessment,
            question_snapshot=first.question_snapshot,
            version=2,
            answer={"text": "Another essay."},
            submitted_at=NOW,
        )
        score_essay(assessment, ScoreSource.HUMAN, reasoning=1, evidence=1, by=admin)

        assert compared(admin, role).agreement.n == 0

    def test_essays_scored_under_other_levels_are_left_out(self, admin: User, role: JobRole) -> None:
        double_scored(role, (1, 1), (1, 1), by=admin)
        question = Question.objects.get(role=role, question_type="essay")
        question.rubric["criteria"][0]["levels"].pop(1)
        question.save()
        later = NOW + dt.timedelta(days=1)
        catalog.publish_question(by=None, question=question, now=later)
        started_assessment(role=role, now=later)

        found = compared(admin, role, "reasoning")

        assert (found.levels, found.agreement.n) == (("Missing", "Full"), 0)

    def test_a_decision_by_code_is_nobodys_judgement(self, admin: User, role: JobRole) -> None:
        double_scored(role, (0, 0), (0, 0), by=admin, source=ScoreSource.CODE)

        assert compared(admin, role).agreement.n == 0

    def test_scores_are_set_apart_by_month_and_by_scorer(self, admin: User, role: JobRole) -> None:
        april = NOW + dt.timedelta(days=31)
        double_scored(role, (1, 0), (2, 0), by=admin)
        double_scored(role, (2, 0), (1, 0), by=admin, at=april, source=ScoreSource.LOCAL)
        double_scored(role, (2, 0), (2, 0), by=admin, at=april)

        found = compared(admin, role, "reasoning")

        assert [(one.month, one.agreement.n, one.drift) for one in found.months] == [
            (dt.date(2026, 3, 1), 1, -1),
            (dt.date(2026, 4, 1), 2, 0.5),
        ]
        assert [(one.scorer, one.agreement.n) for one in found.scorers] == [("openai gpt-4o-mini essay-1", 3)]


class TestReviewers:
    def test_two_people_are_compared_with_each_other(self, admin: User, role: JobRole) -> None:
        assessment = double_scored(role, (0, 0), (1, 0), by=admin)
        score_essay(assessment, ScoreSource.HUMAN, reasoning=2, evidence=0, by=AdminFactory())

        found = compared(admin, role, "reasoning", between="reviewers")

        assert found.agreement.n == 1
        assert len(found.cells[1][2]) == 1

    def test_who_has_seen_the_first_score_is_compared_apart(self, admin: User, role: JobRole) -> None:
        assessment = double_scored(role, (0, 0), (1, 0), by=admin)
        score_essay(assessment, ScoreSource.HUMAN, reasoning=2, evidence=0, by=AdminFactory(), blind=False)

        assert compared(admin, role, "reasoning", between="reviewers").agreement.n == 0
        decided = compared(admin, role, "reasoning", between="reviewers", marks="decided")
        assert len(decided.cells[1][2]) == 1

    def test_one_person_who_scores_twice_is_no_pair(self, admin: User, role: JobRole) -> None:
        assessment = double_scored(role, (0, 0), (1, 0), by=admin)
        score_essay(assessment, ScoreSource.HUMAN, reasoning=2, evidence=0, by=admin)

        assert compared(admin, role, between="reviewers").agreement.n == 0


class TestOverview:
    def test_it_names_the_question_and_its_criteria_even_before_anything_is_scored_twice(
        self, admin: User, role: JobRole
    ) -> None:
        completed(role)

        found = question_pairs(by=admin, role_id=role.pk)

        assert [(line.criterion, line.name, line.model.n) for line in found] == [
            ("", "", 0),  # the whole role
            ("", "", 0),
            ("reasoning", "Reasoning", 0),
            ("evidence", "Evidence", 0),
        ]

    def test_the_role_as_a_whole_counts_all_its_essays_in_tenths_of_the_points(
        self, admin: User, role: JobRole
    ) -> None:
        double_scored(role, (2, 2), (2, 2), by=admin)
        double_scored(role, (0, 0), (1, 0), by=admin)

        whole = question_pairs(by=admin, role_id=role.pk)[0]

        # A third of the points is three tenths.
        assert (whole.question_id, whole.model.n, whole.model.exact) == (None, 2, 0.5)
        assert whole.model.rmse == pytest.approx((3**2 / 2) ** 0.5)

    def test_more_essays_take_no_more_queries(self, admin: User, role: JobRole) -> None:
        double_scored(role, (0, 0), (1, 0), by=admin)
        with CaptureQueriesContext(connection) as one:
            question_pairs(by=admin, role_id=role.pk)
        double_scored(role, (0, 0), (1, 0), by=admin)
        double_scored(role, (0, 0), (1, 0), by=admin)
        with CaptureQueriesContext(connection) as three:
            question_pairs(by=admin, role_id=role.pk)

        assert len(one) == len(three) == 7

    def test_made_up_learners_and_foreign_students_do_not_count(self, admin: User, role: JobRole) -> None:
        assessment = completed(role, synthetic=True)
        score_essay(assessment, ScoreSource.MODEL, reasoning=1, evidence=1)
        score_essay(assessment, ScoreSource.HUMAN, reasoning=1, evidence=1, by=admin)

        assert question_pairs(by=admin, role_id=role.pk) == []
        assert question_pairs(by=admin, role_id=role.pk, synthetic=True)[0].model.n == 1
        assert question_pairs(by=AdvisorFactory(), role_id=role.pk, synthetic=True) == []

    def test_questions_and_criteria_that_are_not_there_are_missing(self, admin: User, role: JobRole) -> None:
        completed(role)

        with pytest.raises(QuestionMissing):
            compared(admin, role, "no-such-criterion")
        with pytest.raises(QuestionMissing):
            comparison(by=admin, role_id=role.pk, question_id=uuid.uuid4())
