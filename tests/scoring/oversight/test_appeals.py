"""A student appeals; somebody who had no part in the score decides."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from accounts.models import GuardianLink, User
from assessments.models import Assessment
from assessments.queries import AssessmentMissing
from assessments.services import ResultMissing, release
from microcred.errors import DomainError, Forbidden
from scoring import oversight, queries
from scoring.enums import AppealOutcome, AppealStatus
from scoring.models import Appeal, AppealDecision, AppealMessage, ReviewTask, ScoreChange
from scoring.oversight import (
    AppealInvalid,
    AppealMissing,
    AppealRefused,
    GivenLevel,
    NewScore,
    NothingToOverride,
    NotImpartial,
    QuestionNotAsked,
    claim_next,
    conclude_review,
    decide,
    mark_first,
    say,
)
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import question_id_of, started_assessment
from tests.factories.catalog import NOW
from tests.factories.oversight import advised, judged_assessment, levels_of, result_of_type

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=3)


@pytest.fixture
def assessment() -> Assessment:
    return judged_assessment(answers={"multiple_choice": "c1"})


def appeal(assessment: Assessment, **fields: Any) -> Appeal:
    given: dict[str, Any] = {
        "by": assessment.user,
        "question_id": question_id_of(assessment, "essay"),
        "criterion": "Reasoning",
        "statement": "I did compare the sources.",
        "now": LATER,
    }
    return oversight.appeal(assessment_id=assessment.pk, **given | fields)


def override(assessment: Assessment, by: User, criterion: str, level: str) -> None:
    oversight.override(
        by=by,
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, "essay"),
        new=NewScore(criterion, level),
        reason="A reason.",
        now=NOW,
    )


class TestAppealing:
    def test_an_appeal_opens_a_thread_with_the_statement(self, assessment: Assessment) -> None:
        row = appeal(assessment)

        assert (row.criterion_key, row.status) == ("reasoning", AppealStatus.OPEN)
        message = AppealMessage.objects.get()
        assert (message.text, message.author, message.author_role) == (
            "I did compare the sources.",
            assessment.user,
            "student",
        )

    def test_one_is_open_for_each_criterion_at_a_time(self, assessment: Assessment) -> None:
        appeal(assessment)

        with pytest.raises(AppealRefused):
            appeal(assessment)
        appeal(assessment, criterion="evidence")
        appeal(assessment, question_id=question_id_of(assessment, "multiple_choice"), criterion="")

    def test_a_decided_one_is_the_last_word_unless_the_setting_allows_more(
        self, assessment: Assessment, settings: Settings
    ) -> None:
        row = appeal(assessment)
        decide(by=AdminFactory(), appeal_id=row.pk, new=None, reason="It stands.", now=LATER)

        with pytest.raises(AppealRefused, match="no further one"):
            appeal(assessment)
        assert appeal(assessment, criterion="evidence")
        settings.APPEALS_PER_CRITERION = 2
        assert appeal(assessment).status == AppealStatus.OPEN

    def test_the_result_says_until_when(self, assessment: Assessment) -> None:
        essay, closed = (question_id_of(assessment, kind) for kind in ("essay", "multiple_choice"))
        row = appeal(assessment, question_id=closed, criterion="")
        decide(by=AdminFactory(), appeal_id=row.pk, new=None, reason="It stands.", now=LATER)

        until = oversight.appealable_until(assessment, queries.question_results(assessment.pk))

        assert until == {essay: NOW + dt.timedelta(days=14)}
        override(assessment, AdminFactory(), "evidence", "l2")
        again = oversight.appealable_until(assessment, queries.question_results(assessment.pk))
        assert again == {essay: NOW + dt.timedelta(days=14)}

    @pytest.mark.parametrize(("days", "in_time"), [(14, True), (14.001, False)])
    def test_the_time_for_it_is_limited(self, assessment: Assessment, days: float, in_time: bool) -> None:
        moment = NOW + dt.timedelta(days=days)

        if in_time:
            assert appeal(assessment, now=moment)
        else:
            with pytest.raises(AppealRefused):
                appeal(assessment, now=moment)

    def test_the_days_are_a_setting(self, assessment: Assessment, settings: Settings) -> None:
        settings.APPEAL_DAYS = 2

        with pytest.raises(AppealRefused):
            appeal(assessment)

    def test_a_result_that_was_held_can_be_appealed_against_from_its_release_on(
        self, assessment: Assessment
    ) -> None:
        Assessment.objects.filter(pk=assessment.pk).update(stage="awaiting_release")
        late = NOW + dt.timedelta(days=30)
        release(by=AdminFactory(), assessment_id=assessment.pk, now=late)

        assert appeal(assessment, now=late + dt.timedelta(days=13))

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"criterion": "Style"}, AppealInvalid),
            ({"criterion": ""}, AppealInvalid),
            ({"statement": " "}, AppealInvalid),
            ({"statement": "x" * 4001}, AppealInvalid),
        ],
    )
    def test_it_says_what_about_and_why(
        self, assessment: Assessment, fields: dict[str, Any], error: type[DomainError]
    ) -> None:
        with pytest.raises(error):
            appeal(assessment, **fields)

    def test_only_about_what_was_asked_and_scored(self, assessment: Assessment) -> None:
        with pytest.raises(QuestionNotAsked):
            appeal(assessment, question_id=assessment.pk)
        waiting = judged_assessment(levels={"reasoning": None, "evidence": None})
        with pytest.raises(AppealRefused):
            appeal(waiting)

    def test_only_the_student_and_only_about_a_result_they_see(self, assessment: Assessment) -> None:
        with pytest.raises(AssessmentMissing):
            appeal(assessment, by=UserFactory())
        with pytest.raises(Forbidden):
            appeal(assessment, by=advised(assessment.user))
        open_one = started_assessment()
        with pytest.raises(ResultMissing):
            appeal(open_one, by=open_one.user)
        Assessment.objects.filter(pk=assessment.pk).update(stage="awaiting_release")
        with pytest.raises(ResultMissing):
            appeal(assessment)


class TestTheThread:
    def test_student_and_staff_write_until_it_is_decided_and_read_for_ever(
        self, assessment: Assessment
    ) -> None:
        row, advisor = appeal(assessment), advised(assessment.user)
        say(by=advisor, appeal_id=row.pk, text="Which sources?", now=LATER)
        say(by=assessment.user, appeal_id=row.pk, text="Both.", now=LATER + dt.timedelta(minutes=1))
        decide(by=AdminFactory(), appeal_id=row.pk, new=None, reason="It stands.", now=LATER)

        with pytest.raises(AppealRefused):
            say(by=assessment.user, appeal_id=row.pk, text="But!", now=LATER)

        thread = oversight.get_appeal(by=assessment.user, appeal_id=row.pk).messages.all()
        assert [message.text for message in thread] == [
            "I did compare the sources.",
            "Which sources?",
            "Both.",
        ]

    def test_a_guardian_sees_progress_and_no_appeals(self, assessment: Assessment) -> None:
        row, guardian = appeal(assessment), UserFactory(role="guardian")
        GuardianLink.objects.create(guardian=guardian, student=assessment.user)

        assert list(oversight.appeals_visible_to(guardian)) == []
        with pytest.raises(AppealMissing):
            oversight.get_appeal(by=guardian, appeal_id=row.pk)
        with pytest.raises(AppealMissing):
            say(by=guardian, appeal_id=row.pk, text="Be kind.", now=LATER)

    def test_strangers_do_not_know_of_it(self, assessment: Assessment) -> None:
        row = appeal(assessment)

        for stranger in (UserFactory(), AdvisorFactory()):
            with pytest.raises(AppealMissing):
                oversight.get_appeal(by=stranger, appeal_id=row.pk)
            assert not oversight.appeals_visible_to(stranger).exists()


class TestDeciding:
    def test_a_change_takes_effect_like_an_override(self, assessment: Assessment) -> None:
        row, admin = appeal(assessment), AdminFactory()

        decision = decide(by=admin, appeal_id=row.pk, new=NewScore(level="l2"), reason="It does.", now=LATER)

        assert decision.outcome == AppealOutcome.CHANGED
        assert decision.before == {"level": "Partial", "points": "1.00", "score": "2.00", "maximum": "4.00"}
        assert decision.after == {"level": "Full", "points": "2", "score": "3.33", "maximum": "4.00"}
        assert levels_of(result_of_type(assessment, "essay")) == {"reasoning": "l2", "evidence": "l1"}
        assert [notice.kind for notice in oversight.notices(assessment.pk)] == ["appeal"]
        assert queries.next_run(assessment.pk) == 3

    def test_a_score_that_stands_changes_nothing(self, assessment: Assessment) -> None:
        row = appeal(assessment)

        decision = decide(by=AdminFactory(), appeal_id=row.pk, new=None, reason="It stands.", now=LATER)

        assert (decision.outcome, decision.before) == (AppealOutcome.UPHELD, decision.after)
        assert not ScoreChange.objects.exists()
        row.refresh_from_db()
        assert row.status == AppealStatus.DECIDED

    def test_an_appeal_does_not_lower_a_score_and_says_so(self, assessment: Assessment) -> None:
        row = appeal(assessment)

        decision = decide(
            by=AdminFactory(), appeal_id=row.pk, new=NewScore(level="l0"), reason="Less.", now=LATER
        )

        assert (decision.outcome, decision.after) == (AppealOutcome.KEPT, decision.before)
        assert decision.found == {"level": "Missing", "points": "0", "score": "0.67", "maximum": "4.00"}
        assert result_of_type(assessment, "essay").score == Decimal("2.00")
        assert not ScoreChange.objects.exists()

    def test_unless_the_switch_is_off(self, assessment: Assessment, settings: Settings) -> None:
        settings.APPEALS_CANNOT_LOWER = False
        row = appeal(assessment)

        decision = decide(
            by=AdminFactory(), appeal_id=row.pk, new=NewScore(level="l0"), reason="Less.", now=LATER
        )

        assert decision.outcome == AppealOutcome.CHANGED
        assert result_of_type(assessment, "essay").score == Decimal("0.67")

    @pytest.mark.parametrize(("score", "outcome"), [("0.5", "changed"), (None, "upheld")])
    def test_a_closed_question_gets_points(
        self, assessment: Assessment, score: str | None, outcome: str
    ) -> None:
        row = appeal(assessment, question_id=question_id_of(assessment, "multiple_choice"), criterion="")
        new = NewScore(score=Decimal(score)) if score else None

        decision = decide(by=AdminFactory(), appeal_id=row.pk, new=new, reason="Half right.", now=LATER)

        assert decision.outcome == outcome
        assert result_of_type(assessment, "multiple_choice").score == Decimal(score or 0)

    def test_it_is_decided_once(self, assessment: Assessment) -> None:
        row = appeal(assessment)
        decide(by=AdminFactory(), appeal_id=row.pk, new=None, reason="It stands.", now=LATER)

        with pytest.raises(AppealRefused):
            decide(by=AdminFactory(), appeal_id=row.pk, new=None, reason="Again.", now=LATER)

    def test_the_same_level_is_no_change(self, assessment: Assessment) -> None:
        row = appeal(assessment)

        with pytest.raises(NothingToOverride):
            decide(by=AdminFactory(), appeal_id=row.pk, new=NewScore(level="l1"), reason="Same.", now=LATER)

    def test_only_staff_who_see_the_student_decide(self, assessment: Assessment) -> None:
        row = appeal(assessment)

        with pytest.raises(Forbidden):
            decide(by=assessment.user, appeal_id=row.pk, new=NewScore(level="l2"), reason="Mine.", now=LATER)
        with pytest.raises(AppealMissing):
            decide(by=AdvisorFactory(), appeal_id=row.pk, new=None, reason="Whose?", now=LATER)


def who_overrode(assessment: Assessment) -> User:
    advisor = advised(assessment.user)
    override(assessment, advisor, "evidence", "l2")
    return advisor


def who_reviewed(assessment: Assessment) -> User:
    admin: User = AdminFactory()
    run = result_of_type(assessment, "essay").essay_score
    assert run is not None
    ReviewTask.objects.create(
        essay_score=run,
        assessment=assessment,
        question_snapshot=run.question_snapshot,
        question=run.question_snapshot.question,
        reasons=["random_sample"],
    )
    task = claim_next(by=admin)
    assert task is not None
    mark_first(by=admin, task_id=task.pk, levels={"reasoning": "l1", "evidence": "l1"})
    given = {"reasoning": GivenLevel("l1"), "evidence": GivenLevel("l1")}
    conclude_review(by=admin, task_id=task.pk, given=given, now=NOW)
    return admin


def who_decided_before(assessment: Assessment) -> User:
    admin: User = AdminFactory()
    row = appeal(assessment, criterion="evidence")
    decide(by=admin, appeal_id=row.pk, new=None, reason="It stands.", now=LATER)
    return admin


def who_appealed(assessment: Assessment) -> User:
    return assessment.user


@pytest.mark.parametrize("partial", [who_overrode, who_reviewed, who_decided_before])
def test_who_had_a_part_in_the_score_does_not_decide(assessment: Assessment, partial: Any) -> None:
    by = partial(assessment)
    row = appeal(assessment)

    with pytest.raises(NotImpartial):
        decide(by=by, appeal_id=row.pk, new=None, reason="I was right.", now=LATER)


@pytest.mark.parametrize("partial", [who_overrode, who_reviewed, who_decided_before, who_appealed])
def test_the_database_holds_to_that_by_itself(assessment: Assessment, partial: Any) -> None:
    by = partial(assessment)
    row = appeal(assessment)
    score = {"level": None, "points": None, "score": "1", "maximum": "1"}

    with pytest.raises(IntegrityError, match="not decided by who scored"), transaction.atomic():
        AppealDecision.objects.create(
            appeal=row, outcome="upheld", reason="I was right.", before=score, after=score, decided_by=by,
            decided_at=LATER,
        )  # fmt: skip
    assert AppealDecision.objects.create(
        appeal=row, outcome="upheld", reason="So it is.", before=score, after=score, decided_by=AdminFactory(),
        decided_at=LATER,
    )  # fmt: skip


def test_the_database_refuses_a_closed_question_s_overrider_too(assessment: Assessment) -> None:
    admin = AdminFactory()
    question_id = question_id_of(assessment, "multiple_choice")
    oversight.override(
        by=admin, assessment_id=assessment.pk, question_id=question_id, new=NewScore(score=Decimal("0.5")),
        reason="Half.", now=NOW,
    )  # fmt: skip
    row = appeal(assessment, question_id=question_id, criterion="")

    with pytest.raises(IntegrityError, match="not decided by who scored"), transaction.atomic():
        AppealDecision.objects.create(
            appeal=row, outcome="upheld", reason="So it is.", before={}, after={}, decided_by=admin,
            decided_at=LATER,
        )  # fmt: skip


def test_the_same_words_after_what_the_writer_had_before_them_are_one_message(assessment: Assessment) -> None:
    row = appeal(assessment)
    again: dict[str, Any] = {
        "by": assessment.user, "appeal_id": row.pk, "text": " Please look. ", "now": LATER,
    }  # fmt: skip

    first, second = say(**again, seen=1), say(**again, seen=1)
    staff = say(by=AdminFactory(), appeal_id=row.pk, text="Please look.", now=LATER, seen=1)
    later = say(**again, seen=3)

    assert first == second
    assert len({first.pk, staff.pk, later.pk}) == 3
    assert AppealMessage.objects.count() == 4
    assert say(**again) != later


def test_thread_and_decision_are_never_changed(assessment: Assessment) -> None:
    row = appeal(assessment)
    decide(by=AdminFactory(), appeal_id=row.pk, new=None, reason="It stands.", now=LATER)

    for rows in (AppealMessage.objects.all(), AppealDecision.objects.all()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.delete()


def test_the_database_refuses_a_second_open_appeal(assessment: Assessment) -> None:
    row = appeal(assessment)

    with pytest.raises(IntegrityError, match="one_open_per_criterion"), transaction.atomic():
        Appeal.objects.create(
            assessment=assessment, question_snapshot=row.question_snapshot, criterion_key="reasoning",
            submitted_by=assessment.user, submitted_at=LATER,
        )  # fmt: skip


def test_a_score_that_is_changed_later_can_be_appealed_against_from_then_on(assessment: Assessment) -> None:
    late = NOW + dt.timedelta(days=60)
    oversight.override(
        by=AdminFactory(),
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, "essay"),
        new=NewScore("reasoning", "l0"),
        reason="Less.",
        now=late,
    )

    with pytest.raises(AppealRefused):
        appeal(assessment, question_id=question_id_of(assessment, "multiple_choice"), criterion="", now=late)
    with pytest.raises(AppealRefused):
        appeal(assessment, now=late + dt.timedelta(days=14, seconds=1))
    assert appeal(assessment, now=late + dt.timedelta(days=14))


def test_a_decision_opens_no_new_time_for_appeals(assessment: Assessment) -> None:
    row = appeal(assessment)
    late = NOW + dt.timedelta(days=60)
    decide(by=AdminFactory(), appeal_id=row.pk, new=NewScore(level="l2"), reason="It does.", now=late)

    with pytest.raises(AppealRefused):
        appeal(assessment, criterion="evidence", now=late)
