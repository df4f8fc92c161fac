"""Goals that students set themselves."""

import datetime as dt
from typing import Any

import pytest

from microcred.labels import MOST_TAGS
from ops.models import AuditLog
from practice import queries, services
from practice.models import PracticeGoal
from practice.services.goals import MOST_GOALS, GoalReached
from tests.factories.accounts import UserFactory
from tests.factories.practice import NOW, PracticeGoalFactory, PracticeItemFactory, SkillRatingFactory

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

    def test_what_is_reached_already_is_reached_at_once(self) -> None:
        PracticeItemFactory()
        student = SkillRatingFactory(rating=1900.0, deviation=60.0, updated_at=NOW).user

        goal = set_by(student)

        assert (goal.status, goal.reached_at, goal.version) == ("reached", NOW, 2)

    def test_there_has_to_be_something_to_practise_with(self) -> None:
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
