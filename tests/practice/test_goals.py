"""Goals that students set themselves."""

import datetime as dt
import uuid
from typing import Any

import pytest

from accounts.models import User
from microcred.labels import MOST_TAGS
from ops.models import AuditLog
from practice import queries, services
from practice.models import PracticeGoal, PracticeGoalSkill, SkillRating
from practice.rating import Rating, rating_of
from practice.services.goals import MOST_GOALS, GoalReached, reach
from tests.factories.accounts import UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.nudges import NudgePreferenceFactory
from tests.factories.practice import (
    NOW,
    PracticeGoalFactory,
    PracticeItemFactory,
    SkillRatingFactory,
    TaughtSkillFactory,
)

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=1)


def set_by(student: Any, **fields: Any) -> PracticeGoal:
    wanted: dict[str, Any] = {
        "skill_key": "sql",
        "title": "Joins",
        "target_difficulty": 7,
        "now": NOW,
        **fields,
    }
    return services.set_goal(by=student, **wanted)


class TestSentTwice:
    def test_a_goal_that_was_set_since_is_not_set_again(self) -> None:
        PracticeItemFactory()
        student = UserFactory()
        first = set_by(student, seen=uuid.UUID(int=0))

        assert set_by(student, seen=uuid.UUID(int=0), title=" Joins ") == first
        assert set_by(student, seen=first.pk) != first
        assert set_by(student, seen=uuid.UUID(int=0), title="Groups") != first
        assert PracticeGoal.objects.count() == 3


class TestSetting:
    def test_it_begins_where_the_student_is(self) -> None:
        PracticeItemFactory()
        student = SkillRatingFactory(rating=1000.0, updated_at=NOW).user

        goal = set_by(student, title="  Joins ", tags=["exam", "exam "], due_on=dt.date(2026, 6, 1))

        assert (goal.title, goal.tags, goal.start) == ("Joins", ["exam"], 1000.0)
        assert (goal.status, goal.due_on, goal.version) == ("open", dt.date(2026, 6, 1), 1)
        assert [line.action for line in AuditLog.objects.filter(resource_type="practice_goal")] == [
            "goal.set"
        ]

    @pytest.mark.parametrize(
        ("zone", "due_on", "is_taken"),
        [
            ("", dt.date(2026, 3, 10), False),
            ("", dt.date(2026, 3, 11), True),
            ("Pacific/Auckland", dt.date(2026, 3, 11), False),
            ("Pacific/Auckland", dt.date(2026, 3, 12), True),
            ("Etc/GMT+12", dt.date(2026, 3, 10), False),
            ("Etc/GMT+12", dt.date(2026, 3, 11), True),
        ],
    )
    def test_a_day_that_is_over_where_the_student_is_is_refused(
        self, zone: str, due_on: dt.date, is_taken: bool
    ) -> None:
        PracticeItemFactory()
        student: User = UserFactory()
        NudgePreferenceFactory(user=student, time_zone=zone)

        if is_taken:
            assert set_by(student, due_on=due_on).due_on == due_on
        else:
            with pytest.raises(services.GoalInvalid) as refused:
                set_by(student, due_on=due_on)
            assert refused.value.details == {"field": "due_on"}
            assert not PracticeGoal.objects.exists()

    def test_what_is_reached_already_is_reached_at_once(self) -> None:
        PracticeItemFactory()
        student = SkillRatingFactory(rating=1900.0, deviation=60.0, updated_at=NOW).user

        goal = set_by(student)

        assert (goal.status, goal.reached_at, goal.version) == ("reached", NOW, 2)

    def test_there_has_to_be_something_to_practise_with(self) -> None:
        SkillFactory(key="sql")

        with pytest.raises(queries.NothingToPractise):
            set_by(UserFactory())

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"title": "  "}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"tags": [" "]}, "tags"),
            ({"tags": ["x" * 51]}, "tags"),
            ({"tags": [str(number) for number in range(MOST_TAGS + 1)]}, "tags"),
        ],
    )
    def test_what_no_goal_can_be_called_is_refused(self, fields: dict[str, Any], field: str) -> None:
        PracticeItemFactory()

        with pytest.raises(services.GoalInvalid) as refused:
            set_by(UserFactory(), **fields)

        assert refused.value.details == {"field": field}
        assert not PracticeGoal.objects.exists()

    def test_nobody_has_more_than_anybody_follows(self) -> None:
        PracticeItemFactory()
        student = UserFactory()
        PracticeGoalFactory.create_batch(MOST_GOALS, user=student)

        with pytest.raises(services.GoalsFull):
            set_by(student)


