"""The catalog over HTTP."""

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from catalog import queries
from catalog.models import Credential, CredentialSkill, Skill
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.catalog import (
    CredentialDocumentFactory,
    CredentialFactory,
    CredentialSkillFactory,
    JobRoleFactory,
    RoleSkillFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db
CREDENTIALS = "/api/v1/catalog/credentials"


def test_a_credential_shows_its_skills_and_documents() -> None:
    credential = CredentialFactory(title="SQL Joins")
    CredentialSkillFactory(credential=credential, skill=SkillFactory(key="sql", name="SQL"))
    CredentialDocumentFactory(credential=credential, text="# SQL Joins\n\nInner and outer.\n")

    body = client_of(UserFactory()).get(f"{CREDENTIALS}/{credential.pk}").json()

    assert body["credential_id"] == str(credential.pk)
    assert body["skills"] == ["SQL"]
    assert body["skill_levels"] == [
        {"key": "sql", "name": "SQL", "level": 3.0, "onet_id": "", "esco_uri": ""}
    ]
    assert body["documents"][0]["text"] == "# SQL Joins\n\nInner and outer.\n"


def test_the_list_is_paged_and_counts_all() -> None:
    for number in range(12):
        CredentialFactory(title=f"Credential {number:02}")

    body = client_of(UserFactory()).get(CREDENTIALS, {"page": 2, "page_size": 10}).json()

    assert [item["title"] for item in body["items"]] == ["Credential 10", "Credential 11"]
    assert (body["page"], body["page_size"], body["total"]) == (2, 10, 12)


def test_lists_go_by_letters_be_they_capitals_or_not() -> None:
    names = ["SQL in Depth", "iOS Basics", "Sampling", "HTML", "ärzte", "Ökologie", "sql"]
    for name in names:
        CredentialFactory(title=name)
        JobRoleFactory(name=name)
    client = client_of(UserFactory())

    credentials = client.get(CREDENTIALS).json()["items"]
    roles = client.get("/api/v1/catalog/roles").json()["items"]

    ordered = ["HTML", "iOS Basics", "Sampling", "sql", "SQL in Depth", "ärzte", "Ökologie"]
    assert [item["title"] for item in credentials] == ordered
    assert [item["name"] for item in roles] == ordered


def test_a_page_of_credentials_is_read_from_the_index_that_is_in_its_order() -> None:
    CredentialFactory.create_batch(3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

    plan = queries.credentials().prefetch_related(None).order_by(*queries.BY_TITLE)[:10].explain()

    assert "Index Scan using credential_catalog_by_title" in plan


def test_the_list_is_narrowed_by_role_skill_and_words() -> None:
    role = JobRoleFactory()
    wanted = CredentialFactory(title="Window Functions", description="Ranking rows in reports.")
    wanted.roles.add(role)
    CredentialSkillFactory(credential=wanted, skill=SkillFactory(key="sql"))
    CredentialFactory(title="Colour Theory")
    CredentialFactory(title="Retired", active=False)
    client = client_of(UserFactory())

    for query in (
        {"role_id": str(role.pk)},
        {"skill": "sql"},
        {"search": "rank reports"},
        {"search": "windo"},
    ):
        titles = [item["title"] for item in client.get(CREDENTIALS, query).json()["items"]]
        assert titles == ["Window Functions"], query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
        ({"page": "99999999999999999999"}, "page"),
        ({"page_size": "9"}, "page_size"),
        ({"page_size": "101"}, "page_size"),
        ({"role_id": "nobody"}, "role_id"),
        ({"search": "a\x00b"}, "search"),
        ({"search": "x" * 201}, "search"),
    ],
)
@pytest.mark.parametrize("address", [CREDENTIALS, "/api/v1/catalog/skills"])
def test_a_query_that_makes_no_sense_is_named(address: str, query: dict[str, str], field: str) -> None:
    reply = client_of(UserFactory()).get(address, query)

    assert reply.status_code == 400
    assert reply.json()["error_code"] == "INVALID_400"
    assert list(reply.json()["details"]["fields"]) == [field]


def test_the_number_of_statements_does_not_grow_with_the_list(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of(UserFactory())
    for rows in (1, 3):
        for _ in range(rows):
            CredentialSkillFactory()
        with django_assert_num_queries(5):
            assert client.get(CREDENTIALS).status_code == 200


def test_roles_are_listed_with_what_they_ask_for() -> None:
    RoleSkillFactory(role=JobRoleFactory(name="Clerk"), skill=SkillFactory(key="sql", name="SQL"))
    JobRoleFactory(name="Retired", active=False)

    body = client_of(UserFactory()).get("/api/v1/catalog/roles").json()

    assert [item["name"] for item in body["items"]] == ["Clerk"]
    assert body["items"][0]["skills"] == [
        {"key": "sql", "name": "SQL", "target_level": 4.0, "importance": 3, "onet_id": "", "esco_uri": ""}
    ]


class TestKeptPages:
    """Pages are kept as they were written, until the catalog is another."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_a_page_is_written_once(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        CredentialFactory(title="SQL Joins")
        client = client_of(UserFactory())
        first = client.get(CREDENTIALS)

        with django_assert_num_queries(2):
            second = client.get(CREDENTIALS)

        assert second.content == first.content
        assert second.headers["Content-Type"] == first.headers["Content-Type"] == "application/json"

    @pytest.mark.parametrize(
        "change", ["added", "renamed", "retired", "skill", "level", "skill renamed", "role"]
    )
    def test_every_change_is_shown_with_the_next_request(self, change: str) -> None:
        role, skill = JobRoleFactory(), SkillFactory(key="sql")
        credential = CredentialFactory(title="SQL Joins")
        credential.roles.add(role)
        link = CredentialSkillFactory(credential=credential, skill=skill)
        client = client_of(UserFactory())
        query = {"role_id": str(role.pk)} if change == "role" else {}
        before = client.get(CREDENTIALS, query).json()

        match change:
            case "added":
                CredentialFactory(title="Another")
            case "renamed":
                Credential.objects.filter(pk=credential.pk).update(title="Joins")
            case "retired":
                credential.active = False
                credential.save()
            case "skill":
                CredentialSkillFactory(credential=credential, skill=SkillFactory())
            case "level":
                CredentialSkill.objects.filter(pk=link.pk).update(level=1)
            case "skill renamed":
                Skill.objects.filter(pk=skill.pk).update(name="Queries")
            case "role":
                credential.roles.remove(role)

        after = client.get(CREDENTIALS, query).json()
        assert after != before
        assert after["total"] == {"added": 2, "retired": 0, "role": 0}.get(change, 1)

    def test_another_question_has_a_page_of_its_own(self) -> None:
        CredentialFactory(title="SQL Joins")
        CredentialFactory(title="Colour Theory")
        client = client_of(UserFactory())

        found = [
            client.get(CREDENTIALS, {"search": words}).json()["total"] for words in ("SQL", "theory", "SQL")
        ]

        assert found == [1, 1, 1]
        assert client.get(CREDENTIALS, {"page": 0}).status_code == 400
        assert client.get(CREDENTIALS, {"page": 0}).status_code == 400
        assert client_of(UserFactory()).get(CREDENTIALS).json()["total"] == 2

    def test_whoever_asks_for_indents_gets_them(self) -> None:
        CredentialFactory(title="SQL Joins")
        client = client_of(UserFactory())
        plain = client.get(CREDENTIALS)

        indented = client.get(CREDENTIALS, headers={"Accept": "application/json; indent=2"})

        assert indented.json() == plain.json()
        assert indented.content.startswith(b'{\n  "items"')
