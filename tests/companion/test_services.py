"""What follows from a student's decision about a recommended credential: steps on their list of tasks."""

from typing import Any

import pytest

from accounts.models import User
from planner.enums import TaskStatus
from planner.models import Task
from practice import services as practice
from recommendations import services as recommendations
from recommendations.models import LearnerCredential, Recommendation
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.catalog import NOW, CredentialSkillFactory, SkillFactory
from tests.factories.practice import PracticeAssignmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> tuple[User, User]:
    return advised_student()


@pytest.fixture
def run(people: tuple[User, User]) -> Recommendation:
    assessment = finished_assessment(people[1])
    return Recommendation.objects.get(assessment=assessment, effective=True)


def say(run: Recommendation, by: User, acceptance: str, *, position: int = 1) -> None:
    item = run.items.get(position=position)
    recommendations.record_feedback(
        by=by,
        recommendation_id=run.pk,
        credential_id=item.credential_id,
        relevance_score=4,
        acceptance_status=acceptance,
        now=NOW,
    )


def tasks() -> list[tuple[str, str]]:
    return [(task.title, task.status) for task in Task.objects.order_by("pk")]


def test_accepting_a_credential_sets_the_next_steps(people: tuple[User, User], run: Recommendation) -> None:
    item = run.items.get(position=1)

    say(run, people[1], "accepted")

    enrol, practise = Task.objects.order_by("pk")
    assert (enrol.title, enrol.tags) == (f"Enrol: {item.title}", ["enrol"])
    assert item.credential.uri in enrol.description
    assert (practise.title, practise.tags) == (f"Practise SQL: {item.title}", ["practise", "SQL"])
    for task in (enrol, practise):
        assert (task.user, task.source, task.status) == (people[1], "recommendation", "todo")
    assert enrol.reference == f"credential:{item.credential_id}:enrol"
    assert practise.reference == f"credential:{item.credential_id}:practise:sql"


def test_saying_so_again_adds_nothing(people: tuple[User, User], run: Recommendation) -> None:
    say(run, people[1], "accepted")
    before = tasks()

    say(run, people[1], "accepted")

    assert tasks() == before


def test_each_credential_has_steps_of_its_own(people: tuple[User, User], run: Recommendation) -> None:
    say(run, people[1], "accepted")
    say(run, people[1], "accepted", position=2)

    assert len({title for title, _ in tasks()}) == 4


@pytest.mark.parametrize("acceptance", ["pending", "rejected"])
def test_nothing_follows_from_anything_else(
    people: tuple[User, User], run: Recommendation, acceptance: str
) -> None:
    say(run, people[1], acceptance)

    assert tasks() == []


def test_an_advisor_decides_nothing_for_the_student(people: tuple[User, User], run: Recommendation) -> None:
    say(run, people[0], "accepted")

    assert tasks() == []


def say_of_the_list(run: Recommendation, by: User, acceptance: str) -> None:
    recommendations.record_feedback(
        by=by, recommendation_id=run.pk, relevance_score=5, acceptance_status=acceptance, now=NOW
    )


def test_accepting_the_list_sets_the_steps_towards_its_first_credential_once(
    people: tuple[User, User], run: Recommendation
) -> None:
    item = run.items.get(position=1)

    say_of_the_list(run, people[1], "accepted")
    say_of_the_list(run, people[1], "accepted")

    assert tasks() == [(f"Enrol: {item.title}", "todo"), (f"Practise SQL: {item.title}", "todo")]


def test_an_advisor_who_accepts_the_list_sets_no_steps(
    people: tuple[User, User], run: Recommendation
) -> None:
    say_of_the_list(run, people[0], "accepted")

    assert tasks() == []


@pytest.mark.parametrize("how", ["rejected", "taken back"])
def test_who_lets_go_of_the_list_has_its_steps_called_off(
    people: tuple[User, User], run: Recommendation, how: str
) -> None:
    say_of_the_list(run, people[1], "accepted")

    if how == "rejected":
        say_of_the_list(run, people[1], "rejected")
    else:
        recommendations.take_back_feedback(by=people[1], recommendation_id=run.pk, now=NOW)

    assert [status for _, status in tasks()] == ["cancelled", "cancelled"]


def let_go(run: Recommendation, by: User, how: str) -> None:
    if how == "rejected":
        say(run, by, "rejected")
    else:
        recommendations.take_back_feedback(
            by=by, recommendation_id=run.pk, credential_id=run.items.get(position=1).credential_id, now=NOW
        )


