"""Publishing and retiring questions and credentials."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from catalog import queries, services
from catalog.events import catalog_published
from catalog.models import Question, QuestionVersion, RoleSkill
from catalog.services import QuestionInvalid
from ops.models import AuditLog
from tests.factories.catalog import (
    NOW,
    CredentialFactory,
    QuestionFactory,
    RoleSkillFactory,
    published_question,
)

pytestmark = pytest.mark.django_db


def test_publishing_twice_without_a_change_makes_one_version() -> None:
    question = published_question()

    again = services.publish_question(by=None, question=question, now=NOW)

    assert QuestionVersion.objects.get() == again
    assert question.version == "1"


def test_an_edited_draft_reaches_assessments_only_when_it_is_published() -> None:
    question = published_question()
    Question.objects.filter(pk=question.pk).update(prompt="Reworded?")

    before = queries.question_pool(question.role_id)[0]
    services.publish_question(by=None, question=question, now=NOW + dt.timedelta(minutes=1))
    after = queries.question_pool(question.role_id)[0]

    assert before.content["prompt"] != "Reworded?"
    assert (after.content["prompt"], after.version) == ("Reworded?", "2")


def test_a_question_whose_key_names_no_choice_is_not_published() -> None:
    question = QuestionFactory(
        choices=[{"id": "c1", "text": "Alpha"}], rules={"kind": "choice", "correct": ["c9"]}
    )

    with pytest.raises(QuestionInvalid) as caught:
        services.publish_question(by=None, question=question, now=NOW)

    assert caught.value.details == {"problems": ["rules.correct: there is no choice 'c9'"]}
    assert not QuestionVersion.objects.exists()


def test_a_published_version_can_be_neither_changed_nor_deleted() -> None:
    published_question()

    with pytest.raises(DatabaseError, match="question_versions is append-only"), transaction.atomic():
        QuestionVersion.objects.update(version="9")
    with pytest.raises(DatabaseError, match="question_versions is append-only"), transaction.atomic():
        QuestionVersion.objects.all()._raw_delete("default")


def test_a_retired_question_leaves_the_pool_and_is_audited() -> None:
    question = published_question()

    services.set_question_active(by=None, question=question, active=False)

    assert queries.question_pool(question.role_id) == []
    assert AuditLog.objects.filter(action="question.retired", resource_id=question.pk).count() == 1


def test_a_retired_credential_is_announced_and_no_longer_found() -> None:
    credential = CredentialFactory()
    heard: list[object] = []

    def hear(**arguments: object) -> None:
        heard.append(arguments["signal"])

    catalog_published.connect(hear)
    try:
        services.set_credential_active(by=None, credential=credential, active=False)
    finally:
        catalog_published.disconnect(hear)

    assert heard == [catalog_published]
    with pytest.raises(queries.CredentialMissing):
        queries.credential(credential.pk)


@pytest.mark.parametrize(
    ("field", "value", "constraint"),
    [
        ("target_level", "5.5", "role_skills_target_on_scale"),
        ("target_level", "0.5", "role_skills_target_on_scale"),
        ("importance", 6, "role_skills_importance_on_scale"),
    ],
)
def test_the_database_keeps_levels_on_their_scale(field: str, value: object, constraint: str) -> None:
    need = RoleSkillFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RoleSkill.objects.filter(pk=need.pk).update(**{field: value})
