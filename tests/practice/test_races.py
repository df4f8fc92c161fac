"""Requests about the same student's practice at the same moment."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connections, transaction

from accounts.locking import lock_person
from practice import services
from practice.models import PracticeAssignment, PracticeGoal, PracticeReport
from practice.rating import rating_of
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.practice import (
    NOW,
    PracticeAssignmentFactory,
    PracticeItemFactory,
    SkillRatingFactory,
)
from tests.ops.harness import PATIENCE_SECONDS
from tests.waiting import beside, waits_or_ends


def answer(given: PracticeAssignment) -> None:
    services.answer(by=given.user, assignment_id=given.pk, given={"choice_id": "c2"}, now=NOW)


def give_up(given: PracticeAssignment) -> None:
    services.give_up(by=given.user, assignment_id=given.pk, now=NOW)


def set_level(given: PracticeAssignment) -> None:
    advisor = AdvisorAssignmentFactory(student=given.user).advisor
    services.set_level(
        by=advisor, student_id=given.user_id, skill_key="sql", level=3, reason="We talked.", now=NOW
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("end", "status"), [(answer, "solved"), (give_up, "given_up"), (set_level, "withdrawn")]
)
def test_what_ends_an_assignment_waits_for_a_report_of_it_and_holds_nothing(
    end: Callable[[PracticeAssignment], None], status: str
) -> None:
    given: PracticeAssignment = PracticeAssignmentFactory()
    SkillRatingFactory(user=given.user, skill=given.skill, deviation=70.0)

    def ends() -> None:
        try:
            end(given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_person(given.user_id)
            ending = pool.submit(ends)
            waits_or_ends(ending)
            assert PracticeAssignment.objects.select_for_update(nowait=True).get().status == "open"
            services.report_item(by=given.user, assignment_id=given.pk, reason="unclear", now=NOW)
        ending.result(PATIENCE_SECONDS)

    assert PracticeAssignment.objects.get().status == status
    assert PracticeReport.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_asks_for_an_item_while_their_level_is_set_is_given_one_of_that_level() -> None:
    student = UserFactory()
    advisor = AdvisorAssignmentFactory(student=student).advisor
    easy = PracticeItemFactory(difficulty=2, rating=rating_of(2))
    PracticeItemFactory(difficulty=8, rating=rating_of(8), skill=easy.skill)
    SkillRatingFactory(user=student, skill=easy.skill, rating=rating_of(2), deviation=70.0)

    given = beside(
        lambda: services.set_level(
            by=advisor, student_id=student.pk, skill_key="sql", level=9, reason="We talked.", now=NOW
        ),
        lambda: services.assign(by=student, skill_key="sql", now=NOW),
    )

    assert given.result().difficulty == 8
    assert PracticeAssignment.objects.get() == given.result()


def send_answer(given: PracticeAssignment) -> int:
    """Send the wrong answer from a page that showed no attempt."""
    with suppress(services.TriedMeanwhile):
        services.answer(by=given.user, assignment_id=given.pk, given={"choice_id": "c1"}, attempts=0, now=NOW)
    return PracticeAssignment.objects.get().attempts


def send_hint(given: PracticeAssignment) -> int:
    """Ask for a hint from a page that showed none."""
    return services.show_hint(by=given.user, assignment_id=given.pk, seen=0).hints_shown


def send_goal(given: PracticeAssignment) -> int:
    """Set a goal from a page that showed none."""
    services.set_goal(
        by=given.user, skill_key="sql", title="Joins", target_difficulty=7, seen=uuid.UUID(int=0), now=NOW
    )
    return PracticeGoal.objects.count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("send", [send_answer, send_hint, send_goal])
def test_what_is_sent_twice_at_once_counts_once(send: Callable[[PracticeAssignment], int]) -> None:
    given: PracticeAssignment = PracticeAssignmentFactory()

    second = beside(lambda: send(given), lambda: send(given))

    assert second.result(PATIENCE_SECONDS) == 1
