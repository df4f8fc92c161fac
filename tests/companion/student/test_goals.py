"""Students set goals on pages, change and end them, and read how far they have come."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from practice.models import PracticeGoal
from practice.services.goals import MOST_GOALS
from tests.companion.student.browsing import browser_of
from tests.factories.accounts import UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.practice import (
    NOW,
    PracticeGoalFactory,
    PracticeItemFactory,
    SkillRatingFactory,
    TaughtSkillFactory,
)

pytestmark = pytest.mark.django_db

GOALS = "/student/goals/"
NONE = str(uuid.UUID(int=0))


def form(**fields: Any) -> dict[str, Any]:
    """Return what the form for a new goal sends."""
    return {
        "title": "Read every report", "skill": "sql", "target_difficulty": "7", "due_on": "", "seen": NONE, **fields,
    }  # fmt: skip


def change(goal: PracticeGoal, **fields: Any) -> Any:
    """Send the form of a goal, and return what is answered."""
    body = {"title": goal.title, "target_difficulty": "7", "due_on": "", "version": "1", **fields}
    return browser_of(goal.user).post(f"{GOALS}{goal.pk}", body, follow=True)


@pytest.fixture
def client() -> Client:
    PracticeItemFactory()
    return browser_of(UserFactory())


class TestTheList:
    def test_open_goals_come_first_with_the_way_that_is_behind(self) -> None:
        student = SkillRatingFactory(rating=1320.0).user
        PracticeGoalFactory(user=student, title="Joins", due_on=dt.date(2026, 6, 1))
        TaughtSkillFactory(user=student, held_at=NOW + dt.timedelta(days=1))
        PracticeGoalFactory(user=student, title="Windows", status="dropped")
        PracticeGoalFactory(title="Somebody else’s")

        page = browser_of(student).get(GOALS).content.decode()

        assert page.index("Joins") < page.index("Windows")
        assert "50% of the way" in page
        assert "By 1 Jun 2026. 1 session with a tutor since it was set." in page
        assert "Somebody else" not in page

    def test_it_is_narrowed_by_a_tag(self) -> None:
        student = PracticeGoalFactory(title="Joins", tags=["exam"]).user
        PracticeGoalFactory(user=student, title="Windows")

        page = browser_of(student).get(GOALS, {"tag": "exam"}).content.decode()
        none = browser_of(student).get(GOALS, {"tag": "exa"}).content.decode()

        assert ("Joins" in page, "Windows" in page) == (True, False)
        assert "No goals with this tag" in none

    def test_who_has_none_is_told_what_to_do(self, client: Client) -> None:
        assert "Say below what you want to be able to do." in client.get(GOALS).content.decode()

    def test_without_skills_to_practise_there_is_no_form(self) -> None:
        page = browser_of(UserFactory()).get(GOALS).content.decode()

        assert "your institution has not put any questions there yet" in page
        assert "Set the goal" not in page

    def test_more_goals_take_no_more_queries(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        PracticeItemFactory()
        student = UserFactory()
        client = browser_of(student)
        for _ in range(12):
            PracticeGoalFactory(user=student)

        with django_assert_max_num_queries(14):
            client.get(GOALS)


class TestSetting:
    def test_a_goal_in_several_skills_is_set_with_its_day(self, client: Client) -> None:
        PracticeItemFactory(skill=SkillFactory(key="python"))

        page = client.post(
            GOALS, form(further=["python"], due_on="2099-06-01", tags="exam, SQL"), follow=True
        ).content.decode()

        assert "“Read every report” is set." in page
        goal = PracticeGoal.objects.get()
        assert (goal.title, goal.target_difficulty, goal.due_on) == (
            "Read every report",
            7,
            dt.date(2099, 6, 1),
        )
        assert goal.tags == ["exam", "SQL"]
        assert [skill.key for skill in goal.skills] == ["sql", "python"]

    def test_what_is_sent_twice_is_set_once_and_set_again_from_the_new_page(self, client: Client) -> None:
        for _ in range(2):
            assert client.post(GOALS, form()).status_code == 302
        assert PracticeGoal.objects.count() == 1

        client.post(GOALS, form(seen=str(PracticeGoal.objects.get().pk)))

        assert PracticeGoal.objects.count() == 2

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"title": "  "}, "Say what you want to reach."),
            ({"due_on": "2020-01-01"}, "This day is over. Name one that is to come, or none."),
            ({"skill": "nowhere"}, "Select a valid choice. nowhere is not one of the available choices."),
            ({"further": ["sql"]}, "A goal has 1 to 5 skills, each once."),
        ],
    )
    def test_what_is_refused_is_said_with_what_was_typed(
        self, client: Client, fields: dict[str, Any], said: str
    ) -> None:
        answer = client.post(GOALS, form(**{"title": "Typed", **fields}))

        assert answer.status_code == 400
        assert said in answer.content.decode()
        assert ('value="Typed"' in answer.content.decode()) == ("title" not in fields)
        assert not PracticeGoal.objects.exists()

    def test_who_has_two_hundred_is_told_so(self, client: Client) -> None:
        student = PracticeGoalFactory().user
        PracticeGoal.objects.bulk_create(
            PracticeGoalFactory.build(user=student, skill=SkillFactory(key="sql")) for _ in range(MOST_GOALS)
        )

        answer = browser_of(student).post(GOALS, form(seen=str(PracticeGoal.objects.all()[0].pk)))

        assert "Nobody has more than 200 goals. Delete some first." in answer.content.decode()


class TestChanging:
    def test_it_is_changed(self) -> None:
        goal = PracticeGoalFactory(tags=["exam"])

        page = change(
            goal, title="Joins", target_difficulty="9", due_on="2099-06-01", tags="exam"
        ).content.decode()

        goal.refresh_from_db()
        assert (goal.title, goal.target_difficulty, goal.due_on) == ("Joins", 9, dt.date(2099, 6, 1))
        assert (goal.tags, goal.version) == (["exam"], 2)
        assert "The goal is changed." in page

    def test_its_tags_are_shown_set_and_taken_off(self) -> None:
        goal = PracticeGoalFactory(tags=["exam, spring"])
        client = browser_of(goal.user)
        form_of_it = client.get(f"{GOALS}{goal.pk}").content.decode()
        assert 'name="tags" value="exam, spring"' in form_of_it

        change(goal, title="Joins", tags="exam, spring")
        goal.refresh_from_db()
        assert goal.tags == ["exam, spring"]
        change(goal, tags=" <b> ,, exam,<b>", version="2")
        goal.refresh_from_db()
        assert goal.tags == ["<b>", "exam"]
        shown = client.get(GOALS).content.decode()
        assert '<a class="badge plain" href="/student/goals/?tag=%3Cb%3E">&lt;b&gt;</a>' in shown
        change(goal, tags="", version="3")
        goal.refresh_from_db()
        assert goal.tags == []

    def test_too_many_tags_are_refused_at_their_field(self) -> None:
        page = change(PracticeGoalFactory(), tags=",".join(map(str, range(21)))).content.decode()

        assert "At most 20 tags of 1 to 50 characters." in page
        assert 'value="0,1,2' in page

    def test_of_two_windows_the_second_is_told_and_keeps_what_was_typed(self) -> None:
        goal = PracticeGoalFactory(title="Joins")
        change(goal, title="Groups")

        answer = change(goal, title="Windows")

        page = answer.content.decode()
        assert answer.status_code == 412
        assert (
            "You have changed this goal in another window. What you typed is still here, and not saved yet."
            in page
        )
        assert "<h1>Groups</h1>" in page
        assert 'value="Windows"' in page
        assert 'name="version" value="2"' in page
        assert change(goal, title="Windows", version="2").status_code == 200
        goal.refresh_from_db()
        assert goal.title == "Windows"

    def test_what_is_sent_twice_is_saved_once_without_a_complaint(self) -> None:
        goal = PracticeGoalFactory(title="Joins")

        answers = [change(goal, title="Groups", due_on="2099-06-01") for _ in range(2)]

        goal.refresh_from_db()
        assert [one.status_code for one in answers] == [200, 200]
        assert (goal.title, goal.version) == ("Groups", 2)

    def test_a_day_that_is_over_is_refused_at_its_field(self) -> None:
        page = change(PracticeGoalFactory(), due_on="2020-01-01").content.decode()

        assert "This day is over. Name one that is to come, or none." in page
        assert 'value="2020-01-01"' in page

    def test_one_is_ended_and_taken_up_again(self) -> None:
        goal = PracticeGoalFactory(title="Joins")
        client = browser_of(goal.user)
        address = f"{GOALS}{goal.pk}"

        ended = client.post(address, {"status": "dropped"}, follow=True).content.decode()
        goal.refresh_from_db()
        assert (goal.status, "“Joins” is ended. You can take it up again." in ended) == ("dropped", True)
        resumed = client.post(address, {"status": "open"}, follow=True).content.decode()
        goal.refresh_from_db()

        assert (goal.status, "“Joins” is open again." in resumed) == ("open", True)

    def test_one_that_was_reached_stays_so(self) -> None:
        goal = PracticeGoalFactory(status="reached", reached_at=NOW)
        client = browser_of(goal.user)

        page = client.get(f"{GOALS}{goal.pk}").content.decode()
        refused = client.post(f"{GOALS}{goal.pk}", {"status": "dropped"}, follow=True).content.decode()

        assert "You have reached it, and it stays so." in page
        assert "Save" not in page
        assert "It was reached. Set a new one." in refused


class TestDeleting:
    def test_it_is_asked_about_first(self) -> None:
        goal = PracticeGoalFactory(title="Joins")
        client = browser_of(goal.user)
        address = f"{GOALS}{goal.pk}/delete"

        assert "It is gone for good, and cannot be brought back." in client.get(address).content.decode()
        assert PracticeGoal.objects.exists()
        assert "“Joins” is deleted." in client.post(address, follow=True).content.decode()
        assert not PracticeGoal.objects.exists()

    def test_of_one_that_is_gone_it_says_so(self) -> None:
        goal = PracticeGoalFactory()
        client = browser_of(goal.user)
        client.post(f"{GOALS}{goal.pk}/delete")

        again = client.post(f"{GOALS}{goal.pk}/delete", follow=True)

        assert again.redirect_chain == [(GOALS, 302)]
        assert "There is no such goal any more." in again.content.decode()


def test_goals_of_others_are_not_there() -> None:
    goal = PracticeGoalFactory(title="Theirs")
    client = browser_of(UserFactory())
    address = f"{GOALS}{goal.pk}"

    assert [client.get(address).status_code, client.post(address).status_code] == [404, 404]
    assert client.get(f"{address}/delete").status_code == 404
    deleted = client.post(f"{address}/delete", follow=True).content.decode()
    assert ("There is no such goal any more." in deleted, "Theirs" in deleted) == (True, False)
    assert PracticeGoal.objects.get().version == 1
