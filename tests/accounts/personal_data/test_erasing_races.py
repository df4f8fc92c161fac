"""What was let in before a person was shut out writes nothing about whom erasure has passed."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.locking import PersonGone, lock_if_present
from accounts.models import User
from accounts.personal_data import erasing, export_archive, exports
from assessments import queries as assessment_queries
from assessments import services as assessments
from conversations import services as conversations
from microcred.errors import Missing
from nudges import services as nudges
from planner import services as planner
from planner.enums import Source
from practice import services as practice
from recommendations import drafting
from recommendations import services as recommendations
from recommendations.wording import put_into_words
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import role_with_every_type
from tests.factories.oversight import judged_assessment
from tests.factories.planner import TaskFactory
from tests.factories.practice import PracticeItemFactory
from tests.factories.recommendations import embed_all, offered
from tests.factories.service_keys import service_key
from tests.waiting import beside

NOW = timezone.now()


def erase(person: User) -> None:
    request = erasing.request_erasure(by=person, person=person, now=NOW)
    erasing.erase(request.pk, now=request.due_at)


def ask(person: User) -> Any:
    return conversations.ask(by=person, question="Which course is about joins?", now=NOW)


def set_task(person: User) -> Any:
    return planner.create_task(by=person, owner_id=person.pk, now=NOW, title="Read")


def set_task_as_program(person: User) -> Any:
    key, _ = service_key()
    return planner.create_task(by=key, owner_id=person.pk, now=NOW, title="Read")  # type: ignore[arg-type]


def set_goal(person: User) -> Any:
    return practice.set_goal(by=person, skill_key="sql", title="Joins", target_difficulty=5, now=NOW)


def ask_for_an_item(person: User) -> Any:
    return practice.assign(by=person, skill_key="sql", now=NOW)


def set_level(person: User) -> Any:
    return practice.set_level(
        by=AdminFactory(), student_id=person.pk, skill_key="sql", level=3, reason="We talked.", now=NOW
    )


def start(person: User) -> Any:
    return assessments.start(by=person, role_id=role_with_every_type().pk, metadata={}, now=NOW)


def look_at_preferences(person: User) -> Any:
    return nudges.preference_of(by=person, now=NOW)


def ask_for_a_copy(person: User) -> Any:
    return exports.request_copy(by=person, now=NOW)


WRITES = (
    ask, set_task, set_task_as_program, set_goal, ask_for_an_item, set_level, start, look_at_preferences,
    ask_for_a_copy,
)  # fmt: skip


def tables_about(person_id: uuid.UUID) -> set[str]:
    return {
        one.model
        for one in export_archive.personal_tables()
        if export_archive.rows_of(one, person_id).exists()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("write", WRITES)
def test_nothing_is_written_about_who_is_erased(write: Callable[[User], Any]) -> None:
    person: User = UserFactory()
    PracticeItemFactory()
    erase(person)
    left = tables_about(person.pk)

    with pytest.raises(Missing):
        write(person)

    assert tables_about(person.pk) == left


@pytest.mark.django_db(transaction=True)
def test_who_waits_while_a_person_is_shut_out_is_refused() -> None:
    person: User = UserFactory()

    asked = beside(lambda: erase(person), lambda: ask(person))

    with pytest.raises(PersonGone):
        asked.result()


@pytest.mark.django_db
def test_who_was_merely_disabled_is_still_written_about() -> None:
    person: User = UserFactory(status="disabled")
    erasing.request_erasure(by=person, person=person, now=NOW)

    assert lock_if_present(person.pk)


def completing(person: User) -> Callable[[], Any]:
    task = TaskFactory(user=person, source=Source.SESSION, reference="a:1")
    return lambda: planner.complete_task(by=person, task_id=task.pk, now=NOW)


def recommending(person: User) -> Callable[[], Any]:
    assessment = judged_assessment(student=person, answers={"multiple_choice": "c1"})
    basis = drafting.prepare(assessment_queries.subject(assessment.pk))
    draft = drafting.conclude(basis, drafting.search(basis, embed_all()), rag_latency_ms=12)
    return lambda: recommendations.store(assessment_id=assessment.pk, draft=put_into_words(draft), now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "begun", [lambda person: lambda: ask(person), lambda person: lambda: set_goal(person), completing, recommending],
    ids=["asking", "setting-a-goal", "completing", "recommending"],
)  # fmt: skip
def test_what_is_under_way_when_somebody_is_erased_leaves_nothing(
    begun: Callable[[User], Callable[[], Any]],
) -> None:
    of_nothing, person = UserFactory(), UserFactory()
    PracticeItemFactory()
    offered("sql-joins", text="Learn SQL joins. They are the heart of SQL for a role.", sql=4)
    erase(of_nothing)
    work = begun(person)

    erased = beside(work, lambda: erase(person))

    erased.result()
    assert tables_about(person.pk) == tables_about(of_nothing.pk)
