"""What comes into the review queue, and that no two people ever have the same answer."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import Settings

from accounts.models import User
from assessments.models import Assessment
from catalog.models import JobRole
from microcred.db import database_now
from scoring import oversight
from scoring.enums import ReviewReason
from scoring.models import EssayScore, ReviewTask, RuleScore
from scoring.oversight import GivenLevel, ReviewMissing, claim_next, give_back, queue_lines
from scoring.oversight.sampling import is_sampled, reasons_for
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.catalog import NOW
from tests.factories.oversight import judged_assessment
from tests.factories.scoring import role_with_essay

WAITING: dict[str, str | None] = {"reasoning": "l1", "evidence": None}


def reasons(**fields: Any) -> list[str]:
    given: dict[str, Any] = {
        "snapshot_id": uuid.UUID(int=1),
        "outcome": "scored",
        "uncertainty": 0.1,
        "flags": [],
        "uncertain_above": 0.6,
        "sample_rate": Decimal(0),
    }
    return reasons_for(**given | fields)


class TestReasons:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({}, []),
            ({"outcome": "needs_review", "uncertainty": 0.9}, ["needs_review"]),
            ({"outcome": "unavailable", "uncertainty": 1.0}, ["unavailable"]),
            ({"outcome": "unavailable", "flags": ["model_refused"]}, ["model_refused"]),
            ({"uncertainty": 0.6}, []),
            ({"uncertainty": 0.61}, ["low_confidence"]),
            ({"outcome": "decided_by_code", "uncertainty": 1.0}, []),
            ({"flags": ["wide_band", "injection_suspected"]}, ["wide_band", "injection_suspected"]),
            ({"sample_rate": Decimal(1)}, ["random_sample"]),
        ],
    )
    def test_every_reason_is_given_where_it_holds(self, fields: dict[str, Any], expected: list[str]) -> None:
        assert reasons(**fields) == expected

    def test_the_sample_is_the_same_every_time_and_as_large_as_asked_for(self) -> None:
        ids = [uuid.uuid5(uuid.NAMESPACE_OID, str(number)) for number in range(2_000)]

        tenth = {one for one in ids if is_sampled(one, Decimal("0.1"))}

        assert tenth == {one for one in ids if is_sampled(one, Decimal("0.1"))}
        assert tenth < {one for one in ids if is_sampled(one, Decimal("0.2"))}
        assert 160 < len(tenth) < 240
        assert not any(is_sampled(one, Decimal(0)) for one in ids)


@pytest.mark.django_db
class TestOpening:
    def test_what_waits_for_a_person_is_in_the_queue_once(self) -> None:
        assessment = judged_assessment(levels=WAITING, injection=True)

        oversight.open_reviews(assessment_id=assessment.pk)

        task = ReviewTask.objects.get()
        assert task.reasons == [ReviewReason.NEEDS_REVIEW, ReviewReason.INJECTION_SUSPECTED]
        assert task.essay_score == EssayScore.objects.get()

    def test_what_a_scorer_is_sure_of_is_not(self) -> None:
        judged_assessment()

        assert not ReviewTask.objects.exists()

    def test_the_role_s_rate_draws_a_sample(self) -> None:
        role = role_with_essay()
        JobRole.objects.filter(pk=role.pk).update(review_sample_rate=1)

        judged_assessment(role=role)

        choice, essay = ReviewTask.objects.order_by("rule_score_id")
        assert (essay.reasons, choice.reasons) == ([ReviewReason.RANDOM_SAMPLE], [ReviewReason.RANDOM_SAMPLE])
        assert (essay.essay_score, choice.rule_score) == (EssayScore.objects.get(), RuleScore.objects.get())
        assert (essay.rule_score, choice.essay_score) == (None, None)

    def test_the_threshold_of_confidence_is_a_setting(self, settings: Settings) -> None:
        settings.REVIEW_UNCERTAINTY_ABOVE = 0.05

        judged_assessment()

        assert ReviewTask.objects.get().reasons == [ReviewReason.LOW_CONFIDENCE]


@pytest.mark.django_db
class TestClaiming:
    def test_a_reviewer_gets_an_answer_for_eight_hours_and_the_same_one_when_asking_again(self) -> None:
        judged_assessment(levels=WAITING)
        judged_assessment(levels=WAITING)
        reviewer = AdvisorFactory()

        task = claim_next(by=reviewer)

        assert task is not None
        assert task.lease_until is not None
        left = task.lease_until - database_now()
        assert dt.timedelta(hours=7, minutes=59) < left <= dt.timedelta(hours=8)
        assert claim_next(by=reviewer) == task

    def test_others_get_other_answers_until_there_are_none(self) -> None:
        judged_assessment(levels=WAITING)
        judged_assessment(levels=WAITING)

        first, second, third = (claim_next(by=AdvisorFactory()) for _ in range(3))

        assert first is not None
        assert second is not None
        assert first.pk != second.pk
        assert third is None

    def test_a_lease_that_ran_out_frees_the_answer_and_forgets_its_marks(self) -> None:
        judged_assessment(levels=WAITING)
        claim_next(by=AdvisorFactory())
        ReviewTask.objects.update(
            lease_until=database_now() - dt.timedelta(seconds=1), first_marks={"reasoning": "l0"}
        )
        other = AdvisorFactory()

        task = claim_next(by=other)

        assert task is not None
        assert (task.claimed_by_id, task.first_marks) == (other.pk, None)

    def test_what_is_given_back_is_free_again(self) -> None:
        judged_assessment(levels=WAITING)
        reviewer = AdvisorFactory()
        task = claim_next(by=reviewer)
        assert task is not None

        give_back(by=reviewer, task_id=task.pk)

        assert claim_next(by=AdvisorFactory()) == task
        with pytest.raises(ReviewMissing):
            give_back(by=reviewer, task_id=task.pk)

    def test_each_reviewer_meets_the_answers_in_an_order_of_their_own_that_stays(self) -> None:
        for _ in range(6):
            judged_assessment(levels=WAITING)

        def order(reviewer: User) -> list[uuid.UUID]:
            met = []
            for _ in range(6):
                task = claim_next(by=reviewer)
                assert task is not None
                met.append(task.pk)
                ReviewTask.objects.filter(pk=task.pk).update(withdrawn_at=database_now())
            ReviewTask.objects.update(withdrawn_at=None, claimed_by=None, lease_until=None)
            return met

        first, second = AdvisorFactory(), AdvisorFactory()

        assert order(first) == order(first)
        assert order(first) != order(second)
        assert set(order(first)) == set(order(second))

    def test_an_assessment_without_a_result_is_not_reviewed_yet(self) -> None:
        assessment = judged_assessment(levels=WAITING)
        Assessment.objects.filter(pk=assessment.pk).update(
            status="awaiting_async", stage="retrieval", completed_at=None
        )

        assert claim_next(by=AdminFactory()) is None

    def test_the_queue_counts_what_is_free_and_held_and_why(self) -> None:
        role = role_with_essay()
        for injection in (True, False, False):
            judged_assessment(levels=WAITING, role=role, injection=injection)
        claim_next(by=AdvisorFactory())

        (line,) = queue_lines(AdvisorFactory())

        assert (line.free, line.held) == (2, 1)
        assert line.reasons == (("needs_review", 3), ("injection_suspected", 1))
        assert line.is_calibrated


@pytest.mark.django_db
class TestTheDatabase:
    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"claimed_by": None}, "claimed_with_lease"),
            ({"lease_until": None}, "claimed_with_lease"),
            ({"done_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "first_marks": {}}, "done_by_somebody"),
            ({"reasons": []}, "have_reasons"),
            ({"reasons": ["boredom"]}, "have_reasons"),
            ({"essay_score": None}, "of_one_score"),
        ],
    )
    def test_refuses_a_review_that_cannot_be(self, fields: dict[str, Any], constraint: str) -> None:
        judged_assessment(levels=WAITING)
        claim_next(by=AdvisorFactory())

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            ReviewTask.objects.update(**fields)

    def test_refuses_a_second_open_review_of_one_answer(self) -> None:
        assessment = judged_assessment(levels=WAITING)
        first = ReviewTask.objects.get()
        run = EssayScore.objects.get()
        again = EssayScore(
            **{**{f.attname: getattr(run, f.attname) for f in run._meta.concrete_fields}, "run": 2}
        )
        again.id = EssayScore().id
        again.save(force_insert=True)

        with pytest.raises(IntegrityError, match="one_open_per_answer"), transaction.atomic():
            ReviewTask.objects.create(
                essay_score=again,
                assessment=assessment,
                question_snapshot=first.question_snapshot,
                question=first.question,
                reasons=["needs_review"],
            )


def together(*calls: Callable[[], object]) -> list[object]:
    """Make calls in threads of their own that start at the same moment; return what they returned."""
    barrier = threading.Barrier(len(calls))
    found: list[object] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        try:
            barrier.wait()
            found[place] = call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answers", [1, 4])
def test_reviewers_who_race_get_different_answers(answers: int) -> None:
    role = role_with_essay()
    for _ in range(answers):
        judged_assessment(levels=WAITING, role=role)
    reviewers = [AdvisorFactory() for _ in range(4)]

    taken = together(*((lambda by=by: claim_next(by=by)) for by in reviewers))

    got = [task.pk for task in taken if isinstance(task, ReviewTask)]
    assert len(got) == len(set(got)) == answers
    assert ReviewTask.objects.filter(claimed_by__isnull=False).count() == answers


@pytest.mark.django_db(transaction=True)
def test_of_two_who_conclude_one_answer_only_who_holds_it_scores_it() -> None:
    judged_assessment(levels=WAITING)
    late, early = AdvisorFactory(), AdvisorFactory()
    task = claim_next(by=late)
    assert task is not None
    levels = {"reasoning": "l1", "evidence": "l1"}
    oversight.mark_first(by=late, task_id=task.pk, levels=levels)
    ReviewTask.objects.update(lease_until=database_now() - dt.timedelta(seconds=1))
    assert claim_next(by=early) == task
    oversight.mark_first(by=early, task_id=task.pk, levels=levels)

    def conclude(by: User) -> object:
        given = {key: GivenLevel(level, "So it reads.") for key, level in levels.items()}
        try:
            return oversight.conclude_review(by=by, task_id=task.pk, given=given, now=NOW)
        except (ReviewMissing, oversight.ReviewLost) as error:
            return error

    outcomes = together(lambda: conclude(late), lambda: conclude(early), lambda: conclude(early))

    assert sum(outcome is True for outcome in outcomes) == 1
    assert isinstance(outcomes[0], ReviewMissing)
    assert list(EssayScore.objects.filter(source="human").values_list("scored_by", flat=True)) == [early.pk]