class TestChanging:
    def test_what_is_said_changes_and_the_version_with_it(self) -> None:
        goal = PracticeGoalFactory()

        changed = services.change_goal(
            by=goal.user, goal_id=goal.pk, now=LATER, title="Windows", status="dropped"
        )

        assert (changed.title, changed.status, changed.version, changed.updated_at) == (
            "Windows", "dropped", 2, LATER,
        )  # fmt: skip
        line = AuditLog.objects.get(action="goal.changed")
        assert line.metadata == {"status": "dropped", "version": 2, "fields": ["status", "title"]}

    def test_the_same_again_is_no_change(self) -> None:
        goal = PracticeGoalFactory(title="Joins")

        assert services.change_goal(by=goal.user, goal_id=goal.pk, now=LATER, title="Joins").version == 1
        assert not AuditLog.objects.filter(action="goal.changed").exists()

    def test_a_goal_lowered_to_where_the_student_is_is_reached(self) -> None:
        student = SkillRatingFactory(rating=1210.0, deviation=60.0, updated_at=LATER).user
        goal = PracticeGoalFactory(user=student, target_difficulty=9)

        changed = services.change_goal(by=student, goal_id=goal.pk, now=LATER, target_difficulty=5)

        assert (changed.status, changed.version) == ("reached", 3)

    def test_it_is_not_set_for_a_day_that_is_over(self) -> None:
        goal = PracticeGoalFactory(due_on=dt.date(2026, 4, 1))

        with pytest.raises(services.GoalInvalid):
            services.change_goal(by=goal.user, goal_id=goal.pk, now=LATER, due_on=dt.date(2026, 3, 10))

        goal.refresh_from_db()
        assert (goal.due_on, goal.version) == (dt.date(2026, 4, 1), 1)

    def test_one_whose_day_is_over_can_be_changed_else(self) -> None:
        past = dt.date(2026, 3, 1)
        goal = PracticeGoalFactory(due_on=past)

        changed = services.change_goal(by=goal.user, goal_id=goal.pk, now=LATER, title="Windows", due_on=past)
        without = services.change_goal(by=goal.user, goal_id=goal.pk, now=LATER, due_on=None)

        assert (changed.title, changed.due_on, without.due_on) == ("Windows", past, None)

    def test_nothing_to_change_of_what_was_reached_is_no_change(self) -> None:
        goal = PracticeGoalFactory(status="reached", reached_at=NOW)

        assert services.change_goal(by=goal.user, goal_id=goal.pk, now=LATER).version == 1

    def test_what_was_reached_stays(self) -> None:
        goal = PracticeGoalFactory(status="reached", reached_at=NOW)

        with pytest.raises(GoalReached):
            services.change_goal(by=goal.user, goal_id=goal.pk, now=LATER, title="Another")

    def test_a_change_from_an_older_version_is_refused(self) -> None:
        goal = PracticeGoalFactory(version=3)

        with pytest.raises(services.GoalChangedMeanwhile):
            services.change_goal(by=goal.user, goal_id=goal.pk, now=LATER, expected={"2"}, title="Another")
        with pytest.raises(services.GoalChangedMeanwhile):
            services.delete_goal(by=goal.user, goal_id=goal.pk, expected={"2"})

    def test_a_goal_of_another_is_not_there(self) -> None:
        goal = PracticeGoalFactory()

        with pytest.raises(queries.GoalMissing):
            services.change_goal(by=UserFactory(), goal_id=goal.pk, now=LATER, title="Mine")
        with pytest.raises(queries.GoalMissing):
            services.delete_goal(by=UserFactory(), goal_id=goal.pk)

    def test_it_can_be_taken_away(self) -> None:
        goal = PracticeGoalFactory()

        services.delete_goal(by=goal.user, goal_id=goal.pk, expected={"1"})

        assert not PracticeGoal.objects.exists()
        assert AuditLog.objects.filter(action="goal.deleted").count() == 1


@pytest.fixture
def two_skills() -> User:
    """A student with items in SQL and in statistics, who knows neither well."""
    PracticeItemFactory()
    statistics = SkillFactory(key="statistics")
    PracticeItemFactory(skill=statistics)
    student: User = SkillRatingFactory(rating=1000.0, updated_at=NOW).user
    SkillRatingFactory(user=student, skill=statistics, rating=800.0, updated_at=NOW)
    return student


