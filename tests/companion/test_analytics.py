"""Figures week by week: a student's own, and those of many together."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from assessments.models import Assessment
from catalog.models import Skill
from companion import analytics
from scoring.models import ProfileRun, SkillEstimate
from tests.clients import client_of
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.conversations import EscalatedTurnFactory, TurnFactory
from tests.factories.practice import CompletedStepFactory, PracticeAssignmentFactory, PracticeGoalFactory

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SPAN = {"from": "2026-03-02", "to": "2026-03-22"}
TOGETHER = "/api/v1/analytics/students"


def weeks(by: User, student: User | None = None, **query: str) -> Any:
    address = f"{TOGETHER}/{student.pk}" if student else TOGETHER
    return client_of(by).get(address, {**SPAN, **query})


def solve(student: User, at: dt.datetime, *, status: str = "solved", points: int = 10) -> None:
    PracticeAssignmentFactory(
        user=student, status=status, assigned_at=at - DAY, completed_at=at, performance=1, rating_before=1000,
        rating_after=1010, experience=points,
    )  # fmt: skip


def complete(student: User, at: dt.datetime, *, level: str, stage: str = "done", run: int = 1) -> Assessment:
    """Have an assessment completed with a level in SQL, of its newest run."""
    assessment = submitted_assessment(user=student)
    Assessment.objects.filter(pk=assessment.pk).update(status="completed", stage=stage, completed_at=at)
    skill, _ = Skill.objects.get_or_create(key="sql", defaults={"name": "SQL"})
    for number in range(1, run + 1):
        ProfileRun.objects.create(assessment=assessment, run=number)
        SkillEstimate.objects.create(
            assessment=assessment, run=number, skill=skill, level=Decimal(level) if number == run else 5,
            deviation=1, evidence=1,
        )  # fmt: skip
    return assessment


class TestAStudent:
    def test_each_week_has_its_figures_and_empty_ones_are_zeros(self) -> None:
        student = UserFactory()
        solve(student, MONDAY)
        solve(student, MONDAY + 6 * DAY, status="given_up", points=1)
        CompletedStepFactory(user=student, experience=10, completed_at=MONDAY + DAY)
        PracticeGoalFactory(user=student, status="reached", reached_at=MONDAY + DAY)
        EscalatedTurnFactory(conversation__user=student, asked_at=MONDAY, escalated_at=MONDAY + 7 * DAY)
        solve(student, MONDAY + 14 * DAY)
        solve(UserFactory(), MONDAY)

        body = weeks(student, student).json()

        assert (body["student_id"], body["students"], body["time_zone"]) == (str(student.pk), 1, "UTC")
        empty = {
            "assessments_completed": 0, "practice_completed": 0, "practice_solved": 0, "accuracy": None,
            "experience": 0, "goals_reached": 0, "questions_asked": 0, "questions_handed_on": 0,
        }  # fmt: skip
        assert body["weeks"] == [
            {"begins": "2026-03-02", **empty},
            {
                **empty, "begins": "2026-03-09", "practice_completed": 2, "practice_solved": 1, "accuracy": 0.5,
                "experience": 21, "goals_reached": 1, "questions_asked": 1,
            },
            {"begins": "2026-03-16", **empty, "questions_handed_on": 1},
        ]  # fmt: skip

    def test_weeks_begin_by_the_clock_of_the_zone(self) -> None:
        student = UserFactory()
        solve(student, MONDAY - dt.timedelta(minutes=30))

        done = {
            zone: [
                one["practice_completed"] for one in weeks(student, student, time_zone=zone).json()["weeks"]
            ]
            for zone in ("UTC", "Europe/Berlin")
        }

        assert done == {"UTC": [1, 0, 0], "Europe/Berlin": [0, 1, 0]}

    def test_levels_are_those_of_the_newest_run_of_results_that_are_shown(self) -> None:
        student = UserFactory()
        complete(student, MONDAY, level="2.000", run=2)
        complete(student, MONDAY + DAY, level="3.000")
        complete(student, MONDAY + 8 * DAY, level="4.000", stage="awaiting_release")

        body = weeks(student, student).json()

        assert body["skills"] == [{"skill_key": "sql", "skill_name": "SQL", "levels": [None, 2.5, None]}]
        assert [one["assessments_completed"] for one in body["weeks"]] == [0, 2, 1]

    def test_a_guardian_reads_neither_results_nor_questions(self) -> None:
        student, guardian = UserFactory(), UserFactory(role="guardian")
        guardian.guarded_links.create(student=student)
        TurnFactory(conversation__user=student, asked_at=MONDAY)
        complete(student, MONDAY, level="2.000")

        body = weeks(guardian, student).json()

        assert body["skills"] is None
        assert [one["questions_asked"] for one in body["weeks"]] == [None] * 3
        assert body["weeks"][1]["assessments_completed"] == 1

    def test_whom_one_does_not_look_after_is_not_there(self) -> None:
        refused = weeks(AdvisorFactory(), UserFactory())

        assert (refused.status_code, refused.json()["error_code"]) == (404, "USER_404")

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"from": "2026-03-09", "to": "2026-03-08"}, "WEEKS_400"), ({"from": "2024-03-09"}, "WEEKS_400"),
            ({"time_zone": "Mars/North"}, "TIME_ZONE_400"), ({"from": "soon"}, "INVALID_400"),
        ],
    )  # fmt: skip
    def test_what_is_no_span_of_weeks_is_refused(self, query: dict[str, str], code: str) -> None:
        student = UserFactory()

        refused = weeks(student, student, **query)

        assert (refused.status_code, refused.json()["error_code"]) == (400, code)


class TestManyTogether:
    @pytest.fixture
    def students(self) -> list[User]:
        advisor = AdvisorFactory()
        return [AdvisorAssignmentFactory(advisor=advisor).student for _ in range(6)]

    def test_figures_are_of_all_whom_one_looks_after(self, students: list[User]) -> None:
        solve(UserFactory(), MONDAY)
        for student in students:
            solve(student, MONDAY)
        solve(students[0], MONDAY, status="given_up", points=0)

        mine = weeks(students[0].advisor_links.get().advisor).json()
        all_of_them = weeks(AdminFactory()).json()

        week = mine["weeks"][1]
        assert (mine["students"], mine["student_id"], mine["least_students"]) == (6, None, 5)
        assert (week["practice_completed"], week["practice_solved"], week["accuracy"]) == (7, 6, 0.8571)
        assert (all_of_them["students"], all_of_them["weeks"][1]["practice_completed"]) == (7, 8)

    @pytest.mark.parametrize(("number", "level", "accuracy"), [(4, None, None), (5, 2.4, 1.0)])
    def test_a_mean_is_of_five_students_at_least(
        self, students: list[User], number: int, level: float | None, accuracy: float | None
    ) -> None:
        for place, student in enumerate(students[:number]):
            solve(student, MONDAY)
            solve(student, MONDAY + DAY)
            complete(student, MONDAY, level="4.000" if place == 4 else "2.000")

        body = weeks(students[0].advisor_links.get().advisor).json()

        assert body["skills"][0]["levels"] == [None, level, None]
        assert (body["weeks"][1]["accuracy"], body["weeks"][1]["practice_completed"]) == (
            accuracy,
            2 * number,
        )
        assert body["weeks"][1]["practice_solved"] == (None if accuracy is None else 2 * number)

    def test_students_and_guardians_read_none(self) -> None:
        assert [weeks(UserFactory(role=role)).status_code for role in ("student", "guardian")] == [403, 403]

    def test_it_takes_as_many_statements_however_many_there_are(
        self, students: list[User], django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        advisor = students[0].advisor_links.get().advisor
        for number in (1, 5):
            for student in students[:number]:
                solve(student, MONDAY)
                complete(student, MONDAY, level="2.000")
            with django_assert_num_queries(8):
                analytics.of_students(
                    by=advisor, first=MONDAY.date(), last=None, zone="UTC", now=MONDAY + 60 * DAY
                )


class TestThePages:
    def shown(self, by: User, *students: User, **query: str) -> Any:
        client = Client()
        client.force_login(by)
        name = "advisor:student-weeks" if students else "advisor:weeks"
        return client.get(reverse(name, args=[one.pk for one in students]), query)

    def test_a_student_has_charts_and_a_table_of_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        link = AdvisorAssignmentFactory(student__name="Zoe <b>Quill</b>")
        monkeypatch.setattr("django.utils.timezone.now", lambda: MONDAY + 8 * DAY)
        solve(link.student, MONDAY)
        complete(link.student, MONDAY, level="2.500")

        page = self.shown(link.advisor, link.student).content.decode()

        assert "Zoe &lt;b&gt;Quill&lt;/b&gt; by weeks" in page
        assert page.count('<td role="cell" data-label="Items"><span class="number">') == 12
        assert 'x="83.33%" y="0.00%" width="6.67%" height="100.00%"' in page
        assert 'y="50.00%" width="6.67%" height="50.00%"' in page
        assert '<time class="number" datetime="2026-03-09">9 Mar 2026</time>' in page

    def test_all_together_say_when_a_mean_is_left_out(self) -> None:
        page = self.shown(AdvisorAssignmentFactory().advisor, weeks="26").content.decode()

        assert "fewer than 5 students took part" in page
        assert "1 student<" in page
        assert page.count('data-label="Points"') == 26

    def test_a_chart_without_any_figure_is_left_out_and_levels_say_why(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = AdvisorAssignmentFactory()
        monkeypatch.setattr("django.utils.timezone.now", lambda: MONDAY + 8 * DAY)
        solve(link.student, MONDAY)
        complete(link.student, MONDAY, level="2.500")

        page = self.shown(link.advisor).content.decode()

        assert [title for title in ("Items practised", "Solved, in %", ">SQL ") if title in page] == [
            "Items practised"
        ]
        assert "There is no week in which 5 students came to a result." in page
        assert "Levels by skill" not in page

    def test_others_find_no_page(self) -> None:
        link = AdvisorAssignmentFactory()

        assert self.shown(AdvisorFactory(), link.student).status_code == 404
        assert self.shown(link.student, link.student).status_code == 404
