"""The list of skills over HTTP."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog.models import Credential, JobRole, Skill
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.catalog import (
    CredentialFactory,
    CredentialSkillFactory,
    JobRoleFactory,
    RoleSkillFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db
SKILLS = "/api/v1/catalog/skills"
ESCO = "http://data.europa.eu/esco/skill/598de5b0-5b58-4ea7-8058-a4bc4d18c742"


def asked(**query: Any) -> dict[str, Any]:
    """Return the page that a student is answered."""
    body: dict[str, Any] = client_of(UserFactory()).get(SKILLS, query).json()
    return body


def test_a_skill_is_shown_with_its_ids_and_who_asks_for_and_teaches_it() -> None:
    sql = SkillFactory(
        key="sql", name="SQL", category="data", description="Query data.", onet_id="2.A.1.e", esco_uri=ESCO
    )
    for active in (True, True, False):
        RoleSkillFactory(skill=sql, role=JobRoleFactory(active=active))
    for active in (True, False, True, True):
        CredentialSkillFactory(skill=sql, credential=CredentialFactory(active=active))

    assert asked() == {
        "items": [
            {
                "key": "sql",
                "name": "SQL",
                "category": "data",
                "description": "Query data.",
                "onet_id": "2.A.1.e",
                "esco_uri": ESCO,
                "asked_by_roles": 2,
                "taught_by_credentials": 3,
            }
        ],
        "page": 1,
        "page_size": 25,
        "total": 1,
    }


def test_a_skill_that_nothing_active_asks_for_or_teaches_counts_none() -> None:
    SkillFactory(key="chess", name="Chess")

    (item,) = asked()["items"]

    assert (item["key"], item["asked_by_roles"], item["taught_by_credentials"]) == ("chess", 0, 0)
    assert (item["onet_id"], item["esco_uri"]) == ("", "")


def test_the_list_is_paged_by_name_and_then_key_and_counts_all() -> None:
    for number in range(12):
        SkillFactory(key=f"k{11 - number:02}", name="Same" if number > 9 else f"Name {number}")

    body = asked(page=2, page_size=10)

    assert [(item["key"], item["name"]) for item in body["items"]] == [("k00", "Same"), ("k01", "Same")]
    assert (body["page"], body["page_size"], body["total"]) == (2, 10, 12)


def test_capital_letters_do_not_come_first() -> None:
    for key, name in (("seo", "SEO"), ("api-design", "API design"), ("accessibility", "Accessibility")):
        SkillFactory(key=key, name=name)

    assert [item["name"] for item in asked()["items"]] == ["Accessibility", "API design", "SEO"]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"search": "STATIST"}, ["statistics"]),
        ({"search": "sql"}, ["sql"]),
        ({"search": "2.A.1"}, ["statistics"]),
        ({"search": ESCO}, ["sql"]),
        ({"search": "598de5b0"}, ["sql"]),
        ({"search": "%"}, []),
        ({"search": "numbers"}, []),
        ({"role_id": "analyst"}, ["statistics"]),
        ({"role_id": "analyst", "search": "sql"}, []),
        ({"role_id": "00000000-0000-4000-8000-000000000000"}, []),
    ],
)
def test_the_list_is_narrowed_by_role_and_by_part_of_name_or_id(
    query: dict[str, str], keys: list[str]
) -> None:
    role = JobRoleFactory(name="Analyst")
    SkillFactory(key="sql", name="Query languages", esco_uri=ESCO)
    statistics = SkillFactory(
        key="statistics", name="Statistics", description="About numbers.", onet_id="2.A.1.e"
    )
    RoleSkillFactory(skill=statistics, role=role)
    RoleSkillFactory(skill=statistics)

    given = {name: str(role.pk) if value == "analyst" else value for name, value in query.items()}
    body = asked(**given)

    assert [item["key"] for item in body["items"]] == keys
    assert body["total"] == len(keys)


def test_the_number_of_statements_does_not_grow_with_the_list(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of(UserFactory())
    for rows in (1, 3):
        for _ in range(rows):
            skill = SkillFactory()
            RoleSkillFactory(skill=skill)
            CredentialSkillFactory(skill=skill)
        with django_assert_num_queries(4):
            assert client.get(SKILLS).status_code == 200


class TestKeptPages:
    """Pages are kept as they were written, until the catalog is another."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_a_page_is_written_once(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        SkillFactory(key="sql")
        client = client_of(UserFactory())
        first = client.get(SKILLS)

        with django_assert_num_queries(2):
            second = client.get(SKILLS)

        assert second.content == first.content

    def test_it_is_not_the_page_of_another_list(self) -> None:
        CredentialSkillFactory(skill=SkillFactory(key="sql"))
        client = client_of(UserFactory())

        (credential,) = client.get("/api/v1/catalog/credentials").json()["items"]
        (skill,) = client.get(SKILLS).json()["items"]

        assert ("credential_id" in credential, "credential_id" in skill) == (True, False)

    @pytest.mark.parametrize("change", ["renamed", "role retired", "credential retired", "asked", "taught"])
    def test_every_change_is_shown_with_the_next_request(self, change: str) -> None:
        sql = SkillFactory(key="sql", name="SQL")
        RoleSkillFactory(skill=sql)
        CredentialSkillFactory(skill=sql)
        client = client_of(UserFactory())
        client.get(SKILLS)

        match change:
            case "renamed":
                Skill.objects.update(name="Queries")
            case "role retired":
                JobRole.objects.update(active=False)
            case "credential retired":
                Credential.objects.update(active=False)
            case "asked":
                RoleSkillFactory(skill=sql)
            case "taught":
                CredentialSkillFactory(skill=sql)

        (after,) = client.get(SKILLS).json()["items"]
        shown = (after["name"], after["asked_by_roles"], after["taught_by_credentials"])
        assert (
            shown
            == {
                "renamed": ("Queries", 1, 1),
                "role retired": ("SQL", 0, 1),
                "credential retired": ("SQL", 1, 0),
                "asked": ("SQL", 2, 1),
                "taught": ("SQL", 1, 2),
            }[change]
        )
