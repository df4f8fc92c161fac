"""A review is marked blind, then compared with the proposal, then decided."""

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal

import pytest

from accounts.models import User
from assessments.models import Assessment
from microcred.db import database_now
from ops.models import AuditLog
from scoring import oversight, queries
from scoring.enums import ScoreSource
from scoring.models import EssayScore, ReviewTask, ScoreChange
from scoring.oversight import (
    GivenLevel,
    LevelUnknown,
    NewScore,
    NotMarkedYet,
    ReasonMissing,
    ReviewIncomplete,
    ReviewLost,
    ReviewMissing,
    claim_next,
    conclude_review,
    mark_first,
    review_sheet,
)
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import question_id_of
from tests.factories.catalog import NOW
from tests.factories.oversight import judged_assessment, levels_of, result_of_type

pytestmark = pytest.mark.django_db
WAITING: dict[str, str | None] = {"reasoning": "l1", "evidence": None}


@pytest.fixture
def assessment() -> Assessment:
    student = UserFactory(name="Ada Blindfold", email="ada.blindfold@example.org")
    return judged_assessment(levels=WAITING, student=student, injection=True)


@pytest.fixture
def reviewer() -> User:
    reviewer: User = AdvisorFactory()
    return reviewer


def taken(by: User) -> ReviewTask:
    task = claim_next(by=by)
    assert task is not None
    return task


def marked(by: User, reasoning: str = "l2", evidence: str = "l2") -> ReviewTask:
    task = taken(by)
    mark_first(by=by, task_id=task.pk, levels={"reasoning": reasoning, "evidence": evidence})
    return task


def conclude(task: ReviewTask, by: User, **levels: tuple[str, str]) -> bool:
    given = {key: GivenLevel(*one) for key, one in levels.items()}
    return conclude_review(by=by, task_id=task.pk, given=given, now=NOW)


class TestTheSheet:
    def test_says_neither_whose_the_answer_is_nor_what_was_proposed(
        self, assessment: Assessment, reviewer: User
    ) -> None:
        task = taken(reviewer)

        sheet = review_sheet(by=reviewer, task_id=task.pk)

        shown = json.dumps([str(sheet), sheet.answer])
        for secret in (
            "Blindfold",
            str(assessment.pk),
            str(assessment.user_id),
            "model's reason",
            "injection",
        ):
            assert secret not in shown
        assert [one.proposal for one in sheet.criteria] == [None, None]
        assert [len(one.criterion.levels) for one in sheet.criteria] == [3, 3]

    def test_shows_the_proposal_once_the_reviewer_has_marked(
        self, assessment: Assessment, reviewer: User
    ) -> None:
        task = marked(reviewer)

        first, second = review_sheet(by=reviewer, task_id=task.pk).criteria

        assert (first.first_level, second.first_level) == ("l2", "l2")
        assert first.proposal is not None
        assert (first.proposal.level_id, first.proposal.reason) == (
            "l1",
            "The model's reason about reasoning.",
        )
        assert first.proposal.quotes == ("compare both sources",)
        assert second.proposal is not None
        assert second.proposal.level_id == ""

    def test_is_for_whoever_holds_it_alone(self, assessment: Assessment, reviewer: User) -> None:
        task = taken(reviewer)

        with pytest.raises(ReviewMissing):
            review_sheet(by=AdminFactory(), task_id=task.pk)


class TestMarking:
    def test_the_first_word_stays(self, assessment: Assessment, reviewer: User) -> None:
        task = marked(reviewer, "l2", "l0")

        mark_first(by=reviewer, task_id=task.pk, levels={"reasoning": "l1", "evidence": "l1"})

        assert ReviewTask.objects.get().first_marks == {"reasoning": "l2", "evidence": "l0"}

    @pytest.mark.parametrize(
        ("levels", "error"),
        [
            ({"reasoning": "l1"}, ReviewIncomplete),
            ({"reasoning": "l1", "evidence": ""}, ReviewIncomplete),
            ({"reasoning": "l1", "evidence": "l9"}, LevelUnknown),
            ({"reasoning": "l1", "evidence": "l1", "style": "l1"}, LevelUnknown),
        ],
    )
    def test_every_criterion_gets_a_level_of_the_rubric(
        self, assessment: Assessment, reviewer: User, levels: Mapping[str, str], error: type[Exception]
    ) -> None:
        task = taken(reviewer)

        with pytest.raises(error):
            mark_first(by=reviewer, task_id=task.pk, levels=levels)

    def test_nobody_concludes_before_marking(self, assessment: Assessment, reviewer: User) -> None:
        task = taken(reviewer)

        with pytest.raises(NotMarkedYet):
            conclude(task, reviewer, reasoning=("l1", ""), evidence=("l1", "A reason."))


