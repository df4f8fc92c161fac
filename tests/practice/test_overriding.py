"""Levels and goals that those who advise students set in place of what practice has come to."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from microcred.errors import Forbidden
from ops.models import AuditLog
from practice import queries, services
from practice.models import PracticeAssignment, PracticeGoal, PracticeOverride, SkillRating
from practice.queries import Figures, Grouping
from practice.services.goals import GoalReached
from scoring.oversight import ReasonMissing
from tests.factories.accounts import AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.nudges import NudgePreferenceFactory
from tests.factories.practice import (
    NOW,
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    PracticeItemFactory,
    PracticeOverrideFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def pair() -> tuple[User, User]:
    """An advisor and a student of theirs."""
    link = AdvisorAssignmentFactory()
    return link.advisor, link.student


def set_level(advisor: User, student: User, **fields: Any) -> PracticeOverride:
    wanted: dict[str, Any] = {"skill_key": "sql", "level": 3, "reason": "We talked.", "now": LATER, **fields}
    return services.set_level(by=advisor, student_id=student.pk, **wanted)


class TestLevels:
    def test_the_next_item_is_of_the_level_that_was_set(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        for difficulty, rating in ((3, 800.0), (6, 1280.0)):
            PracticeItemFactory(difficulty=difficulty, rating=rating)
        SkillRatingFactory(user=student, rating=1480.0, deviation=70.0, updated_at=NOW)
        at_it = services.assign(by=student, skill_key="sql", now=NOW)
        assert at_it.difficulty == 6

        made = set_level(advisor, student, reason="  Joins are new to her. ")

        kept = SkillRating.objects.get()
        assert (kept.rating, kept.deviation, kept.answers, kept.updated_at) == (
            800.0,
            150.0,
            6,
            LATER,
        )
        assert (made.kind, made.reason, made.made_by, made.made_at) == (
            "level", "Joins are new to her.", advisor, LATER,
        )  # fmt: skip
        assert made.before == {"rating": 1480.0, "deviation": 70.1, "difficulty": 7}
        assert made.after == {"rating": 800.0, "deviation": 150.0, "difficulty": 3}
        assert made.withdrawn == at_it
        assert services.assign(by=student, skill_key="sql", now=LATER).difficulty == 3

    def test_what_is_taken_back_is_over_and_counts_for_nothing(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        at_it = PracticeAssignmentFactory(user=student)

        set_level(advisor, student)

        at_it.refresh_from_db()
        assert (at_it.status, at_it.completed_at, at_it.performance) == ("withdrawn", LATER, None)
        progress = queries.progress_of(by=student, student_id=student.pk, zone="UTC", now=LATER)
        assert (progress.completed, progress.streak_days, progress.practised_at) == (0, 0, None)
        with pytest.raises(services.AssignmentOver, match="Your advisor took it back"):
            services.answer(by=student, assignment_id=at_it.pk, given="HAVING", now=LATER)

    def test_who_has_never_practised_gets_a_rating(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        PracticeItemFactory()

        made = set_level(advisor, student, level=10)

        assert (made.before["rating"], made.after["rating"], made.withdrawn) == (1200.0, 1920.0, None)
        assert SkillRating.objects.get().user == student

    def test_what_was_set_and_stands_is_not_set_again(self, pair: tuple[User, User]) -> None:
        PracticeItemFactory()
        set_level(*pair)

        with pytest.raises(services.NothingToOverride):
            set_level(*pair, now=LATER + dt.timedelta(days=1))
        assert PracticeOverride.objects.count() == 1

    def test_no_goal_is_reached_by_somebodys_word(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        PracticeItemFactory()
        goal = PracticeGoalFactory(user=student, target_difficulty=5)

        set_level(advisor, student, level=9)

        goal.refresh_from_db()
        assert goal.status == "open"

    def test_both_changes_are_in_the_audit_trail(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        PracticeAssignmentFactory(user=student)

        made = set_level(advisor, student)

        lines = AuditLog.objects.filter(actor_id=advisor.pk).order_by("id")
        assert [(line.action, line.resource_id) for line in lines] == [
            ("practice.withdrawn", made.withdrawn_id),
            ("practice.overridden", made.pk),
        ]

    def test_only_for_students_whom_one_advises(self, pair: tuple[User, User]) -> None:
        _, student = pair
        PracticeItemFactory()

        with pytest.raises(queries.StudentMissing):
            set_level(AdvisorFactory(), student)
        with pytest.raises(Forbidden):
            set_level(student, student)
        assert not PracticeOverride.objects.exists()

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
    def test_it_takes_a_reason(self, pair: tuple[User, User], reason: str) -> None:
        PracticeItemFactory()

        with pytest.raises(ReasonMissing):
            set_level(*pair, reason=reason)

    def test_there_has_to_be_something_to_practise_with(self, pair: tuple[User, User]) -> None:
        SkillFactory(key="sql")

        with pytest.raises(queries.NothingToPractise):
            set_level(*pair)

    def test_what_was_set_stays_as_it_was_recorded(self) -> None:
        made = PracticeOverrideFactory()

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            PracticeOverride.objects.filter(pk=made.pk).update(reason="Another.")


class TestGoals:
    def change(self, advisor: User, goal: PracticeGoal, **fields: Any) -> PracticeOverride:
        wanted: dict[str, Any] = {"reason": "The exam asks for less.", "now": LATER, **fields}
        return services.override_goal(by=advisor, goal_id=goal.pk, **wanted)

    def test_what_differs_is_changed_and_recorded(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        goal = PracticeGoalFactory(user=student, target_difficulty=7)

        made = self.change(advisor, goal, target_difficulty=5, due_on=dt.date(2026, 6, 1), status="open")

        goal.refresh_from_db()
        assert (goal.target_difficulty, goal.due_on, goal.version) == (5, dt.date(2026, 6, 1), 2)
        assert (made.kind, made.goal_id, made.student) == ("goal", goal.pk, student)
        assert made.before == {"target_difficulty": 7, "due_on": None}
        assert made.after == {"target_difficulty": 5, "due_on": "2026-06-01"}

    def test_a_day_that_is_over_for_the_student_is_refused(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        NudgePreferenceFactory(user=student, time_zone="Pacific/Auckland")
        goal = PracticeGoalFactory(user=student, target_difficulty=7)

        with pytest.raises(services.GoalInvalid):
            self.change(advisor, goal, target_difficulty=5, due_on=dt.date(2026, 3, 11))
        assert not PracticeOverride.objects.exists()

    def test_one_that_the_student_is_past_is_reached(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        goal = PracticeGoalFactory(user=student, target_difficulty=7)
        SkillRatingFactory(user=student, rating=1300.0, deviation=70.0, updated_at=NOW)

        self.change(advisor, goal, target_difficulty=5)

        goal.refresh_from_db()
        assert (goal.status, goal.reached_at) == ("reached", LATER)
        with pytest.raises(GoalReached):
            self.change(advisor, goal, target_difficulty=9)

    def test_nothing_to_change_is_refused(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        goal = PracticeGoalFactory(user=student, target_difficulty=7)

        with pytest.raises(services.NothingToOverride):
            self.change(advisor, goal, target_difficulty=7)
        assert not PracticeOverride.objects.exists()

    def test_a_version_that_has_passed_is_refused(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        goal = PracticeGoalFactory(user=student, version=3)

        with pytest.raises(services.GoalChangedMeanwhile):
            self.change(advisor, goal, target_difficulty=2, expected={"2"})

    def test_goals_of_others_are_not_there(self, pair: tuple[User, User]) -> None:
        advisor, _ = pair

        for goal_id in (PracticeGoalFactory().pk, uuid.uuid4()):
            with pytest.raises(queries.GoalMissing):
                services.override_goal(
                    by=advisor, goal_id=goal_id, reason="Why?", now=LATER, status="dropped"
                )

    def test_it_stays_known_when_the_student_deletes_the_goal(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        goal = PracticeGoalFactory(user=student)
        self.change(advisor, goal, status="dropped")

        services.delete_goal(by=student, goal_id=goal.pk)

        assert PracticeOverride.objects.get().goal_id == goal.pk

    def test_a_level_is_of_one_skill(self) -> None:
        with pytest.raises(IntegrityError, match="levels_of_one_skill"), transaction.atomic():
            PracticeOverrideFactory(further_skills=["statistics"])


class TestFigures:
    def solved(self, student: User, hour: int, performance: float, **fields: Any) -> PracticeAssignment:
        return PracticeAssignmentFactory(
            user=student, status="solved", expected=0.75, performance=performance, rating_before=1200.0,
            rating_after=1200.0, assigned_at=NOW + dt.timedelta(hours=hour),
            completed_at=NOW + dt.timedelta(hours=hour, minutes=5), **fields,
        )  # fmt: skip

    def test_how_practice_went_on_after_each_level(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        PracticeOverrideFactory(student=student, made_by=advisor)
        again = {"rating": 960.0, "deviation": 150.0, "difficulty": 4}
        PracticeOverrideFactory(
            student=student, made_by=advisor, after=again, made_at=NOW + dt.timedelta(hours=10)
        )
        PracticeOverrideFactory()  # of somebody else's student
        item = PracticeItemFactory()
        for hour, performance in ((-1, 0.0), (1, 0.95), (2, 0.75), (11, 0.55)):
            self.solved(student, hour, performance, item=item)
        self.solved(student, 3, 0.0, item=item, is_repeat=True)

        (by_skill,) = queries.override_figures(by=advisor, group=Grouping.SKILL).items
        third, fourth = queries.override_figures(by=advisor, group=Grouping.DIFFICULTY).items

        assert (by_skill.key, by_skill.name, by_skill.overrides, by_skill.followed) == ("sql", "Sql", 2, 3)
        assert by_skill.moved == -320.0
        assert by_skill.surprise == pytest.approx(0.0)
        assert (third.key, third.overrides, third.moved, third.followed) == ("3", 1, -400.0, 2)
        assert third.surprise == pytest.approx(0.1)
        assert fourth.surprise == pytest.approx(-0.2)

    def test_the_first_five_that_follow_count(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        PracticeOverrideFactory(student=student, made_by=advisor)
        item = PracticeItemFactory()
        for hour in range(1, 8):
            self.solved(student, hour, 0.85 if hour <= 5 else 0.0, item=item)

        (by_advisor,) = queries.override_figures(by=advisor, group=Grouping.ADVISOR).items
        (by_student,) = queries.override_figures(by=advisor, group=Grouping.STUDENT).items

        assert (by_advisor.key, by_advisor.name, by_advisor.followed) == (str(advisor.pk), advisor.name, 5)
        assert by_advisor.surprise == pytest.approx(0.1)
        assert (by_student.key, by_student.name) == (str(student.pk), student.name)

    def test_a_part_of_the_groups_comes_with_how_many_there_are(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        other = AdvisorAssignmentFactory(advisor=advisor).student
        for who, hours in ((other, 0), (student, 0), (student, 10)):
            made_at = NOW + dt.timedelta(hours=hours)
            PracticeOverrideFactory(student=who, made_by=advisor, made_at=made_at)
        item = PracticeItemFactory()
        self.solved(other, 1, 0.95, item=item)

        def of(part: slice) -> tuple[int, list[tuple[str, int, int]]]:
            found = queries.override_figures(by=advisor, group=Grouping.STUDENT, part=part)
            return found.groups, [(one.key, one.overrides, one.followed) for one in found.items]

        assert of(slice(0, 1)) == (2, [(str(student.pk), 2, 0)])
        assert of(slice(1, 2)) == (2, [(str(other.pk), 1, 1)])
        assert of(slice(2, 3)) == (2, [])

    def test_where_nothing_followed_nothing_is_said(self, pair: tuple[User, User]) -> None:
        advisor, student = pair
        PracticeOverrideFactory(student=student, made_by=advisor)

        assert queries.override_figures(by=advisor, group=Grouping.SKILL).items == [
            Figures("sql", "Sql", 1, -400.0, 0, None)
        ]
        assert queries.override_figures(by=UserFactory(), group=Grouping.SKILL).items == []
