import pytest

from catalog.skill_texts import skill_texts
from tests.factories.catalog import CredentialFactory, CredentialSkillFactory, SkillFactory

pytestmark = pytest.mark.django_db


def test_a_credential_is_about_what_it_teaches_furthest() -> None:
    joins = CredentialFactory(title="Joins", description="Several tables.")
    sql, statistics = SkillFactory(key="sql"), SkillFactory(key="statistics")
    CredentialSkillFactory(credential=joins, skill=sql, level=4)
    CredentialSkillFactory(credential=joins, skill=statistics, level=2)

    found = {one.key: one.taught for one in skill_texts()}

    assert found == {"sql": ("Joins. Several tables.",), "statistics": ()}


def test_a_credential_without_skills_is_about_none() -> None:
    CredentialFactory()
    SkillFactory(key="sql")

    (sql,) = skill_texts()

    assert sql.taught == ()


def test_a_retired_credential_is_about_none() -> None:
    CredentialSkillFactory(skill=SkillFactory(key="sql"), credential__active=False)

    (sql,) = skill_texts()

    assert sql.taught == ()
