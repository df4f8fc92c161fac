"""Item analysis of a role, from rows to figures."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessments.models import Assessment
from assessments.services import GivenAnswer, submit
from catalog import services as catalog
from catalog.models import JobRole, Question
from scoring.enums import ScoreSource
from scoring.statistics import ItemAnalysis, QuestionLine, item_analysis, roles_taken
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import question_id_of, started_assessment
from tests.factories.catalog import NOW
from tests.factories.statistics import ANSWERS, completed, role_with_three_questions, score_essay

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> JobRole:
    return role_with_three_questions()


@pytest.fixture
def admin() -> User:
    user: User = AdminFactory()
    return user


def analysis(admin: User, role: JobRole, *, least: int = 3, synthetic: bool = False) -> ItemAnalysis:
    return item_analysis(by=admin, role_id=role.pk, least=least, synthetic=synthetic)


def line_of(found: ItemAnalysis, question_type: str) -> QuestionLine:
    return next(line for line in found.questions if line.item.question_type == question_type)


class TestFigures:
    def test_difficulty_is_the_mean_share_of_the_points(self, admin: User, role: JobRole) -> None:
        for choice in ("c2", "c2", "c1", "c2"):
            completed(role, multiple_choice=choice)

        found = line_of(analysis(admin, role), "multiple_choice")

        assert (found.n, found.figures.difficulty if found.figures else None) == (4, 0.75)

    def test_the_rest_of_the_test_decides_who_is_able(self, admin: User, role: JobRole) -> None:
        completed(role)
        completed(role)
        completed(role, multiple_choice="c1", numeric=7)
        completed(role, multiple_choice="c3", numeric=8)

        found = line_of(analysis(admin, role), "multiple_choice")

        assert found.figures is not None
        assert found.figures.point_biserial == pytest.approx(1)
        assert found.figures.discrimination == pytest.approx(1)

    def test_distractors_are_counted_by_thirds(self, admin: User, role: JobRole) -> None:
        completed(role)
        completed(role, multiple_choice="c1", numeric=7)
        completed(role, multiple_choice="c1", numeric=8)

        found = line_of(analysis(admin, role), "multiple_choice").choices

        assert [(line.text, line.figures.count, line.figures.is_correct) for line in found] == [
            ("Alpha", 2, False),
            ("Beta", 1, True),
            ("Gamma", 0, False),
        ]

    def test_the_newest_answer_counts_and_no_answer_is_no_points(self, admin: User, role: JobRole) -> None:
        for _ in range(2):
            completed(role)
        silent = started_assessment(role=role)
        Assessment.objects.filter(pk=silent.pk).update(status="completed", completed_at=NOW)

        found = line_of(analysis(admin, role), "multiple_choice")

        assert found.figures is not None
        assert found.figures.difficulty == pytest.approx(2 / 3)
        assert [(line.figures.choice, line.figures.count) for line in found.choices][-1] == (None, 1)

    def test_an_essay_counts_once_all_of_it_is_scored_and_a_persons_score_goes_first(
        self, admin: User, role: JobRole
    ) -> None:
        scored, waiting, _ = (completed(role) for _ in range(3))
        score_essay(scored, ScoreSource.MODEL, reasoning=0, evidence=0)
        score_essay(scored, ScoreSource.HUMAN, reasoning=2, evidence=0, by=admin)
        score_essay(scored, ScoreSource.MODEL, reasoning=0, evidence=1)
        score_essay(waiting, ScoreSource.MODEL, reasoning=1, evidence=None)

        found = line_of(analysis(admin, role, least=1), "essay")

        assert found.n == 1
        assert found.figures is not None
        assert found.figures.difficulty == pytest.approx(2 / 3, abs=0.01)

    def test_the_test_has_a_reliability_and_a_length(self, admin: User, role: JobRole) -> None:
        completed(role)
        completed(role, numeric=7)
        completed(role, multiple_choice="c1", numeric=7)

        found = analysis(admin, role).reliability

        # Two items scored: variances 1/3 and 1/3, covariance 1/6.
        assert found is not None
        assert found.length == 2
        assert found.alpha == pytest.approx(2 * (1 / 6) / (1 / 3 + 1 / 6))


class TestWhoCounts:
    def test_figures_wait_for_enough_people(self, admin: User, role: JobRole) -> None:
        completed(role)
        completed(role, numeric=7)

        found = analysis(admin, role)

        assert (found.people, found.least, found.reliability) == (2, 3, None)
        assert [(line.figures, line.choices) for line in found.questions] == [(None, ())] * 3

    def test_only_first_completed_attempts_of_real_students_count(self, admin: User, role: JobRole) -> None:
        student = UserFactory()
        completed(role, user=student, numeric=7)
        completed(role, user=student)
        completed(role, synthetic=True)
        completed(role, profile={"synthetic": True})
        started_assessment(role=role)

        found = analysis(admin, role, least=1)

        line = line_of(found, "numeric")
        assert (found.people, line.figures.difficulty if line.figures else None) == (1, 0)
        assert analysis(admin, role, synthetic=True).people == 3

    def test_advisors_see_their_own_students_only(self, role: JobRole) -> None:
        completed(role)

        assert item_analysis(by=AdvisorFactory(), role_id=role.pk).people == 0
        assert roles_taken(by=AdvisorFactory()) == []
        assert roles_taken(by=AdminFactory()) == [(role.pk, role.name, 1)]

    def test_a_role_nobody_has_taken_has_no_lines(self, admin: User, role: JobRole) -> None:
        found = analysis(admin, role)

        assert (found.people, found.questions, found.reliability, found.median_seconds) == (0, (), None, None)

    def test_versions_of_a_question_count_apart(self, admin: User, role: JobRole) -> None:
        completed(role)
        question = Question.objects.get(role=role, question_type="numeric")
        question.prompt = "Another prompt?"
        question.save()
        catalog.publish_question(by=None, question=question, now=NOW + dt.timedelta(hours=1))
        completed(role)

        lines = [line for line in analysis(admin, role).questions if line.item.question_type == "numeric"]

        assert [line.n for line in lines] == [1, 1]
        assert len({line.item.version for line in lines}) == 2

    def test_more_people_take_no_more_queries(self, admin: User, role: JobRole) -> None:
        completed(role)
        with CaptureQueriesContext(connection) as one:
            analysis(admin, role)
        completed(role)
        completed(role)
        with CaptureQueriesContext(connection) as three:
            analysis(admin, role)

        assert len(one) == len(three) <= 8


class TestTimes:
    def test_an_answer_takes_from_the_one_before_it(self, admin: User, role: JobRole) -> None:
        seconds = {"multiple_choice": 30, "numeric": 90, "essay": 690}
        assessment = started_assessment(role=role)
        answers = [
            GivenAnswer(
                question_id_of(assessment, question_type),
                ANSWERS[question_type],
                NOW + dt.timedelta(seconds=seconds[question_type]),
            )
            for question_type in seconds
        ]
        end = NOW + dt.timedelta(minutes=20)
        submit(by=assessment.user, assessment_id=assessment.pk, answers=answers, completed=True, now=end)
        Assessment.objects.filter(pk=assessment.pk).update(status="completed", completed_at=NOW)

        found = analysis(admin, role)

        times = {line.item.question_type: line.median_seconds for line in found.questions}
        assert found.median_seconds == 1200
        assert times == {"multiple_choice": 30, "numeric": 60, "essay": 600}

    def test_answers_handed_in_together_have_no_times_of_their_own(self, admin: User, role: JobRole) -> None:
        completed(role)

        assert {line.median_seconds for line in analysis(admin, role).questions} == {None}
