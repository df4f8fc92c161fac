"""Taking a bank into the pool of a role."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from catalog.importing.banks.question import (
    Bank,
    BankQuestion,
    ChoiceTask,
    EssayItemTask,
    LeftOut,
    Option,
    Task,
)
from catalog.importing.banks.storing import Measure, Plan, Taken, plan, take
from catalog.models import JobRole, Question
from ops.models import AuditLog
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import JobRoleFactory, SkillFactory

JOINS = ChoiceTask((Option("Left", Decimal(0)), Option("Inner", Decimal(1))))


@pytest.fixture
def role() -> JobRole:
    return JobRoleFactory(key="analyst")


def bank(*tasks: Task) -> Bank:
    return Bank(
        "GIFT",
        tuple(BankQuestion(f"line {at}", "", f"Question {at}?", task) for at, task in enumerate(tasks, 1)),
    )


def taken(found: Plan, role: JobRole, **given: Any) -> Taken:
    fields: dict[str, Any] = {"measure": Measure([]), "by": None, "now": timezone.now()}
    return take(found.new, role=role, **{**fields, **given})


@pytest.mark.django_db
class TestTaking:
    def test_drafts_are_made_once(self, role: JobRole) -> None:
        found = plan(bank(JOINS, EssayItemTask()), role=role)

        assert taken(found, role) == Taken(made=2, published=0, there=0)
        assert taken(found, role) == Taken(made=0, published=0, there=2)

        again = plan(bank(JOINS, EssayItemTask()), role=role)
        assert (again.new, len(again.there)) == ((), 2)
        assert list(role.questions.values_list("question_type", "version", "active")) == [
            ("multiple_choice", "", True),
            ("essay", "", True),
        ]

    def test_what_a_curator_has_changed_since_stays(self, role: JobRole) -> None:
        found = plan(bank(JOINS), role=role)
        taken(found, role)
        Question.objects.update(prompt="Better words?")

        taken(found, role)

        assert Question.objects.get().prompt == "Better words?"

    def test_they_measure_what_was_said(self, role: JobRole) -> None:
        skills = [SkillFactory(key="sql"), SkillFactory(key="python")]

        taken(plan(bank(JOINS), role=role), role, measure=Measure(skills, difficulty=5))

        row = Question.objects.get()
        assert (row.difficulty, row.weight, row.required) == (5, Decimal(1), True)
        assert list(row.question_skills.order_by("skill__key").values_list("skill__key", "weight")) == [
            ("python", Decimal(1)),
            ("sql", Decimal(1)),
        ]

    def test_essays_stay_drafts_where_the_others_are_published(self, role: JobRole) -> None:
        found = plan(bank(JOINS, EssayItemTask("Look for joins.")), role=role)

        assert taken(found, role, publish=True) == Taken(made=2, published=1, there=0)
        assert dict(role.questions.values_list("question_type", "version")) == {
            "multiple_choice": "1",
            "essay": "",
        }

    def test_it_is_in_the_audit_trail(self, role: JobRole) -> None:
        curator: User = AdminFactory()

        taken(plan(bank(JOINS), role=role), role, by=curator)

        line = AuditLog.objects.get(action="questions.imported")
        assert (line.actor_id, line.resource_id) == (curator.pk, role.pk)
        assert line.metadata == {
            "made": 1,
            "published": 0,
            "questions": [str(Question.objects.get().pk)],
        }

    def test_nothing_made_is_not_worth_a_line(self, role: JobRole) -> None:
        take([], role=role, measure=Measure([]), by=None, now=timezone.now())

        assert not AuditLog.objects.filter(action="questions.imported").exists()

    def test_another_role_has_a_question_of_its_own(self, role: JobRole) -> None:
        other = JobRoleFactory(key="clerk")

        taken(plan(bank(JOINS), role=role), role)
        taken(plan(bank(JOINS), role=other), other)

        assert sorted(Question.objects.values_list("role__key", flat=True)) == ["analyst", "clerk"]


@pytest.mark.django_db
def test_a_plan_says_what_is_new_there_and_left_out(role: JobRole) -> None:
    taken(plan(bank(JOINS), role=role), role)
    unread = LeftOut("line 9", "", "a hotspot")
    whole = bank(JOINS, ChoiceTask(()), EssayItemTask())

    found = plan(Bank("GIFT", (*whole.entries, unread)), role=role)

    assert [one.place for one in found.new] == ["line 3"]
    assert [one.place for one in found.there] == ["line 1"]
    assert found.left_out == (
        LeftOut("line 2", "", "No option is right."),
        LeftOut("line 9", "", "A hotspot."),
    )


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_over_at_once_make_it_once(role: JobRole) -> None:
    found = plan(bank(*[JOINS] * 10), role=role)
    start = threading.Barrier(2)
    done: list[Taken] = []

    def run() -> None:
        start.wait()
        done.append(taken(found, role))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted((one.made, one.there) for one in done) == [(0, 10), (10, 0)]
    assert Question.objects.count() == 10