class TestConcluding:
    def test_the_person_s_levels_count_and_the_profile_follows(
        self, assessment: Assessment, reviewer: User
    ) -> None:
        task = marked(reviewer)

        assert conclude(task, reviewer, reasoning=("l1", ""), evidence=("l2", "It weighs both."))

        result = result_of_type(assessment, "essay")
        assert levels_of(result) == {"reasoning": "l1", "evidence": "l2"}
        assert result.score == Decimal("2.67")
        assert [mark.reason for mark in result.marks] == [
            "The model's reason about reasoning.",
            "It weighs both.",
        ]
        assert [mark.carried for mark in result.marks] == [False, False]
        assert queries.next_run(assessment.pk) == 3
        change = ScoreChange.objects.get()
        assert (change.criterion_key, change.kind, change.made_by) == ("evidence", "review", reviewer)
        assert (change.before["level"], change.after["level"]) == (None, "Full")

    def test_the_review_is_done_and_leaves_the_queue(self, assessment: Assessment, reviewer: User) -> None:
        task = marked(reviewer)

        conclude(task, reviewer, reasoning=("l1", ""), evidence=("l2", "It weighs both."))

        task.refresh_from_db()
        assert (task.done_by, task.done_at) == (reviewer, NOW)
        assert claim_next(by=AdvisorFactory()) is None
        assert AuditLog.objects.get(action="review.done").metadata["changed"] == 1

    def test_confirming_everything_keeps_the_person_s_run_and_changes_nothing_else(
        self, reviewer: User
    ) -> None:
        confirmed = judged_assessment(injection=True)
        task = marked(reviewer)

        assert not conclude(task, reviewer, reasoning=("l1", ""), evidence=("l1", ""))

        result = result_of_type(confirmed, "essay")
        assert result.essay_score is not None
        assert (result.essay_score.source, result.score) == (ScoreSource.HUMAN, Decimal("2.00"))
        assert oversight.notices(confirmed.pk) == []
        assert queries.next_run(confirmed.pk) == 2

    @pytest.mark.parametrize("differing", ["reasoning", "evidence"])
    def test_who_differs_from_the_proposal_says_why(
        self, assessment: Assessment, reviewer: User, differing: str
    ) -> None:
        task = marked(reviewer)
        given = {"reasoning": ("l2", "A reason."), "evidence": ("l2", "A reason.")}
        given[differing] = ("l2", " ")

        with pytest.raises(ReasonMissing):
            conclude(task, reviewer, **given)

        assert not EssayScore.objects.filter(source=ScoreSource.HUMAN).exists()

    def test_a_lease_that_ran_out_stores_nothing(self, assessment: Assessment, reviewer: User) -> None:
        task = marked(reviewer)
        ReviewTask.objects.update(lease_until=database_now() - dt.timedelta(seconds=1))

        with pytest.raises(ReviewLost):
            conclude(task, reviewer, reasoning=("l1", ""), evidence=("l2", "A reason."))

        assert not EssayScore.objects.filter(source=ScoreSource.HUMAN).exists()

    def test_an_answer_that_was_decided_meanwhile_is_not_decided_again(
        self, assessment: Assessment, reviewer: User
    ) -> None:
        task = marked(reviewer)
        oversight.override(
            by=AdminFactory(),
            assessment_id=assessment.pk,
            question_id=question_id_of(assessment, "essay"),
            new=NewScore("evidence", "l0"),
            reason="Decided elsewhere.",
            now=NOW,
        )

        with pytest.raises(ReviewLost):
            conclude(task, reviewer, reasoning=("l1", ""), evidence=("l2", "A reason."))

        assert levels_of(result_of_type(assessment, "essay")) == {"reasoning": "l1", "evidence": "l0"}


def test_the_student_hears_of_one_review_once_however_many_criteria_it_changed(
    assessment: Assessment, reviewer: User
) -> None:
    task = marked(reviewer)

    conclude(task, reviewer, reasoning=("l0", "No reason is given."), evidence=("l1", "One example is."))

    (told,) = oversight.notices(assessment.pk)
    assert set((told.criterion or "").split(", ")) == {"Reasoning", "Evidence"}
    assert "Reasoning: No reason is given." in told.reason
    assert "Evidence: One example is." in told.reason
    assert oversight.mark_seen(by=assessment.user, notice_ids=[told.notice_id], now=NOW) == 0
    assert ScoreChange.objects.filter(seen__isnull=False).count() == 2