@pytest.mark.parametrize("how", ["rejected", "taken back"])
def test_who_lets_go_keeps_what_they_have_begun(
    people: tuple[User, User], run: Recommendation, how: str
) -> None:
    say(run, people[1], "accepted")
    Task.objects.filter(tags__contains=["practise"]).update(status=TaskStatus.IN_PROGRESS)
    say(run, people[1], "accepted", position=2)

    let_go(run, people[1], how)

    assert [status for _, status in tasks()] == ["cancelled", "in_progress", "todo", "todo"]


def test_who_takes_back_that_they_are_undecided_lets_go_of_nothing(
    people: tuple[User, User], run: Recommendation
) -> None:
    say(run, people[1], "accepted")
    say(run, people[1], "pending")

    let_go(run, people[1], "taken back")

    assert [status for _, status in tasks()] == ["todo", "todo"]
    assert LearnerCredential.objects.filter(user=people[1]).exists()  # what the steps lead to is still held


def test_who_accepts_after_all_has_the_same_steps_again(
    people: tuple[User, User], run: Recommendation
) -> None:
    say(run, people[1], "accepted")
    let_go(run, people[1], "rejected")

    say(run, people[1], "accepted")

    assert [status for _, status in tasks()] == ["todo", "todo"]


def test_a_skill_that_the_credential_does_not_teach_is_no_step(
    people: tuple[User, User], run: Recommendation
) -> None:
    needs: list[dict[str, Any]] = run.parameters["needs"]
    run.parameters["needs"] = [{**need, "skill_key": "elsewhere"} for need in needs]
    run.save(update_fields=["parameters"])

    say(run, people[1], "accepted")

    assert [title.split(":")[0] for title, _ in tasks()] == ["Enrol"]


def test_at_most_three_skills_are_practised_the_greatest_need_first(
    people: tuple[User, User], run: Recommendation
) -> None:
    names = ["D", "B" * 60, "C", "A"]
    credential = run.items.get(position=1).credential
    for name in names:
        CredentialSkillFactory(credential=credential, skill__key=name[0].lower())
    run.parameters["needs"] = [{"skill_key": name[0].lower(), "skill_name": name} for name in names]
    run.save(update_fields=["parameters"])

    say(run, people[1], "accepted")

    practised = Task.objects.filter(tags__contains=["practise"]).order_by("pk")
    assert [task.tags[1] for task in practised] == ["D", "B" * 50, "C"]


def test_who_practises_a_skill_has_taken_the_step_in_hand(
    people: tuple[User, User], run: Recommendation
) -> None:
    say(run, people[1], "accepted")
    assignment = PracticeAssignmentFactory(user=people[1])

    practice.answer(by=people[1], assignment_id=assignment.pk, given="WHERE", now=NOW)
    assert [status for _, status in tasks()] == ["todo", "todo"]

    practice.answer(by=people[1], assignment_id=assignment.pk, given="HAVING", now=NOW)
    assert [status for _, status in tasks()] == ["todo", "in_progress"]


def test_practising_moves_no_other_step(people: tuple[User, User], run: Recommendation) -> None:
    say(run, people[1], "accepted")
    Task.objects.filter(reference__endswith="sql").update(status=TaskStatus.CANCELLED)
    other = PracticeAssignmentFactory(user=people[1], item__skill=SkillFactory(key="python"))

    for given in (other, PracticeAssignmentFactory(user=people[1])):
        practice.give_up(by=people[1], assignment_id=given.pk, now=NOW)

    assert [status for _, status in tasks()] == ["todo", "cancelled"]


def test_steps_stay_while_a_word_about_another_assessment_accepts_the_credential(
    people: tuple[User, User], run: Recommendation
) -> None:
    other = Recommendation.objects.get(assessment=finished_assessment(people[1]), effective=True)
    say(run, people[1], "accepted")
    say(other, people[1], "accepted")

    let_go(run, people[1], "taken back")
    assert [status for _, status in tasks()] == ["todo", "todo"]

    let_go(other, people[1], "taken back")
    assert [status for _, status in tasks()] == ["cancelled", "cancelled"]


def test_steps_towards_what_a_student_says_to_hold_are_called_off(
    people: tuple[User, User], run: Recommendation
) -> None:
    say(run, people[1], "accepted")
    say(run, people[1], "accepted", position=2)
    enrol = Task.objects.order_by("pk")[0]
    Task.objects.filter(pk=enrol.pk).update(status=TaskStatus.IN_PROGRESS)

    held = run.items.get(position=1).credential_id
    recommendations.say_held(by=people[1], credential_id=held, now=NOW)

    assert [status for _, status in tasks()] == ["in_progress", "cancelled", "todo", "todo"]
