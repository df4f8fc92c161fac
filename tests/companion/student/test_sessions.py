"""Students read what their sessions with tutors were about, and take up what was agreed on."""

import pytest
from django.urls import reverse

from accounts.models import User
from planner.models import Task
from tests.companion.student.browsing import browser_of, page_of
from tests.factories.accounts import UserFactory
from tests.factories.tutoring import SummaryFactory, SummaryVersionFactory, WaitingSummaryFactory, line, step
from tutoring.enums import Failure, SummaryStatus
from tutoring.models import SessionSummary

pytestmark = pytest.mark.django_db
SESSIONS = "/student/sessions/"


@pytest.fixture
def summary() -> SessionSummary:
    """A session about SQL, with one step agreed on."""
    made: SessionSummary = SummaryFactory(subject="Joins", tutor="Kim")
    SummaryVersionFactory(
        summary=made,
        steps=[step(1, "Write three outer joins.", said_by="student")],
        lines=[line(1, "A join <b>keeps</b> rows.")],
    )
    return made


def address(summary: SessionSummary) -> str:
    return reverse("student:session", args=[summary.pk])


def steps_of(student: User) -> list[tuple[str, str]]:
    return list(Task.objects.filter(user=student).values_list("title", "source"))


def test_who_has_none_is_told_when_there_will_be_some() -> None:
    assert "No sessions yet" in page_of(browser_of(UserFactory()), SESSIONS)


def test_the_list_has_the_students_own_alone(summary: SessionSummary) -> None:
    other = SummaryVersionFactory().summary

    page = page_of(browser_of(summary.user), SESSIONS)

    assert address(summary) in page
    assert address(other) not in page
    assert "Kim" in page
    assert browser_of(summary.user).get(address(other)).status_code == 404


def test_a_session_says_what_it_was_about_and_what_that_rests_on(summary: SessionSummary) -> None:
    page = page_of(browser_of(summary.user), address(summary))

    assert "In this session tutor and student worked on SQL." in page
    assert '<a class="cite" href="#line-1" aria-label="Source [1]: what was said">[1]</a>' in page
    assert "A join &lt;b&gt;keeps&lt;/b&gt; rows." in page
    assert "Write three outer joins." in page


def test_a_step_is_put_on_the_list_of_tasks_once(summary: SessionSummary) -> None:
    client = browser_of(summary.user)
    plan = reverse("student:plan-step", args=[summary.pk, 1])

    answers = [client.post(plan) for _ in range(2)]

    assert [(one.status_code, one["Location"]) for one in answers] == [(302, address(summary))] * 2
    assert steps_of(summary.user) == [("Write three outer joins.", "session")]
    assert "It stands on" in page_of(client, address(summary))
    assert plan not in page_of(client, address(summary))


def test_a_step_that_there_is_not_is_missing(summary: SessionSummary) -> None:
    client = browser_of(summary.user)

    assert client.post(reverse("student:plan-step", args=[summary.pk, 2])).status_code == 404
    assert steps_of(summary.user) == []


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ("", "It will be here in a moment."),
        (Failure.UNREACHABLE, "What was said could not be read"),
        (Failure.UNAVAILABLE, "could not be made this time"),
    ],
)
def test_a_session_without_a_summary_says_why(failure: str, said: str) -> None:
    summary = (
        SummaryFactory(status=SummaryStatus.FAILED, failure=failure) if failure else WaitingSummaryFactory()
    )

    page = page_of(browser_of(summary.user), address(summary))

    assert said in page
    assert "Nothing, as far as could be told." in page
