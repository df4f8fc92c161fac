"""What waits for an advisor stands above their list, with the way there; what is others' does not."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from assessments.models import Assessment
from companion.waiting import waiting_for
from scoring import oversight
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.assessments import question_id_of
from tests.factories.conversations import ConversationFactory, EscalatedTurnFactory
from tests.factories.recommendations import CredentialClaimFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
REVIEWS = ("1 answer waits to be reviewed, of any student.", "/advisor/reviews/")


@pytest.fixture
def advisor() -> User:
    advisor: User = AdvisorFactory()
    return advisor


@pytest.fixture
def assessment(advisor: User) -> Assessment:
    """One that its student does not agree with, has asked about, and whose essay waits for a person."""
    _, student = advised_student(advisor)
    found = finished_assessment(student)
    Assessment.objects.filter(pk=found.pk).update(completed_at=NOW)
    oversight.appeal(
        by=student, assessment_id=found.pk, question_id=question_id_of(found, "essay"), criterion="reasoning",
        statement="It does.", now=NOW,
    )  # fmt: skip
    oversight.contest_skill(by=student, assessment_id=found.pk, skill_key="sql", reason="I know it.", now=NOW)
    CredentialClaimFactory(user=student, said_at=NOW)
    asked = NOW - dt.timedelta(days=2)
    EscalatedTurnFactory(conversation=ConversationFactory(user=student), waits_since=asked)
    return found


def told(by: User) -> list[tuple[str, str]]:
    return [(one.text, one.where) for one in waiting_for(by, now=NOW + dt.timedelta(minutes=1))]


def test_all_that_waits_is_told_with_the_way_there(advisor: User, assessment: Assessment) -> None:
    expected = [
        ("1 question waits for a reply, the longest for 2 days.", "/advisor/questions/"),
        ("1 appeal waits for a decision.", "/advisor/appeals/"),
        ("1 contested level waits to be checked.", f"/advisor/assessments/{assessment.pk}#skills"),
        (
            "1 claim to hold a credential waits to be confirmed.",
            f"/advisor/students/{assessment.user_id}/credentials",
        ),
        REVIEWS,
    ]

    assert told(advisor) == expected
    assert told(AdminFactory()) == expected
    Assessment.objects.filter(pk=assessment.pk).update(stage="awaiting_release")
    assert told(advisor)[0] == ("1 result waits for its release.", "/advisor/releases/")


def test_what_belongs_to_others_students_is_not_told_but_for_the_queue_of_all(assessment: Assessment) -> None:
    assert told(AdvisorFactory()) == [REVIEWS]


def test_what_is_done_waits_no_more(advisor: User, assessment: Assessment) -> None:
    oversight.check_skill(
        by=advisor, assessment_id=assessment.pk, skill_key="sql", level=None, reason="It stands.", now=NOW
    )
    appeal = oversight.open_appeals(advisor).get()
    oversight.decide(by=advisor, appeal_id=appeal.pk, new=None, reason="It stands.", now=NOW)

    assert [where for _, where in told(advisor)] == [
        "/advisor/questions/", f"/advisor/students/{assessment.user_id}/credentials", "/advisor/reviews/",
    ]  # fmt: skip


def test_the_page_shows_it_and_nothing_where_nothing_waits(advisor: User) -> None:
    client = Client()
    client.force_login(advisor)
    assert "What waits for you" not in client.get("/advisor/").content.decode()
    _, student = advised_student(advisor)
    EscalatedTurnFactory(conversation=ConversationFactory(user=student), waits_since=timezone.now())

    page = client.get("/advisor/").content.decode()

    assert '<li><a href="/advisor/questions/">1 question waits for a reply.</a></li>' in page
