"""What comes of answers in practice."""

import datetime as dt
from typing import Any

import pytest

from ops.models import AuditLog
from practice import queries, services
from practice.models import PracticeAnswer, PracticeAssignment, PracticeItem, SkillRating
from practice.rating import UNKNOWN, Rating, updated
from practice.services.answering import MOST_ATTEMPTS
from tests.factories.accounts import UserFactory
from tests.factories.practice import (
    NOW,
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    PracticeItemFactory,
    SkillRatingFactory,
)

pytestmark = pytest.mark.django_db

RIGHT, WRONG = {"choice_id": "c2"}, {"choice_id": "c1"}
THEN = NOW + dt.timedelta(seconds=30)


def answered(assignment: PracticeAssignment, answer: Any, **facts: Any) -> services.Outcome:
    return services.answer(
        by=assignment.user, assignment_id=assignment.pk, given=answer, **{"now": THEN, **facts}
    )


def given(**fields: Any) -> PracticeAssignment:
    assignment: PracticeAssignment = PracticeAssignmentFactory(**fields)
    return assignment


class TestTheRightAnswer:
    def test_it_ends_the_assignment(self) -> None:
        outcome = answered(given(), RIGHT)

        assert outcome.share == 1.0
        kept = PracticeAssignment.objects.get()
        assert (kept.status, kept.attempts, kept.share, kept.completed_at) == ("solved", 1, 1.0, THEN)
        assert kept.performance == 1.0
        assert kept.experience == 50
        assert PracticeAnswer.objects.get().answer == {"choice_ids": ["c2"]}

    def test_it_moves_the_ratings_of_student_and_item(self) -> None:
        assignment = given()
        SkillRatingFactory(user=assignment.user, rating=1300.0, deviation=120.0, answers=6, updated_at=THEN)
        student, item = updated(Rating(1300.0, 120.0), Rating(1200.0, 150.0), 1.0)

        answered(assignment, RIGHT)

        rating = SkillRating.objects.get()
        assert (rating.rating, rating.deviation, rating.answers) == (student.value, student.deviation, 7)
        kept = PracticeItem.objects.get()
        assert (kept.rating, kept.deviation, kept.answers) == (item.value, item.deviation, 1)
        assignment.refresh_from_db()
        assert (assignment.rating_before, assignment.rating_after) == (1300.0, student.value)

    def test_somebody_new_begins_in_the_middle(self) -> None:
        student, _ = updated(UNKNOWN, Rating(1200.0, 150.0), 1.0)

        answered(given(), RIGHT)

        assert SkillRating.objects.get().rating == pytest.approx(student.value)

    def test_with_the_flat_way_the_step_is_that_of_the_source_and_items_stay(self, settings: Any) -> None:
        settings.PRACTICE_RATING = "flat"
        assignment = given()
        SkillRatingFactory(user=assignment.user, updated_at=THEN)

        answered(assignment, RIGHT)

        assert SkillRating.objects.get().rating == 1200.0 + 32 * 0.5
        assert PracticeItem.objects.get().rating == 1200.0

    def test_what_is_repeated_moves_no_rating(self) -> None:
        assignment = given(is_repeat=True)
        SkillRatingFactory(user=assignment.user, rating=1300.0, updated_at=THEN)

        outcome = answered(assignment, RIGHT)

        assert (outcome.assignment.rating_before, outcome.assignment.rating_after) == (1300.0, 1300.0)
        assert (SkillRating.objects.get().rating, SkillRating.objects.get().answers) == (1300.0, 6)
        assert PracticeItem.objects.get().answers == 0
        assert outcome.assignment.experience == 50

    def test_it_is_written_into_the_trail_without_what_was_answered(self) -> None:
        assignment = given()

        answered(assignment, RIGHT)

        line = AuditLog.objects.get(action="practice.answered")
        assert line.resource_id == assignment.pk
        assert line.metadata == {"status": "solved", "attempts": 1, "share": 1.0}

    @pytest.mark.parametrize(
        ("seconds", "passed", "performance"),
        [
            (None, 60, 1.0),
            (None, 120, 0.9),
            (None, 180, 0.8),
            (30, 600, 1.0),
            (600, 30, 1.0),
        ],
    )
    def test_time_counts_as_the_client_says_but_never_more_than_has_passed(
        self, seconds: float | None, passed: int, performance: float
    ) -> None:
        outcome = answered(given(), RIGHT, seconds=seconds, now=NOW + dt.timedelta(seconds=passed))

        assert outcome.assignment.performance == pytest.approx(performance)


