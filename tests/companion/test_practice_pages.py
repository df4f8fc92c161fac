"""Staff reads what was set for a student to practise, and sets it."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment
from practice.models import PracticeGoal, PracticeOverride, SkillRating
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.catalog import SkillFactory
from tests.factories.practice import (
    NOW,
    PracticeGoalFactory,
    PracticeItemFactory,
    PracticeOverrideFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment() -> Assessment:
    _, student = advised_student()
    return finished_assessment(student)


@pytest.fixture
def client(assessment: Assessment) -> Client:
    found = Client()
    found.force_login(assessment.user.advisor_links.get().advisor)
    return found


def page(client: Client, assessment: Assessment) -> str:
    return client.get(reverse("advisor:assessment", args=[assessment.pk])).content.decode()


def set_level(client: Client, assessment: Assessment, **fields: str) -> str:
    """Send the form, and return the page that follows."""
    body = {
        "skill": "sql",
        "difficulty": "3",
        "reason": "Joins are new to her.",
        "version-sql": "0",
        **fields,
    }
    address = reverse("advisor:set-level", args=[assessment.pk])
    return client.post(address, body, follow=True).content.decode()


def test_without_anything_to_practise_with_there_is_nothing_to_set(
    client: Client, assessment: Assessment
) -> None:
    assert 'id="practice"' not in page(client, assessment)


def test_skills_that_there_are_items_for_are_offered_with_where_the_student_is(
    client: Client, assessment: Assessment
) -> None:
    PracticeItemFactory()
    assert '<option value="sql">SQL, not practised</option>' in page(client, assessment)

    SkillRatingFactory(user=assessment.user, rating=1400.0)

    shown = page(client, assessment)
    assert '<option value="sql">SQL, now at 7</option>' in shown
    assert "Nothing was set for this student so far." in shown


def test_what_was_set_is_told_and_stands_on_the_page_with_its_reason(
    client: Client, assessment: Assessment
) -> None:
    PracticeItemFactory()

    shown = set_level(client, assessment)

    assert "SQL is practised at difficulty 3 from now on." in shown
    assert "difficulty 6 → difficulty 3" in shown
    assert "Joins are new to her." in shown
    assert "not practised yet, set at difficulty 3 of 10" in shown
    assert SkillRating.objects.get().rating == 800.0


def test_a_level_that_another_has_set_meanwhile_is_not_replaced_unseen(
    client: Client, assessment: Assessment
) -> None:
    PracticeItemFactory()
    set_level(client, assessment)

    refused = set_level(client, assessment, difficulty="9", reason="She knows joins.")

    assert "Nothing was set. Somebody has set this level since you read it." in refused
    assert "You had written: “She knows joins.”" in refused
    assert '<input type="hidden" name="version-sql" value="1">' in refused
    assert "SQL is practised at difficulty 9" in set_level(
        client, assessment, difficulty="9", **{"version-sql": "1"}
    )


def test_goals_that_were_changed_stand_there_too(client: Client, assessment: Assessment) -> None:
    PracticeItemFactory()
    PracticeOverrideFactory(
        student=assessment.user, kind="goal", goal_id="01a00000-0000-7000-8000-000000000000",
        before={"target_difficulty": 7, "due_on": None}, after={"target_difficulty": 5, "due_on": "2026-06-01"},
        made_at=NOW + dt.timedelta(hours=1),
    )  # fmt: skip

    shown = page(client, assessment)

    assert "<strong>Goal in SQL</strong>" in shown
    assert "difficulty 7, due no day → difficulty 5, due 2026-06-01" in shown


def test_what_was_set_before_stands_there_where_nothing_can_be_set_any_more(
    client: Client, assessment: Assessment
) -> None:
    SkillFactory(key="statistics")
    PracticeOverrideFactory(
        student=assessment.user, kind="goal", goal_id="01a00000-0000-7000-8000-000000000000",
        further_skills=["statistics"], before={"status": "open"}, after={"status": "dropped"},
    )  # fmt: skip

    shown = page(client, assessment)

    assert 'id="practice"' in shown
    assert "<strong>Goal in SQL, Statistics</strong> <span>open → dropped</span>" in shown


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": " "}, "State a reason; the student reads it."),
        ({"difficulty": "11"}, "Ensure this value is less than or equal to 10."),
    ],
)
def test_what_is_refused_says_why_and_gives_back_the_reason(
    client: Client, assessment: Assessment, fields: dict[str, str], said: str
) -> None:
    PracticeItemFactory()

    shown = set_level(client, assessment, **fields)

    assert f"Nothing was set. {said}" in shown
    assert ("You had written" in shown) == ("reason" not in fields)
    assert not PracticeOverride.objects.exists()


class TestGoals:
    def change(self, client: Client, assessment: Assessment, goal: PracticeGoal, **fields: str) -> str:
        """Send the form, and return the page that follows."""
        body = {
            "target_difficulty": "7", "due_on": "", "status": "open", "reason": "The exam asks for less.",
            "version": "1", **fields,
        }  # fmt: skip
        address = reverse("advisor:override-goal", args=[assessment.pk, goal.pk])
        return client.post(address, body, follow=True).content.decode()

    def test_they_are_shown_with_the_way_behind_the_open_ones_first(
        self, client: Client, assessment: Assessment
    ) -> None:
        student = assessment.user
        SkillRatingFactory(user=student, rating=1320.0)
        open_one = PracticeGoalFactory(user=student, title="Joins", due_on=dt.date(2026, 6, 1))
        dropped = PracticeGoalFactory(user=student, title="Windows", status="dropped")
        reached = PracticeGoalFactory(user=student, title="Groups", status="reached", reached_at=NOW)
        PracticeGoalFactory(title="Somebody else\u2019s")

        shown = page(client, assessment)

        assert shown.index("Joins") < shown.index("Groups") < shown.index("Windows")
        assert "SQL at difficulty 7" in shown
        assert "50% of the way, due 1 Jun 2026" in shown
        assert "Somebody else" not in shown
        assert [f"goal-target-{one.pk}" in shown for one in (open_one, dropped, reached)] == [
            True,
            True,
            False,
        ]

    def test_who_has_set_none_is_said_to_have_none(self, client: Client, assessment: Assessment) -> None:
        PracticeItemFactory()

        assert "The student has set no goals." in page(client, assessment)

    def test_one_is_changed_with_a_reason(self, client: Client, assessment: Assessment) -> None:
        goal = PracticeGoalFactory(user=assessment.user, title="Joins")

        shown = self.change(client, assessment, goal, target_difficulty="5", due_on="2099-06-01")

        goal.refresh_from_db()
        assert (goal.target_difficulty, goal.due_on, goal.status) == (5, dt.date(2099, 6, 1), "open")
        assert "The goal is changed." in shown
        assert "difficulty 7, due no day → difficulty 5, due 2099-06-01" in shown
        assert "The exam asks for less." in shown

    def test_one_is_dropped(self, client: Client, assessment: Assessment) -> None:
        goal = PracticeGoalFactory(user=assessment.user)

        self.change(client, assessment, goal, status="dropped")

        goal.refresh_from_db()
        assert goal.status == "dropped"

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"target_difficulty": "5", "reason": " "}, "State a reason; the student reads it."),
            ({"target_difficulty": "5", "version": "9"}, "The goal has changed since."),
            ({}, "The goal is like this already."),
        ],
    )
    def test_what_is_refused_says_why(
        self, client: Client, assessment: Assessment, fields: dict[str, str], said: str
    ) -> None:
        goal = PracticeGoalFactory(user=assessment.user)

        assert f"The goal was not changed. {said}" in self.change(client, assessment, goal, **fields)
        assert not PracticeOverride.objects.exists()

    def test_a_goal_of_another_student_is_not_on_this_page(
        self, client: Client, assessment: Assessment
    ) -> None:
        _, other = advised_student(assessment.user.advisor_links.get().advisor)
        goal = PracticeGoalFactory(user=other)
        address = reverse("advisor:override-goal", args=[assessment.pk, goal.pk])

        answer = client.post(
            address, {"target_difficulty": 4, "status": "open", "reason": "So.", "version": 1}
        )

        assert answer.status_code == 404
