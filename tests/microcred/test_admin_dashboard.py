"""The start page of the administration: what waits, how things went, and how much it asks the database."""

import datetime as dt
import html
import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import ErasureRequest
from accounts.personal_data import erasing
from assessments.enums import AssessmentStatus, Stage
from assessments.models import Assessment
from microcred.admin_dashboard import Daily, longest, pluralize
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, UserFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import (
    NOW,
    CredentialDocumentFactory,
    CredentialFactory,
    CredentialSkillFactory,
    JobRoleFactory,
    QuestionFactory,
)
from tests.factories.conversations import EscalatedTurnFactory

DAY = dt.timedelta(days=1)


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(AdminFactory())
    return client


@pytest.mark.django_db
def test_an_empty_installation_says_what_it_lacks(admin: Client) -> None:
    page = admin.get("/admin/").content.decode()

    assert "Does not work" in page
    assert "Nothing of the catalog is embedded: run manage.py embeddings refresh." in page
    assert page.count("<rect") == 14


@pytest.mark.django_db
def test_what_waits_leads_to_where_it_is_done(admin: Client) -> None:
    role = JobRoleFactory(name="Data Analyst", assessment_size=3)
    CredentialFactory()
    EscalatedTurnFactory()

    page = admin.get("/admin/").content.decode()

    for address, said in (
        (
            f"/admin/catalog/jobrole/{role.pk}/change/",
            "Data Analyst asks for no skill, so nothing follows from",
        ),
        (
            f"/admin/catalog/jobrole/{role.pk}/change/",
            "Data Analyst has 0 published questions; its assessment is to",
        ),
        (
            "/admin/catalog/credential/?active__exact=1&amp;credential_skills__isnull=True",
            "1 credential brings no skill, so it is never recommended.",
        ),
        ("/advisor/questions/", "1 question waits for an advisor&#x27;s reply"),
    ):
        assert f'href="{address}">{said}' in page


@pytest.mark.django_db
def test_lists_that_it_leads_to_show_what_was_counted(admin: Client) -> None:
    UserFactory(last_login=timezone.now())
    UserFactory()
    AdvisorAssignmentFactory(student=UserFactory(last_login=timezone.now()))
    CredentialSkillFactory()
    CredentialDocumentFactory.create_batch(2)
    CredentialFactory(active=False)
    QuestionFactory.create_batch(2, active=False)
    QuestionFactory()
    for person in (UserFactory(), UserFactory()):
        asked = erasing.request_erasure(by=person, person=person, now=timezone.now())
    ErasureRequest.objects.filter(pk=asked.pk).update(cancelled_at=timezone.now())
    failed = {"status": AssessmentStatus.FAILED, "failure_reason": "It did."}
    lacking = {"status": AssessmentStatus.COMPLETED, "stage": Stage.DONE, "degraded": True}
    for fields in (failed, lacking | {"missing": ["essay_scores"], "completed_at": NOW}):
        for days_ago in (0, 8):
            changed = fields | {"updated_at": timezone.now() - DAY * days_ago}
            Assessment.objects.filter(pk=submitted_assessment().pk).update(**changed)

    page = admin.get("/admin/").content.decode()

    leads = re.findall(r'href="(/admin/[^"]*/\?[^"]*)">(\d+) ([^<]*)', page)
    shown = {said: admin.get(html.unescape(at)).context["cl"].result_count for at, _, said in leads}
    assert shown == {said: int(number) for _, number, said in leads}
    assert len(shown) == 7


@pytest.mark.django_db
def test_it_asks_as_much_of_many_as_of_few(
    admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    admin.get("/admin/")
    for number in range(8):
        JobRoleFactory(name=f"Role {number}")
    UserFactory.create_batch(5)

    with django_assert_max_num_queries(49):
        admin.get("/admin/")


def test_days_are_columns_beside_the_fullest() -> None:
    days = [dt.date(2026, 3, day) for day in (1, 2, 3)]

    bars = Daily("", list(zip(days, (0, 2, 4), strict=True))).bars

    assert [(bar.x, bar.y, bar.height) for bar in bars] == [
        (0.1, 0.99, 0.01),
        (1.1, 0.5, 0.5),
        (2.1, 0.0, 1.0),
    ]
    assert Daily("", [(days[0], 0)]).most == 1


def test_numbers_have_their_words() -> None:
    assert [pluralize(n, "day", "days") for n in (0, 1, 1200)] == ["0 days", "1 day", "1,200 days"]
    waited = [None, NOW + dt.timedelta(hours=1), NOW - dt.timedelta(days=1), NOW - dt.timedelta(days=9)]
    assert [longest(since, now=NOW) for since in waited] == [
        "", "", ", the longest for 1 day", ", the longest for 9 days",
    ]  # fmt: skip