def rate(student: User, key: str, rating: float, deviation: float = 60.0) -> None:
    SkillRating.objects.filter(user=student, skill__key=key).update(rating=rating, deviation=deviation)


class TestSeveralSkills:
    def test_each_begins_where_the_student_is_in_it(self, two_skills: User) -> None:
        goal = set_by(two_skills, further=["statistics"])

        assert [(skill.key, start) for skill, start in goal.starts] == [
            ("sql", 1000.0),
            ("statistics", 800.0),
        ]
        assert goal.skill.key == "sql"

    def test_it_is_reached_when_all_are(self, two_skills: User) -> None:
        rate(two_skills, "sql", 1900.0)
        goal = set_by(two_skills, further=["statistics"])
        assert goal.status == "open"

        rate(two_skills, "statistics", 1900.0)
        services.change_goal(by=two_skills, goal_id=goal.pk, now=LATER, title="Both")

        goal.refresh_from_db()
        assert (goal.status, goal.reached_at) == ("reached", LATER)

    def test_it_is_reached_by_the_answer_in_whichever_is_the_last(self, two_skills: User) -> None:
        rate(two_skills, "sql", 1900.0)
        goal = set_by(two_skills, further=["statistics"])
        enough = Rating(1900.0, 60.0)

        (reached,) = reach(
            by=two_skills, student_id=two_skills.pk, skill_id=goal.skills[1].pk, rating=enough, now=LATER
        )

        assert (reached.pk, reached.status) == (goal.pk, "reached")

    def test_one_that_is_not_known_well_holds_it_up(self, two_skills: User) -> None:
        rate(two_skills, "sql", 1900.0)
        rate(two_skills, "statistics", 1900.0, deviation=200.0)

        assert set_by(two_skills, further=["statistics"]).status == "open"

    @pytest.mark.parametrize("further", [["sql"], ["a", "b", "c", "d", "e"]])
    def test_skills_twice_or_too_many_are_refused(self, two_skills: User, further: list[str]) -> None:
        with pytest.raises(services.GoalInvalid) as refused:
            set_by(two_skills, further=further)
        assert refused.value.details == {"field": "skills"}

    def test_there_has_to_be_something_to_practise_with_in_each(self, two_skills: User) -> None:
        SkillFactory(key="welding")

        with pytest.raises(queries.NothingToPractise) as refused:
            set_by(two_skills, further=["welding"])
        assert refused.value.details == {"skill": "welding"}
        assert not PracticeGoal.objects.exists()

    def test_a_skill_that_is_not_there_is_named(self, two_skills: User) -> None:
        with pytest.raises(queries.SkillMissing) as refused:
            set_by(two_skills, further=["Statistics"])
        assert refused.value.details == {"skill": "Statistics"}
        assert not PracticeGoal.objects.exists()

    def test_the_way_is_the_mean_of_the_skills(self, two_skills: User) -> None:
        goal = set_by(two_skills, further=["statistics"])
        target = rating_of(goal.target_difficulty)
        rate(two_skills, "sql", 1000.0 + (target - 1000.0) / 2)

        (found,) = queries.goals_of(by=two_skills, student_id=two_skills.pk)

        assert found.progress == pytest.approx(0.25)

    def test_a_session_on_two_of_its_skills_counts_once(self, two_skills: User) -> None:
        goal = set_by(two_skills, further=["statistics"])
        for skill in goal.skills:
            TaughtSkillFactory(user=two_skills, skill=skill, reference="one", held_at=LATER)
        TaughtSkillFactory(user=two_skills, skill=goal.skills[1], reference="two", held_at=LATER)

        (found,) = queries.goals_of(by=two_skills, student_id=two_skills.pk)

        assert found.sessions == 2

    def test_all_of_its_skills_get_their_turns(self, two_skills: User) -> None:
        set_by(two_skills, further=["statistics"])
        PracticeItemFactory(skill=SkillFactory(key="writing"))

        given = [services.assign(by=two_skills, skill_key="", now=NOW)]
        services.give_up(by=two_skills, assignment_id=given[0].pk, now=NOW)
        given.append(services.assign(by=two_skills, skill_key="", now=LATER))

        assert {(one.skill.key, one.reason) for one in given} == {("sql", "goal"), ("statistics", "goal")}

    def test_it_goes_with_the_goal(self, two_skills: User) -> None:
        goal = set_by(two_skills, further=["statistics"])

        services.delete_goal(by=two_skills, goal_id=goal.pk)

        assert not PracticeGoalSkill.objects.exists()