class TestAnyOther:
    def test_it_may_be_tried_again_and_moves_nothing(self) -> None:
        assignment = given()

        outcome = answered(assignment, WRONG)

        assert outcome.share == 0.0
        assert outcome.explanation
        kept = PracticeAssignment.objects.get()
        assert (kept.status, kept.attempts, kept.completed_at) == ("open", 1, None)
        assert not SkillRating.objects.exists()
        assert PracticeItem.objects.get().answers == 0

    def test_each_attempt_costs(self) -> None:
        assignment = given()
        answered(assignment, WRONG)

        outcome = answered(assignment, RIGHT)

        assert outcome.assignment.performance == pytest.approx(0.7 / 2 + 0.3)
        assert list(PracticeAnswer.objects.values_list("number", "share")) == [(1, 0.0), (2, 1.0)]

    def test_part_of_the_credit_is_not_right_and_is_remembered(self) -> None:
        rules = {
            "kind": "short_text",
            "accepted": [{"text": "having", "credit": "1"}, {"text": "filter", "credit": "0.5"}],
        }
        item = PracticeItemFactory(question_type="short_text", choices=None, answer_format={}, rules=rules)
        assignment = given(item=item)

        assert answered(assignment, "filter").share == 0.5
        assert answered(assignment, "where").share == 0.0

        assignment.refresh_from_db()
        assert (assignment.status, assignment.share) == ("open", 0.5)

    @pytest.mark.parametrize(
        ("answer", "field"),
        [
            ({"choice_id": "c9"}, "answer.choice_id"),
            ({"choice_ids": []}, "answer.choice_ids"),
            ({"choice_ids": ["c1", "c2"]}, "answer.choice_ids"),
            ({"value": 3}, "answer"),
        ],
    )
    def test_what_the_question_does_not_allow_counts_for_nothing(self, answer: Any, field: str) -> None:
        assignment = given()

        with pytest.raises(services.AnswerRefused) as refused:
            answered(assignment, answer)

        assert refused.value.details == {"field": field}
        assignment.refresh_from_db()
        assert assignment.attempts == 0

    def test_an_empty_text_is_refused(self) -> None:
        rules = {"kind": "short_text", "accepted": [{"text": "having", "credit": "1"}]}
        item = PracticeItemFactory(question_type="short_text", choices=None, answer_format={}, rules=rules)

        with pytest.raises(services.AnswerRefused):
            answered(given(item=item), "  ")

    def test_after_so_many_attempts_it_has_to_be_given_up(self) -> None:
        assignment = given(attempts=MOST_ATTEMPTS)

        with pytest.raises(services.AssignmentOver):
            answered(assignment, RIGHT)

        services.give_up(by=assignment.user, assignment_id=assignment.pk, now=THEN)


class TestGivingUp:
    def test_it_earns_nothing_however_quick(self) -> None:
        assignment = given()

        outcome = services.give_up(by=assignment.user, assignment_id=assignment.pk, now=NOW)

        kept = outcome.assignment
        assert (kept.status, kept.performance, kept.experience, kept.attempts) == ("given_up", 0.0, 0, 0)
        assert (kept.rating_before, kept.rating_after) == (1200.0, SkillRating.objects.get().rating)
        assert SkillRating.objects.get().rating < 1200.0
        assert AuditLog.objects.filter(action="practice.given_up").count() == 1

    def test_what_the_best_attempt_earned_counts(self) -> None:
        assignment = given(share=0.5, attempts=2)

        outcome = services.give_up(by=assignment.user, assignment_id=assignment.pk, now=NOW)

        assert outcome.assignment.performance == pytest.approx(0.7 * 0.5 / 2 + 0.3)


