"""Students practise on pages: they choose a skill, answer, ask for hints, give up, and read what came of it."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ops.models import AuditLog
from practice.models import PracticeAnswer, PracticeAssignment, PracticeReport
from tests.companion.scenes import advised_student, finished_assessment
from tests.companion.student.browsing import browser_of
from tests.factories.accounts import UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.practice import (
    NOW,
    PracticeAnswerFactory,
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    PracticeItemFactory,
    PracticeOverrideFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db

PRACTICE = "/student/practice/"
RIGHT, WRONG = {"answer-choice": "c2"}, {"answer-choice": "c1"}
SOLUTION = "HAVING filters groups; WHERE filters rows before they are grouped."


def shown(client: Client, address: str = PRACTICE, **asked: Any) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(assignment: PracticeAssignment) -> str:
    return reverse("student:assignment", args=[assignment.pk])


def sent(assignment: PracticeAssignment, fields: dict[str, Any], *, to: str = "", **beside: Any) -> str:
    """Send a form of the page, and return the page that follows."""
    client = browser_of(assignment.user)
    return client.post(page_of(assignment) + to, {**fields, **beside}, follow=True).content.decode()


def given(**fields: Any) -> PracticeAssignment:
    assignment: PracticeAssignment = PracticeAssignmentFactory(**{"assigned_at": timezone.now(), **fields})
    return assignment


class TestChoosing:
    def test_what_the_result_leaves_to_learn_comes_first(self) -> None:
        _, student = advised_student()
        finished_assessment(student)
        PracticeItemFactory(skill=SkillFactory(key="accounting", name="Accounting"))
        PracticeItemFactory()

        page = shown(browser_of(student))

        gaps, others = page.index("What your newest result leaves to learn"), page.index("Other skills")
        assert gaps < page.index("<strong>SQL</strong>") < others < page.index("<strong>Accounting</strong>")

    def test_without_a_result_all_skills_stand_there_with_where_one_is(self) -> None:
        PracticeItemFactory()
        PracticeItemFactory(skill=SkillFactory(key="python", name="Python"))
        student = SkillRatingFactory(rating=1400.0, updated_at=timezone.now()).user
        PracticeGoalFactory(user=student)

        page = shown(browser_of(student))

        assert "you are at difficulty 7 · you have a goal in it" in page
        assert "not practised yet" in page
        assert "What your newest result leaves to learn" not in page

    def test_where_there_is_nothing_the_page_says_so(self) -> None:
        page = shown(browser_of(UserFactory()))

        assert "Nothing to practise with yet" in page
        assert "Start practising" not in page

    def test_a_skill_is_given_once_however_often_it_is_asked_for(self) -> None:
        PracticeItemFactory()
        PracticeItemFactory()
        client = browser_of(UserFactory())

        first, second = (client.post(PRACTICE, {"skill": "sql"}) for _ in range(2))

        assignment = PracticeAssignment.objects.get()
        assert first["Location"] == second["Location"] == page_of(assignment)
        assert assignment.reason == "chosen"
        assert "You are at this, in Sql" in shown(client)

    def test_without_a_skill_it_is_whose_turn_it_is(self) -> None:
        PracticeItemFactory()
        client = browser_of(UserFactory())

        page = client.post(PRACTICE, follow=True).content.decode()

        assert "It is this skill’s turn: none has gone longer without practice." in page

    @pytest.mark.parametrize(
        ("skill", "said"),
        [
            ("nowhere", "There is no such skill. Choose another skill."),
            ("s\0l", "There is no such skill. Choose another skill."),
            ("sql", "There is nothing to practise with. Choose another skill."),
        ],
    )
    def test_what_cannot_be_practised_is_said_on_the_page(self, skill: str, said: str) -> None:
        SkillFactory(key="sql")

        answer = browser_of(UserFactory()).post(PRACTICE, {"skill": skill}, follow=True)

        assert said in answer.content.decode()

    def test_what_an_advisor_set_is_told_with_the_reason_and_without_who_it_was(self) -> None:
        override = PracticeOverrideFactory(reason="Joins are new to you.")

        page = shown(browser_of(override.student))

        assert "difficulty 6 → difficulty 3" in page
        assert "Joins are new to you." in page
        assert override.made_by.name not in page

    def test_what_is_over_can_be_read_again_ten_a_page(self) -> None:
        student, item = UserFactory(), PracticeItemFactory()
        for day in range(11):
            over(user=student, item=item, assigned_at=NOW + dt.timedelta(days=day))
        over(item=item)

        client = browser_of(student)

        assert shown(client).count('class="row-link"') == 10
        assert shown(client, page=2).count('class="row-link"') == 1

    def test_more_rows_take_no_more_queries(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        student, item = UserFactory(), PracticeItemFactory()
        client = browser_of(student)
        for day in range(9):
            over(user=student, item=item, assigned_at=NOW + dt.timedelta(days=day))
            PracticeOverrideFactory(student=student)

        with django_assert_max_num_queries(14):
            shown(client)


def over(**fields: Any) -> PracticeAssignment:
    """Return an assignment that was solved."""
    facts = {"status": "solved", "completed_at": NOW, "performance": 1.0, "share": 1.0, "experience": 50}
    return given(**{**facts, "rating_before": 1200.0, "rating_after": 1250.0, "attempts": 1, **fields})


class TestAnswering:
    def test_nothing_of_the_key_is_shown_before_its_time(self) -> None:
        page = shown(browser_of((assignment := given()).user), page_of(assignment))

        assert "Which clause filters groups?" in page
        assert "Show a hint (2 left)" in page
        assert SOLUTION not in page
        assert "It comes after the groups are made." not in page

    def test_the_right_answer_ends_it_with_the_reason_and_what_it_earned(self) -> None:
        page = sent(given(), RIGHT, attempts=0)

        assert "<strong>Right!</strong> 50 points." in page
        assert "You are at difficulty" in page
        assert SOLUTION in page
        assert "Next in Sql" in page
        assert "Check my answer" not in page

    def test_a_wrong_one_may_be_tried_again_and_is_still_there_after_a_reload(self) -> None:
        assignment = given()

        page = sent(assignment, WRONG, attempts=0)

        assert "<strong>Not right yet.</strong>" in page
        assert 'name="attempts" value="1"' in page
        assert 'value="c1"' in page
        assert "checked" in page
        assert SOLUTION not in page
        assert "<strong>Not right yet.</strong>" in shown(browser_of(assignment.user), page_of(assignment))

    def test_what_is_sent_twice_counts_once(self) -> None:
        assignment = given()

        for _ in range(2):
            sent(assignment, WRONG, attempts=0)

        assignment.refresh_from_db()
        assert (assignment.attempts, PracticeAnswer.objects.count()) == (1, 1)

    def test_the_right_answer_sent_twice_shows_the_outcome_and_no_complaint(self) -> None:
        assignment = given()

        pages = [sent(assignment, RIGHT, attempts=0) for _ in range(2)]

        assert ["Right!" in page for page in pages] == [True, True]
        assert "Ask for the next one" not in pages[1]
        assert PracticeAnswer.objects.count() == 1

    def test_an_empty_answer_is_not_counted(self) -> None:
        assignment = given()

        answer = browser_of(assignment.user).post(page_of(assignment), {"attempts": 0})

        assert answer.status_code == 400
        assert "Answer before you send it." in answer.content.decode()
        assert not PracticeAnswer.objects.exists()

    def test_what_the_question_does_not_take_is_said_and_kept(self) -> None:
        item = PracticeItemFactory(
            question_type="numeric", choices=None, answer_format={"unit": "kg"},
            rules={"kind": "numeric", "value": "12", "tolerance": {"absolute": "0"}},
        )  # fmt: skip
        assignment = given(item=item)

        answer = browser_of(assignment.user).post(page_of(assignment), {"answer-value": "a dozen"})

        assert answer.status_code == 400
        assert "must be a number written with a point, such as 42.5" in answer.content.decode()
        assert 'value="a dozen"' in answer.content.decode()

    def test_after_twenty_attempts_it_says_what_is_left_to_do(self) -> None:
        assignment = given(attempts=20)

        page = sent(assignment, RIGHT, attempts=20)

        assert "It was tried 20 times. Give it up and look at the solution." in page

    def test_the_seconds_that_a_script_counted_are_taken_and_others_are_not(self) -> None:
        early = timezone.now() - dt.timedelta(hours=1)
        quick, wild = given(assigned_at=early), given(assigned_at=early)

        sent(quick, RIGHT, attempts=0, seconds="12.5")
        sent(wild, RIGHT, attempts=0, seconds="soon")

        assert [row.performance for row in (refreshed(quick), refreshed(wild))] == [1.0, 0.8]

    def test_a_goal_that_it_reaches_is_named(self) -> None:
        assignment = given()
        SkillRatingFactory(
            user=assignment.user, rating=1390.0, deviation=90.0, answers=30, updated_at=timezone.now()
        )
        PracticeGoalFactory(user=assignment.user, title="Read every report", target_difficulty=6)

        assert "You have reached your goal “Read every report”." in sent(assignment, RIGHT, attempts=0)

    def test_what_an_advisor_took_back_says_so_and_tells_its_solution_to_who_wants_it(self) -> None:
        assignment = given(status="withdrawn", completed_at=NOW)

        page = shown(browser_of(assignment.user), page_of(assignment))

        assert "Your advisor took this back, and it counts for nothing." in page
        assert "Next in Sql" in page
        assert re.search(rf"<details><summary>See the solution</summary>[^/]*{re.escape(SOLUTION)}", page)

    def test_who_wrote_it_and_that_it_was_had_lately_is_said(self) -> None:
        assignment = given(is_repeat=True, reason="goal")
        assignment.question["by_model"] = True
        assignment.save()

        page = shown(browser_of(assignment.user), page_of(assignment))

        assert "You have an open goal in this skill." in page
        assert "You have had this question lately, so it does not change your level." in page
        assert "This question was written by a language model." in page


def refreshed(assignment: PracticeAssignment) -> PracticeAssignment:
    assignment.refresh_from_db()
    return assignment


class TestHints:
    def test_they_come_one_by_one_and_one_click_too_many_shows_no_second(self) -> None:
        assignment = given()

        for _ in range(2):
            page = sent(assignment, {"hint": "next", "hints": 0})

        assert "It comes after the groups are made." in page
        assert "It may name an aggregate." not in page
        assert "Show a hint (1 left)" in page
        assert refreshed(assignment).hints_shown == 1

    def test_what_was_chosen_stays_and_is_not_judged(self) -> None:
        assignment = given()

        page = sent(assignment, {"hint": "next", "hints": 0, **RIGHT})

        assert re.search(r'value="c2"[^>]* checked', page)
        assert refreshed(assignment).attempts == 0

    def test_what_is_half_filled_in_stays_without_a_complaint(self) -> None:
        item = PracticeItemFactory(
            question_type="ordering", answer_format={},
            rules={"kind": "ordering", "order": ["c1", "c2", "c3"], "scoring": "all_or_nothing"},
        )  # fmt: skip
        assignment = given(item=item)

        page = sent(assignment, {"hint": "next", "hints": 0, "answer-place-1": "3"})

        assert re.search(r'<option value="3" selected', page)
        assert "Give each of the 3 a place." not in page

    def test_after_the_last_there_is_no_button(self) -> None:
        page = sent(given(hints_shown=1), {"hint": "next", "hints": 1})

        assert "There are no further hints." in page
        assert "Show a hint" not in page

    def test_asking_for_one_too_many_is_said(self) -> None:
        assert "There is no further hint." in sent(given(hints_shown=2), {"hint": "next", "hints": 2})


class TestGivingUp:
    def test_it_shows_the_solution_and_may_be_sent_twice(self) -> None:
        assignment = given()
        PracticeAnswerFactory(assignment=assignment)

        pages = [sent(assignment, {}, to="/give-up") for _ in range(2)]

        for page in pages:
            assert "You gave this one up.</strong> 0 points." in page
            assert "Your last answer" in page
            assert SOLUTION in page
            assert "Ask for the next one" not in page
        assert AuditLog.objects.filter(action="practice.given_up").count() == 1


class TestReporting:
    def test_it_is_told_once(self) -> None:
        assignment = given()
        said = {"reason": "wrong_key", "comment": "Both keep the row."}

        pages = [sent(assignment, said, to="/report") for _ in range(2)]

        assert all("Thank you. You have reported this question" in page for page in pages)
        report = PracticeReport.objects.get()
        assert (report.reason, report.comment) == ("wrong_key", "Both keep the row.")

    def test_new_lines_count_once_as_browsers_count_them(self) -> None:
        sent(given(), {"reason": "other", "comment": "a\r\n" * 500}, to="/report")

        assert PracticeReport.objects.get().comment == ("a\n" * 500).strip()

    def test_what_is_wrong_has_to_be_one_of_the_reasons(self) -> None:
        assignment = given()

        answer = browser_of(assignment.user).post(
            page_of(assignment) + "/report", {"reason": "ugly", "comment": "So."}
        )

        assert answer.status_code == 400
        assert "So.</textarea>" in answer.content.decode()
        assert not PracticeReport.objects.exists()

    def test_the_eleventh_of_a_day_is_refused_with_what_was_typed(self) -> None:
        student = UserFactory()
        for _ in range(10):
            reported = over(user=student, item=PracticeItemFactory())
            PracticeReport.objects.create(assignment=reported, reason="other", reported_at=timezone.now())

        page = sent(given(user=student), {"reason": "other", "comment": "Typed."}, to="/report")

        assert "You have reported 10 items within a day. Go on tomorrow." in page
        assert "Typed.</textarea>" in page


@pytest.mark.parametrize("to", ["", "/give-up", "/report"])
def test_what_others_were_given_is_not_there(to: str) -> None:
    assignment = given()
    client = browser_of(UserFactory())

    answer = client.post(page_of(assignment) + to, {**RIGHT, "attempts": 0, "hints": 0, "reason": "other"})

    assert answer.status_code == 404
    assert refreshed(assignment).status == "open"
