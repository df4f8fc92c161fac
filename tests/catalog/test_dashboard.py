"""What the catalog tells a curator."""

import pytest
from django.utils import timezone

from catalog import dashboard
from catalog.models import JobRole
from tests.factories.catalog import (
    CredentialDocumentFactory,
    CredentialFactory,
    CredentialSkillFactory,
    JobRoleFactory,
    QuestionFactory,
    RoleSkillFactory,
    published_question,
)

pytestmark = pytest.mark.django_db


def said() -> list[str]:
    return [sign.text for sign in dashboard.signs(now=timezone.now())]


def test_a_catalog_that_is_whole_says_nothing() -> None:
    role = JobRoleFactory(assessment_size=1)
    RoleSkillFactory(role=role)
    published_question(role=role)
    credential = CredentialFactory()
    CredentialSkillFactory(credential=credential)
    CredentialDocumentFactory(credential=credential)

    assert said() == []


def test_roles_that_lack_questions_or_skills_are_named_and_retired_ones_are_not() -> None:
    role = JobRoleFactory(name="Data Analyst", assessment_size=2)
    QuestionFactory(role=role, key="draft")
    published_question(role=role)
    JobRoleFactory(name="Old", active=False)

    assert said() == [
        "Data Analyst asks for no skill, so nothing follows from its assessment.",
        "Data Analyst has 1 published question; its assessment is to ask 2.",
        "1 question was never published.",
    ]


def test_of_many_roles_only_some_are_named() -> None:
    for number in range(7):
        JobRoleFactory(name=f"Role {number}", assessment_size=1)
    for role in JobRole.objects.all():
        RoleSkillFactory(role=role)

    assert said()[-2:] == [
        "Role 4 has 0 published questions; its assessment is to ask 1.",
        "2 more roles are like that.",
    ]


def test_credentials_that_cannot_be_recommended_or_quoted_are_counted() -> None:
    CredentialSkillFactory()
    CredentialDocumentFactory()
    CredentialFactory(active=False)

    assert said() == [
        "1 credential brings no skill, so it is never recommended.",
        "1 credential has no document, so nothing can be quoted from it.",
    ]
