"""Where students begin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from assessments import services
from assessments.models import Assessment
from conversations.enums import Side
from tests.authorization.world import released_by_staff
from tests.companion.scenes import finished_assessment
from tests.companion.student.browsing import browser_of, page_of
from tests.factories.accounts import UserFactory
from tests.factories.assessments import question_id_of, started_assessment, submitted_assessment
from tests.factories.catalog import JobRoleFactory, role_with_every_type
from tests.factories.conversations import ConversationFactory, EscalatedTurnFactory, ThreadMessageFactory
from tests.factories.nudges import NudgeFactory

pytestmark = pytest.mark.django_db


def test_students_begin_here_and_see_their_own_assessments_alone() -> None:
    own, foreign = started_assessment(), started_assessment()
    client = browser_of(own.user)

    assert client.get(reverse("start"))["Location"] == reverse("student:home")
    page = client.get(reverse("student:home")).content.decode()

    assert page.count('<tr role="row">') == 2  # the heads, and one
    assert f'href="{reverse("student:status", args=[own.pk])}">{own.role.name}</a>' in page
    assert "Time was over" in page
    assert foreign.user.name not in page


def test_who_has_none_is_told_where_to_begin() -> None:
    page = browser_of(UserFactory(role=Role.STUDENT)).get(reverse("student:home")).content.decode()

    assert "No assessments yet" in page


def test_what_waits_to_be_read_elsewhere_is_said_until_it_is_read() -> None:
    student = UserFactory()
    for _ in range(2):
        turn = EscalatedTurnFactory(conversation=ConversationFactory(user=student))
        ThreadMessageFactory(turn=turn, side=Side.ADVISOR)
    nudge = NudgeFactory(user=student)
    ThreadMessageFactory(side=Side.ADVISOR)
    client = browser_of(student)

    page = page_of(client, reverse("student:home"))

    questions, reminders = reverse("student:questions"), reverse("student:reminders")
    assert f'<a href="{questions}">2 questions with replies of your advisor</a>' in page
    assert f'<a href="{reminders}">1 reminder</a>' in page
    client.post(reverse("student:seen-reminder", args=[nudge.pk]))
    assert f'<a href="{reminders}">' not in page_of(client, reverse("student:home"))
    assert "New for you" not in page_of(browser_of(UserFactory()), reverse("student:home"))


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.GUARDIAN, Role.ADMIN])
def test_for_everybody_else_there_is_no_such_page(role: Role) -> None:
    assert browser_of(UserFactory(role=role)).get(reverse("student:home")).status_code == 404


def test_an_open_one_comes_first_with_how_far_it_is() -> None:
    assessment = started_assessment(now=timezone.now())
    answer = services.GivenAnswer(question_id_of(assessment, "numeric"), 42)
    services.submit(
        by=assessment.user, assessment_id=assessment.pk, answers=[answer], completed=False, now=timezone.now()
    )

    page = page_of(browser_of(assessment.user), reverse("student:home"))

    assert '<span class="number">1 of 7</span> answered' in page
    assert "Open for another 2 days and 23 hours" in page
    assert page.count(f'href="{reverse("student:taking", args=[assessment.pk])}"') == 2
    assert reverse("student:role", args=[assessment.role_id]) not in page


def test_what_is_scored_held_back_or_there_leads_to_where_it_stands() -> None:
    student: User = UserFactory()
    there = finished_assessment(student)
    with released_by_staff():
        held = finished_assessment(student)
    scored = submitted_assessment(user=student)

    page = page_of(browser_of(student), reverse("student:home"))

    assert f'href="{reverse("student:result", args=[there.pk])}"' in page
    for one, said in ((held, "Waits for staff"), (scored, "Being scored")):
        assert f'href="{reverse("student:status", args=[one.pk])}"' in page
        assert said in page
    assert f'href="{reverse("student:result", args=[held.pk])}"' not in page
    assert "Take it again" in page


def test_a_role_names_what_comes_first_until_that_is_completed() -> None:
    student: User = UserFactory()
    later, first = role_with_every_type(), JobRoleFactory(name="Data Beginner")
    later.prerequisites.add(first)
    browser, address = browser_of(student), reverse("student:role", args=[later.pk])

    before = page_of(browser, reverse("student:home"))
    done = started_assessment(user=student, role=role_with_every_type())
    Assessment.objects.filter(pk=done.pk).update(
        role=first, status="completed", stage="done", completed_at=timezone.now()
    )
    after = page_of(browser, reverse("student:home"))

    assert "First complete: Data Beginner" in before
    assert address not in before
    assert "First complete" not in after
    assert address in after


def test_more_assessments_and_roles_ask_no_more_of_the_database() -> None:
    student: User = UserFactory()
    browser = browser_of(student)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse("student:home"))
        return len(captured)

    def add() -> None:
        started_assessment(user=student, now=timezone.now())
        started_assessment(user=student)
        submitted_assessment(user=student)

    add()
    asked()
    few = asked()
    add()
    add()

    assert asked() == few
