"""Staff finds the students whom it looks after."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories.accounts import AdvisorAssignmentFactory, AdvisorFactory
from tests.factories.assessments import submitted_assessment

pytestmark = pytest.mark.django_db


def shown(by: User, **query: str) -> str:
    client = Client()
    client.force_login(by)
    return client.get(reverse("advisor:students"), query).content.decode()


def test_students_are_listed_with_their_newest_assessment_or_none_yet() -> None:
    assessment = submitted_assessment()
    advisor = AdvisorAssignmentFactory(student=assessment.user).advisor
    AdvisorAssignmentFactory(advisor=advisor, student__name="Zoe <b>Quill</b>")

    page = shown(advisor)

    assert reverse("advisor:assessment", args=[assessment.pk]) in page
    assert "Being scored" in page
    assert "Zoe &lt;b&gt;Quill&lt;/b&gt;" in page
    assert "None yet" in page
    assert "2 found" in page


def test_search_narrows_and_says_so_when_nobody_is_left() -> None:
    advisor = AdvisorAssignmentFactory(student__name="Zoe").advisor

    assert "1 found" in shown(advisor, search="zoe")
    assert "Nobody matches" in shown(advisor, search="somebody else")


def test_advisor_without_students_is_told_who_assigns_them() -> None:
    assert "as soon as an administrator assigns them" in shown(AdvisorFactory())
