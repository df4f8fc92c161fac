"""The life of an assessment, below HTTP."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.utils import timezone

from assessments import queries, services
from assessments.enums import AssessmentStatus, MissingPart, Stage
from assessments.events import responses_submitted
from assessments.models import Assessment, AssessmentResponse, QuestionSnapshot
from assessments.services import (
    AnswersInvalid,
    AnswersMissing,
    AssessmentClosed,
    AssessmentExpired,
    GivenAnswer,
    MetadataReserved,
    PrerequisitesMissing,
    RoleNotAssessable,
)
from catalog import services as catalog
from catalog.models import JobRole, Question
from ops.models import AsyncJob
from tests.factories.accounts import UserFactory
from tests.factories.assessments import (
    RIGHT_ANSWERS,
    given_answers,
    question_id_of,
    started_assessment,
    submitted_assessment,
)
from tests.factories.catalog import NOW, JobRoleFactory, published_question, role_with_every_type

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=73)


def submit(
    assessment: Assessment, *answers: GivenAnswer, completed: bool = False, now: dt.datetime = NOW
) -> Assessment:
    return services.submit(
        by=assessment.user, assessment_id=assessment.pk, answers=answers, completed=completed, now=now
    )


def test_questions_are_frozen_when_the_assessment_starts() -> None:
    question = published_question(prompt="As it was?")
    assessment = started_assessment(role=question.role)

    Question.objects.filter(pk=question.pk).update(prompt="As it became?")
    question.refresh_from_db()
    catalog.publish_question(by=None, question=question, now=LATER)

    snapshot = QuestionSnapshot.objects.get(assessment=assessment)
    assert (snapshot.prompt, snapshot.version) == ("As it was?", "1")


def test_what_was_written_down_in_order_is_shown_shuffled() -> None:
    role = JobRoleFactory()
    ids = [f"c{number}" for number in range(1, 9)]
    published_question(
        "ordering",
        role=role,
        choices=[{"id": key, "text": key.upper()} for key in ids],
        rules={"kind": "ordering", "order": [*ids[1:], ids[0]], "scoring": "pairs"},
    )

    shown = [
        [choice["id"] for choice in queries.snapshots(started_assessment(role=role).pk)[0].choices or []]
        for _ in range(3)
    ]

    assert all(sorted(order) == ids for order in shown)
    assert any(order != ids for order in shown)


def test_starting_again_returns_the_open_assessment_with_its_questions() -> None:
    first = started_assessment()

    again = services.start(by=first.user, role_id=first.role_id, metadata={}, now=NOW)
    elsewhere = services.start(by=first.user, role_id=role_with_every_type().pk, metadata={}, now=NOW)

    assert (again.assessment, again.is_new) == (first, False)
    assert elsewhere.is_new


def test_after_the_open_one_has_ended_a_new_one_is_started() -> None:
    handed_in = submitted_assessment()
    overdue = services.start(by=handed_in.user, role_id=handed_in.role_id, metadata={}, now=NOW)

    fresh = services.start(by=handed_in.user, role_id=handed_in.role_id, metadata={}, now=LATER)

    assert overdue.is_new
    assert fresh.is_new
    overdue.assessment.refresh_from_db()
    assert overdue.assessment.status == AssessmentStatus.EXPIRED


@pytest.mark.django_db(transaction=True)
def test_of_parallel_starts_one_makes_an_assessment() -> None:
    student, role = UserFactory(), role_with_every_type()

    def start(_: int) -> bool:
        try:
            return services.start(by=student, role_id=role.pk, metadata={}, now=NOW).is_new
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(start, range(6)))

    assert outcomes == [False] * 5 + [True]
    assert Assessment.objects.count() == 1


def test_an_inactive_role_or_an_empty_pool_cannot_be_assessed() -> None:
    for role in (JobRoleFactory(active=False), JobRoleFactory()):
        with pytest.raises(RoleNotAssessable):
            started_assessment(role=role)


def test_what_changes_about_a_role_and_its_questions_counts_with_the_next_start() -> None:
    role = role_with_every_type()
    first = started_assessment(role=role)
    retired = QuestionSnapshot.objects.filter(assessment=first).order_by("position")[0]

    Question.objects.filter(pk=retired.question_id).update(active=False)
    second = started_assessment(role=role)
    assert retired.question_id not in [row.question_id for row in queries.snapshots(second.pk)]
    assert len(queries.snapshots(second.pk)) == len(queries.snapshots(first.pk)) - 1

    added = published_question(role=role)
    assert added.pk in [row.question_id for row in queries.snapshots(started_assessment(role=role).pk)]

    JobRole.objects.filter(pk=role.pk).update(assessment_size=2)
    assert len(queries.snapshots(started_assessment(role=role).pk)) == 2

    other = role_with_every_type()
    role.prerequisites.add(other)
    with pytest.raises(PrerequisitesMissing):
        started_assessment(role=role)
    role.prerequisites.clear()

    JobRole.objects.filter(pk=role.pk).update(active=False)
    with pytest.raises(RoleNotAssessable):
        started_assessment(role=role)


def test_prerequisites_are_named_and_lifted_by_a_completed_assessment() -> None:
    student, first, second = UserFactory(), role_with_every_type(), role_with_every_type()
    second.prerequisites.add(first)

    with pytest.raises(PrerequisitesMissing) as caught:
        started_assessment(user=student, role=second)
    assert caught.value.details == {"missing_roles": [{"role_id": str(first.pk), "name": first.name}]}

    services.record_synthetic(user=student, role_id=first.pk, metadata={}, now=NOW)
    assert started_assessment(user=student, role=second).status == AssessmentStatus.IN_PROGRESS


@pytest.mark.parametrize("claim", [True, False, None])
def test_nobody_calls_their_own_assessment_made_up(claim: object) -> None:
    role = role_with_every_type()

    with pytest.raises(MetadataReserved):
        services.start(by=UserFactory(), role_id=role.pk, metadata={"synthetic": claim}, now=NOW)

    assert not Assessment.objects.exists()


def test_a_changed_answer_is_a_new_version_and_an_equal_one_is_not() -> None:
    assessment = started_assessment()
    question_id = question_id_of(assessment, "multiple_choice")

    for answer in ("c1", "c2", {"choice_id": "c2"}):
        submit(assessment, GivenAnswer(question_id, answer))

    stored = AssessmentResponse.objects.filter(assessment=assessment).order_by("version")
    assert [(row.version, row.answer) for row in stored] == [
        (1, {"choice_ids": ["c1"]}),
        (2, {"choice_ids": ["c2"]}),
    ]
    assert queries.progress(assessment.pk) == queries.Progress(answered=1, total=7)
    _, progress = queries.get_with_progress(by=assessment.user, assessment_id=assessment.pk)
    assert progress == queries.Progress(answered=1, total=7)


def test_one_bad_answer_leaves_no_trace_of_the_others() -> None:
    assessment = started_assessment()
    good = GivenAnswer(question_id_of(assessment, "numeric"), 42)
    bad = GivenAnswer(question_id_of(assessment, "multiple_choice"), "c9")

    with pytest.raises(AnswersInvalid) as caught:
        submit(assessment, good, bad)

    problems: Any = (caught.value.details or {})["answers"]
    assert [problem["field"] for problem in problems] == ["responses[1].answer"]
    assert not AssessmentResponse.objects.exists()


def test_handing_in_with_gaps_names_them_and_stores_nothing() -> None:
    assessment = started_assessment()
    answers = [
        given
        for given in given_answers(assessment, RIGHT_ANSWERS)
        if given.question_id != question_id_of(assessment, "essay")
    ]

    with pytest.raises(AnswersMissing) as caught:
        submit(assessment, *answers, completed=True)

    assert caught.value.message == "1 required question has no answer yet."
    assert caught.value.details == {"unanswered": [str(question_id_of(assessment, "essay"))]}
    assert not AssessmentResponse.objects.exists()


def test_blank_text_is_no_answer_to_a_required_question() -> None:
    assessment = started_assessment()

    with pytest.raises(AnswersMissing) as caught:
        submit(assessment, *given_answers(assessment, {**RIGHT_ANSWERS, "essay": " \n "}), completed=True)

    assert caught.value.details == {"unanswered": [str(question_id_of(assessment, "essay"))]}


def test_a_clients_time_of_answering_is_kept_between_start_and_now() -> None:
    assessment = started_assessment()
    question_id = question_id_of(assessment, "numeric")
    now = NOW + dt.timedelta(minutes=10)
    times = [NOW - dt.timedelta(days=9), NOW + dt.timedelta(minutes=3), NOW + dt.timedelta(days=9)]

    for answer, moment in enumerate(times):
        submit(assessment, GivenAnswer(question_id, answer, moment), now=now)

    kept = AssessmentResponse.objects.order_by("version").values_list("submitted_at", flat=True)
    assert list(kept) == [NOW, NOW + dt.timedelta(minutes=3), now]


def test_an_optional_question_may_stay_open() -> None:
    assessment = started_assessment()
    answers = [
        given
        for given in given_answers(assessment, RIGHT_ANSWERS)
        if given.question_id != question_id_of(assessment, "profile")
    ]

    assert submit(assessment, *answers, completed=True).status == AssessmentStatus.AWAITING_ASYNC


def test_handing_in_enqueues_one_job_in_the_same_transaction() -> None:
    assessment = submitted_assessment()

    assert assessment.stage == Stage.SCORING
    assert AsyncJob.objects.filter(kind="scoring.score", assessment=assessment).count() == 1
    with pytest.raises(AssessmentClosed):
        submit(assessment, GivenAnswer(question_id_of(assessment, "numeric"), 1), completed=True)
    assert AsyncJob.objects.filter(kind="scoring.score").count() == 1


def test_a_listener_that_fails_undoes_the_submission() -> None:
    assessment = started_assessment()

    def fail(**_: object) -> None:
        raise RuntimeError("broken listener")

    responses_submitted.connect(fail)
    try:
        with pytest.raises(RuntimeError, match="broken listener"):
            submit(assessment, *given_answers(assessment, RIGHT_ANSWERS), completed=True)
    finally:
        responses_submitted.disconnect(fail)

    assessment.refresh_from_db()
    assert assessment.status == AssessmentStatus.IN_PROGRESS
    assert not AssessmentResponse.objects.exists()
    assert not AsyncJob.objects.exists()


def test_time_that_is_over_closes_the_assessment_and_keeps_the_answers() -> None:
    assessment = started_assessment()
    submit(assessment, GivenAnswer(question_id_of(assessment, "numeric"), 42))

    with pytest.raises(AssessmentExpired):
        submit(assessment, GivenAnswer(question_id_of(assessment, "numeric"), 43), now=LATER)

    assessment.refresh_from_db()
    assert queries.effective_status(assessment, now=LATER) == AssessmentStatus.EXPIRED
    assert AssessmentResponse.objects.count() == 1


def test_the_sweep_closes_only_what_is_overdue() -> None:
    old, handed_in = started_assessment(), submitted_assessment()
    fresh = started_assessment(now=NOW + dt.timedelta(hours=2))

    assert services.expire_overdue(now=NOW + dt.timedelta(hours=72)) == 1

    statuses = {row.pk: row.status for row in Assessment.objects.all()}
    assert statuses == {
        old.pk: AssessmentStatus.EXPIRED,
        handed_in.pk: AssessmentStatus.AWAITING_ASYNC,
        fresh.pk: AssessmentStatus.IN_PROGRESS,
    }


def test_a_completed_assessment_names_what_it_went_without_and_ends_once() -> None:
    assessment = submitted_assessment()
    services.note_missing(assessment_id=assessment.pk, parts=[MissingPart.ESSAY_SCORES])

    services.complete(assessment_id=assessment.pk, now=NOW, missing=[MissingPart.RETRIEVAL])
    again = services.complete(assessment_id=assessment.pk, now=LATER)

    assert (again.status, again.stage, again.completed_at) == (AssessmentStatus.COMPLETED, Stage.DONE, NOW)
    assert again.degraded
    assert again.missing == ["essay_scores", "retrieval"]


def test_a_failed_assessment_says_why_and_stays_failed() -> None:
    assessment = submitted_assessment()

    services.fail(assessment_id=assessment.pk, reason="The answers could not be read.")
    services.fail(assessment_id=assessment.pk, reason="Another reason.")

    assessment.refresh_from_db()
    assert (assessment.status, assessment.failure_reason) == ("failed", "The answers could not be read.")


def test_a_failed_assessment_whose_work_succeeds_later_is_mended() -> None:
    assessment = submitted_assessment()
    services.fail(assessment_id=assessment.pk, reason="The answers could not be read.")

    mended = services.complete(assessment_id=assessment.pk, now=NOW)

    assert (mended.status, mended.failure_reason) == (AssessmentStatus.COMPLETED, "")


def test_only_what_no_job_works_on_any_more_is_failed() -> None:
    stranded, worked_on, fresh = submitted_assessment(), submitted_assessment(), submitted_assessment()
    AsyncJob.objects.filter(assessment=stranded).delete()
    AsyncJob.objects.filter(assessment=fresh).delete()
    long_ago = Assessment.objects.exclude(pk=fresh.pk)
    long_ago.update(updated_at=timezone.now() - dt.timedelta(minutes=3))

    assert services.fail_stranded(now=timezone.now(), since=timezone.now()) == 1

    assert Assessment.objects.get(status=AssessmentStatus.FAILED) == stranded
    assert Assessment.objects.get(pk=worked_on.pk).status == AssessmentStatus.AWAITING_ASYNC


@pytest.mark.parametrize("table", [QuestionSnapshot, AssessmentResponse])
def test_snapshots_and_answers_can_be_neither_changed_nor_deleted(
    table: type[QuestionSnapshot] | type[AssessmentResponse],
) -> None:
    submitted_assessment()

    with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic():
        table._default_manager.update(version=9)
    with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic():
        table._default_manager.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"status": "lost"}, "assessments_status_known"),
        ({"stage": "lost"}, "assessments_stage_known"),
        ({"status": "completed"}, "assessments_completed_has_time"),
        ({"degraded": True}, "assessments_degraded_names_parts"),
        ({"missing": ["retrieval"]}, "assessments_degraded_names_parts"),
        ({"expires_at": NOW}, "assessments_expires_after_start"),
    ],
)
def test_the_database_refuses_an_impossible_assessment(change: dict[str, object], constraint: str) -> None:
    assessment = started_assessment()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(**change)
