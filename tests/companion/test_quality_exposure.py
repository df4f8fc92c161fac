"""The page about what recommendations do as a whole."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from catalog.models import Credential
from recommendations.enums import Acceptance
from recommendations.services import record_feedback
from scoring.statistics import SMALLEST_GROUP
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import CredentialFactory, JobRoleFactory
from tests.factories.recommendations import RecommendationFactory, RecommendationItemFactory

pytestmark = pytest.mark.django_db

ADDRESS = "advisor:quality-recommendations"


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(client: Client, **query: str) -> str:
    response = client.get(reverse(ADDRESS), query)
    assert response.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def recommended(credential: Credential, *, times: int, accepted: int = 0, **run: Any) -> Any:
    for number in range(times):
        levels = [{"level": 1.0}] * (1 + number % 2) + [{"level": None}]
        made = {"generated_at": timezone.now(), "parameters": {"profile": levels}, **run}
        item = RecommendationItemFactory(
            recommendation=RecommendationFactory(**made), credential=credential, position=1
        )
        if accepted:
            status = Acceptance.ACCEPTED if number < accepted else Acceptance.REJECTED
            record_feedback(
                by=item.recommendation.assessment.user,
                recommendation_id=item.recommendation_id,
                relevance_score=4,
                acceptance_status=status,
                credential_id=credential.pk,
                now=timezone.now(),
            )
    return item


@pytest.mark.parametrize("kind", [Role.STUDENT, Role.ADVISOR, Role.GUARDIAN])
def test_for_everybody_but_admins_there_is_no_page(kind: Role) -> None:
    assert browser_of(UserFactory(role=kind)).get(reverse(ADDRESS)).status_code == 404


def test_an_empty_house_is_told_so() -> None:
    assert "Nothing was recommended yet" in text_of(browser_of(AdminFactory()))


def test_figures_over_many_lists() -> None:
    joins, other = (
        CredentialFactory(title="Joins", provider="Harbour"),
        CredentialFactory(provider="Northern"),
    )
    recommended(joins, times=2 * SMALLEST_GROUP, accepted=SMALLEST_GROUP)

    page = text_of(browser_of(AdminFactory()))

    total = 2 * SMALLEST_GROUP
    assert f"{total} lists for {total} students" in page
    assert f"Everybody {total} 50 %" in page
    assert "50 % (1 of 2)" in page
    assert "100 % of all places" in page
    assert "Harbour 50 % 100 % 2.00" in page
    assert f"Northern {50} % 0 % 0.00" in page
    assert f"Joins {total} 50 % ({total})" in page
    assert f"Fewer than 2 {SMALLEST_GROUP} 0.60 " in page
    assert other.title not in page


def test_what_was_said_of_a_list_counts_after_it_was_made_anew_and_once() -> None:
    joins, charts = CredentialFactory(title="Joins"), CredentialFactory(title="Charts")
    for _ in range(SMALLEST_GROUP):
        item = recommended(joins, times=1, accepted=1)
        former = item.recommendation
        type(former).objects.filter(pk=former.pk).update(effective=False)
        # It leaves out what was accepted.
        recommended(charts, times=1, assessment=former.assessment, run=2)

    page = text_of(browser_of(AdminFactory()))

    assert f"{SMALLEST_GROUP} lists for {SMALLEST_GROUP} students" in page
    assert f"Everybody {SMALLEST_GROUP} 100 %" in page
    assert "Joins" not in page


def test_of_few_students_no_rates_are_shown() -> None:
    recommended(CredentialFactory(title="Joins"), times=SMALLEST_GROUP - 1, accepted=1)

    page = text_of(browser_of(AdminFactory()))

    assert "too few students" in page
    assert f"No credential was recommended to {SMALLEST_GROUP} students yet." in page
    assert "Joins" not in page


def test_it_is_narrowed_by_role_time_and_made_up_learners() -> None:
    credential, client = CredentialFactory(), browser_of(AdminFactory())
    item = recommended(credential, times=1)
    recommended(credential, times=1, generated_at=timezone.now() - dt.timedelta(days=40))
    made_up = recommended(credential, times=1).recommendation.assessment
    type(made_up).objects.filter(pk=made_up.pk).update(metadata={"synthetic": True})
    role = item.recommendation.assessment.role

    assert "2 lists for 2 students" in text_of(client)
    assert "3 lists for 3 students" in text_of(client, synthetic="on")
    assert "1 list for 1 student" in text_of(client, days="30")
    assert "1 list for 1 student" in text_of(client, role=str(role.pk))
    assert "Nothing was recommended yet" in text_of(client, role=str(JobRoleFactory().pk))
    assert "2 lists" in text_of(client, role="nobody", days="many")


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    client = browser_of(AdminFactory())
    counts = []
    for _ in range(2):
        recommended(CredentialFactory(), times=1, accepted=1)
        with CaptureQueriesContext(connection) as asked:
            text_of(client)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_it_is_found_from_the_quality_pages() -> None:
    page = browser_of(AdminFactory()).get(reverse("advisor:quality")).content.decode()

    assert f'href="{reverse(ADDRESS)}"' in page