class TestSentTwice:
    def test_an_answer_counts_once_for_whoever_says_how_often_it_was_tried(self) -> None:
        assignment = given()
        answered(assignment, WRONG, attempts=0)

        with pytest.raises(services.TriedMeanwhile):
            answered(assignment, WRONG, attempts=0)

        assert PracticeAnswer.objects.count() == 1
        assert answered(assignment, RIGHT, attempts=1).assignment.attempts == 2

    def test_one_hint_is_shown_to_whoever_says_how_many_they_have_seen(self) -> None:
        assignment = given()

        shown = [
            services.show_hint(by=assignment.user, assignment_id=assignment.pk, seen=0).hints_shown
            for _ in range(2)
        ]

        assert shown == [1, 1]
        assert AuditLog.objects.filter(action="practice.hinted").count() == 1


class TestHints:
    def test_they_come_one_by_one_and_cost_a_tenth_together(self) -> None:
        assignment = given()

        shown = services.show_hint(by=assignment.user, assignment_id=assignment.pk)
        assert shown.hints_shown == 1
        assert answered(assignment, RIGHT).assignment.performance == pytest.approx(0.95)

    def test_there_are_no_more_than_there_are(self) -> None:
        assignment = given(hints_shown=2)

        with pytest.raises(services.NoHintLeft):
            services.show_hint(by=assignment.user, assignment_id=assignment.pk)


class TestWhoMay:
    @pytest.mark.parametrize("what", ["answer", "hint", "give_up"])
    def test_what_is_over_stays_as_it_is(self, what: str) -> None:
        assignment = given()
        answered(assignment, RIGHT)

        with pytest.raises(services.AssignmentOver) as refused:
            _do(what, assignment.user, assignment)

        assert refused.value.details == {"status": "solved"}

    @pytest.mark.parametrize("what", ["answer", "hint", "give_up"])
    def test_nobody_answers_for_another(self, what: str) -> None:
        with pytest.raises(queries.AssignmentMissing):
            _do(what, UserFactory(), given())


def _do(what: str, user: Any, assignment: PracticeAssignment) -> None:
    match what:
        case "answer":
            services.answer(by=user, assignment_id=assignment.pk, given=RIGHT, now=THEN)
        case "hint":
            services.show_hint(by=user, assignment_id=assignment.pk)
        case _:
            services.give_up(by=user, assignment_id=assignment.pk, now=THEN)


class TestGoals:
    def test_a_goal_is_reached_by_the_answer_that_gets_there(self) -> None:
        assignment = given()
        SkillRatingFactory(user=assignment.user, rating=1430.0, deviation=110.0, updated_at=THEN)
        near = PracticeGoalFactory(user=assignment.user, target_difficulty=7)
        PracticeGoalFactory(user=assignment.user, target_difficulty=9)
        PracticeGoalFactory(user=assignment.user, target_difficulty=2, status="dropped")
        PracticeGoalFactory(target_difficulty=2)

        outcome = answered(assignment, RIGHT)

        assert list(outcome.goals) == [near]
        near.refresh_from_db()
        assert (near.status, near.reached_at, near.version) == ("reached", THEN, 2)
        assert AuditLog.objects.filter(action="goal.reached").count() == 1

    def test_a_rating_of_which_little_is_known_reaches_none(self) -> None:
        assignment = given()
        SkillRatingFactory(user=assignment.user, rating=1900.0, deviation=300.0, updated_at=THEN)
        PracticeGoalFactory(user=assignment.user, target_difficulty=2)

        assert not answered(assignment, RIGHT).goals

    def test_giving_up_names_the_goals_that_a_partly_right_answer_reaches(self) -> None:
        assignment = given(share=0.9, attempts=1)
        SkillRatingFactory(user=assignment.user, rating=1190.0, deviation=110.0, updated_at=NOW)
        near = PracticeGoalFactory(user=assignment.user, target_difficulty=5)

        outcome = services.give_up(by=assignment.user, assignment_id=assignment.pk, now=NOW)

        assert list(outcome.goals) == [near]

    @pytest.mark.parametrize(("before", "reached"), [(8, False), (9, True)])
    def test_the_flat_way_is_sure_after_ten_answers(self, settings: Any, before: int, reached: bool) -> None:
        settings.PRACTICE_RATING = "flat"
        assignment = given()
        SkillRatingFactory(
            user=assignment.user, rating=1439.0, deviation=350.0, answers=before, updated_at=THEN
        )
        PracticeGoalFactory(user=assignment.user, target_difficulty=7)

        assert bool(answered(assignment, RIGHT).goals) is reached
