"""Curating the catalog in the admin, and who may not."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from catalog.events import catalog_published
from catalog.models import Credential, CredentialDocument, JobRole, Question, QuestionVersion, Skill
from ops.models import AuditLog
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import (
    QUESTIONS,
    CredentialDocumentFactory,
    CredentialFactory,
    CredentialSkillFactory,
    JobRoleFactory,
    QuestionFactory,
    RoleSkillFactory,
    SkillFactory,
    published_question,
)

pytestmark = pytest.mark.django_db
OURS = ["accounts", "catalog", "assessments", "scoring"]
MODELS = [model for model in admin.site._registry if model._meta.app_label in OURS]
CURATED = ["jobrole", "skill", "question", "credential"]


@pytest.fixture
def curator() -> User:
    user: User = AdminFactory()
    return user


@pytest.fixture
def client(curator: User) -> Client:
    browser = Client()
    browser.force_login(curator)
    return browser


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def form_of(client: Client, where: str) -> dict[str, Any]:
    """Return what a browser would send if the form were submitted as it is."""
    context = client.get(where).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent: dict[str, Any] = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is None or value is False:
                continue
            sent[field.html_name] = [str(one) for one in value] if isinstance(value, list) else str(value)
    return sent


def run_action(client: Client, model: Any, name: str, *rows: Any) -> str:
    body = {"action": name, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(address(model, "changelist"), body, follow=True).content.decode()


def actions_recorded() -> list[str]:
    ours = AuditLog.objects.filter(resource_type__in=["job_role", "skill", "question", "credential"])
    return list(ours.order_by("created_at", "pk").values_list("action", flat=True))


class TestWhoMayEnter:
    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
    def test_admins_read_every_list(self, client: Client, model: Any) -> None:
        submitted_assessment()
        published_question()
        CredentialDocumentFactory()

        assert client.get(address(model, "changelist")).status_code == 200

    @pytest.mark.parametrize("role", [Role.STUDENT, Role.ADVISOR, Role.GUARDIAN])
    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
    def test_others_are_sent_away(self, model: Any, role: Role) -> None:
        browser = Client()
        browser.force_login(UserFactory(role=role))

        response = browser.get(address(model, "changelist"))

        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")

    @pytest.mark.parametrize("name", CURATED)
    def test_every_form_can_be_opened_and_nothing_be_deleted(self, client: Client, name: str) -> None:
        question = published_question(role=RoleSkillFactory().role)
        credential = CredentialSkillFactory(credential=CredentialDocumentFactory().credential).credential
        rows = {
            "jobrole": question.role,
            "skill": SkillFactory(),
            "question": question,
            "credential": credential,
        }
        row = rows[name]

        assert client.get(address(row, "add")).status_code == 200
        assert client.get(address(row, "change", row.pk)).status_code == 200
        assert client.post(address(row, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert type(row).objects.filter(pk=row.pk).exists()

    @pytest.mark.parametrize(
        ("model", "said"),
        [
            (
                JobRole,
                [
                    "Students read it before they begin.",
                    "From 1 to 5, an expert&#x27;s.",
                    "From 1, helpful, to 5",
                ],
            ),
            (Skill, ["What somebody can do who has it", "such as 2.A.1.c; may stay empty."]),
            (
                Question,
                [
                    "Points that a right answer earns; above 0.",
                    "From 1, the easiest, to 5.",
                    "beside its other",
                ],
            ),
            (
                Credential,
                ["Hours of work that it takes.", "of a PDF copy its text", "From 1 for beginners to 5 for"],
            ),
        ],
    )
    def test_forms_say_what_their_fields_ask_for(self, client: Client, model: Any, said: list[str]) -> None:
        page = client.get(address(model, "add")).content.decode()

        assert [one for one in [*said, "Imports find it again by its key"] if one not in page] == []

    def test_assessments_with_their_scores_are_there_to_look_at_only(self, client: Client) -> None:
        assessment = submitted_assessment()
        score = assessment.rule_scores.all()[0]

        for row in (assessment, score):
            shown = client.get(address(row, "change", row.pk))
            assert shown.status_code == 200
            assert "_save" not in shown.content.decode()
            assert client.post(address(row, "change", row.pk), {}).status_code == 403
            assert client.get(address(row, "add")).status_code == 403

    def test_a_published_version_is_there_to_look_at_only(self, client: Client) -> None:
        version = published_question("essay").versions.get()

        shown = client.get(address(version, "change", version.pk)).content.decode()

        assert "guidance-canary-reasoning" in shown
        assert client.post(address(version, "change", version.pk), {}).status_code == 403


class TestQuestions:
    @pytest.mark.parametrize("question_type", sorted(QUESTIONS))
    def test_saving_what_is_shown_changes_nothing(self, client: Client, question_type: str) -> None:
        question = published_question(question_type)
        where = address(question, "change", question.pk)

        response = client.post(where, {**form_of(client, where), "catalog_question_save_and_publish": "1"})

        assert response.status_code == 302
        assert QuestionVersion.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "entered", "said"),
        [
            ("rules", '{"kind": "choice", "correct": ["c9"]}', "there is no choice &#x27;c9&#x27;"),
            ("rules", '{"kind": "numeric", "value": "1"}', "must be &#x27;choice&#x27;"),
            ("rules", "[1, 2]", "is not of type &#x27;object&#x27;"),
            ("rules", '{\n "kind": choice}', "This is not JSON: line 2, column 10: expecting value."),
            (
                "rules",
                '{"kind": "choice", "correct": ["c2"], "correct": ["c1"]}',
                "“correct” stands twice in one object",
            ),
            ("rules", '{"kind": "choice", "correct": ' + "[" * 900 + "]" * 900 + "}", "nested too deeply"),
            ("rules", "[" * 20_000 + "]" * 20_000, "nested too deeply"),
            (
                "rules",
                '{"kind": "profile", "signals": [{"choice": "c1", "skill": "sql", "level": NaN}]}',
                "NaN is not a",
            ),
            ("answer_format", '{"max_choices": 1e999}', "1e999 is out of range"),
            ("answer_format", '{"max_choices": ' + "9" * 5_000 + "}", "has too many digits"),
            ("choices", '["Alpha"]', "is not of type &#x27;object&#x27;"),
            ("choices", '[{"id": "c2", "text": "A"}, {"id": "c2", "text": "B"}]', "is used 2 times"),
            ("rubric", '{"criteria": []}', "only an essay question has one"),
            ("feedback", '{"student": 5}', "is not of type &#x27;string&#x27;"),
            ("feedback", '{"student": "a\\u0000b"}', "cannot be stored"),
            ("feedback", '{"student": "\\ud800"}', "cannot be stored"),
            ("answer_format", '{"max_choices": "one"}', "is not of type &#x27;integer&#x27;"),
            ("weight", "0", ""),
            ("difficulty", "6", ""),
        ],
    )
    def test_what_contradicts_itself_is_refused(
        self, client: Client, field: str, entered: str, said: str
    ) -> None:
        question = published_question()
        where = address(question, "change", question.pk)

        response = client.post(where, {**form_of(client, where), field: entered})

        assert response.status_code == 200
        assert said in response.content.decode()
        assert Question.objects.get().rules["correct"] == ["c2"]
        assert "question.changed" not in actions_recorded()

    @pytest.mark.parametrize("part", ["profile", "essay"])
    def test_a_skill_that_is_not_there_is_refused(self, client: Client, part: str) -> None:
        question = published_question(part)
        where = address(question, "change", question.pk)
        rubric = json.loads(json.dumps(QUESTIONS["essay"]["rubric"]))
        rubric["criteria"][0]["skill"] = "no-such-skill"
        rules = {"kind": "profile", "signals": [{"choice": "c1", "skill": "no-such-skill", "level": 2}]}
        entered = {"rules": json.dumps(rules)} if part == "profile" else {"rubric": json.dumps(rubric)}

        response = client.post(where, {**form_of(client, where), **entered})

        assert "there is no skill &#x27;no-such-skill&#x27;" in response.content.decode()

    def test_a_change_is_stored_and_recorded_but_not_published(self, client: Client, curator: User) -> None:
        question = published_question()
        where = address(question, "change", question.pk)

        client.post(where, {**form_of(client, where), "prompt": "A better prompt?"})

        assert Question.objects.get().prompt == "A better prompt?"
        assert QuestionVersion.objects.get().content["prompt"] != "A better prompt?"
        line = AuditLog.objects.get(action="question.changed")
        assert (line.actor_id, line.metadata) == (curator.pk, {"fields": ["prompt"]})
        assert "with changes that are not published yet" in client.get(where).content.decode()

    def test_saving_and_publishing_freezes_new_skills_too(self, client: Client) -> None:
        question = published_question()
        where = address(question, "change", question.pk)
        body = form_of(client, where)
        body |= {
            "question_skills-TOTAL_FORMS": "2",
            "question_skills-1-skill": str(SkillFactory(key="testing").pk),
            "question_skills-1-weight": "0.5",
            "catalog_question_save_and_publish": "1",
        }

        client.post(where, body)

        newest = QuestionVersion.objects.get(version="2")
        assert [entry["skill"] for entry in newest.content["skills"]] == ["sql", "testing"]
        assert Question.objects.get().version == "2"
        assert actions_recorded()[-2:] == ["question.changed", "question.published"]

    def test_a_new_one_is_published_at_once_where_that_is_asked_for(self, client: Client) -> None:
        where = address(Question, "add")
        body = form_of(client, where)
        body |= {
            "role": str(JobRoleFactory().pk), "key": "first", "question_type": "short_text", "prompt": "Which join?",
            "rules": '{"kind": "short_text", "accepted": [{"text": "inner"}]}', "weight": "1", "difficulty": "2",
            "catalog_question_save_and_publish": "1",
        }  # fmt: skip

        assert b"Save and publish" in client.get(where).content
        assert client.post(where, body).status_code == 302

        assert Question.objects.get().version == "1"
        assert actions_recorded() == ["question.created", "question.published"]

    def test_publishing_names_what_stands_in_the_way(self, client: Client) -> None:
        good = QuestionFactory(**QUESTIONS["multiple_choice"])
        bad = QuestionFactory(rules={"kind": "choice", "correct": []})

        shown = run_action(client, Question, "publish", good, bad)

        assert f"{good.key} is published as version 1." in shown
        assert f"{bad.key} is not published: rules" in shown
        assert [version.question for version in QuestionVersion.objects.all()] == [good]

    def test_questions_are_retired_and_put_back(self, client: Client) -> None:
        question = published_question()

        assert "1 question retired." in run_action(client, Question, "retire", question)
        assert not Question.objects.get().active

        run_action(client, Question, "activate", question)
        assert Question.objects.get().active
        assert actions_recorded()[-2:] == ["question.retired", "question.activated"]

    def test_drafts_can_be_looked_for(self, client: Client) -> None:
        draft, published = QuestionFactory(), published_question()

        listed = client.get(address(Question, "changelist"), {"published": "no"}).content.decode()

        assert draft.key in listed
        assert published.key not in listed


class TestCredentials:
    def test_a_changed_document_keeps_plain_line_ends_and_its_hash(
        self, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        document = CredentialDocumentFactory()
        where = address(document.credential, "change", document.credential.pk)
        announced: list[object] = []

        def hear(**_: object) -> None:
            announced.append(None)

        catalog_published.connect(hear)
        try:
            body = {**form_of(client, where), "documents-0-text": "# New\r\n\r\nText.\r\n"}
            response = client.post(where, body)
        finally:
            catalog_published.disconnect(hear)

        assert response.status_code == 302
        document.refresh_from_db()
        assert document.text.rstrip() == "# New\n\nText."
        assert len(document.content_hash) == 64
        assert len(announced) == 1
        assert actions_recorded() == ["credential.changed"]

    def test_a_document_of_two_megabytes_can_be_saved_and_saved_again(self, client: Client) -> None:
        document = CredentialDocumentFactory()
        where = address(document.credential, "change", document.credential.pk)
        text = "Practise SQL joins on real tables. " * 70_000

        assert len(text) > 2 * 1024 * 1024
        assert client.post(where, form_of(client, where) | {"documents-0-text": text}).status_code == 302
        assert client.post(where, form_of(client, where) | {"title": "Renamed"}).status_code == 302

        document.refresh_from_db()
        assert (document.text, document.credential.title) == (text.rstrip(), "Renamed")

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("level", "9", "The level is a number from 1 to 5."),
            ("hours", "0", "It takes at least one hour."),
            ("language", "klingon", "Write a language as two letters"),
            ("documents-0-language", "EN", "Write a language as two letters"),
        ],
    )
    def test_what_a_rule_forbids_is_refused_with_what_it_asks(
        self, client: Client, field: str, value: str, said: str
    ) -> None:
        credential = CredentialDocumentFactory().credential
        where = address(credential, "change", credential.pk)

        response = client.post(where, form_of(client, where) | {field: value})

        assert response.status_code == 200
        assert said in response.content.decode()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("SQL joins " * 450_000, "At most 4 MB; put the rest into another document."),
            ("\u200b \ufeff ...", "There are no words in it."),
        ],
        ids=["too long", "nothing to read"],
    )
    def test_a_document_that_cannot_be_used_is_refused_with_a_sentence(
        self, client: Client, text: str, said: str
    ) -> None:
        document = CredentialDocumentFactory()
        where = address(document.credential, "change", document.credential.pk)

        response = client.post(where, form_of(client, where) | {"documents-0-text": text})

        (formset,) = [
            one.formset
            for one in response.context["inline_admin_formsets"]
            if one.formset.prefix == "documents"
        ]
        assert formset.errors[0]["text"] == [said]
        assert CredentialDocument.objects.get().text == document.text

    @pytest.mark.parametrize(
        ("skills", "text", "said"),
        [
            (1, "Joins.", []),
            (0, "Joins.", ["“SQL” brings no skill yet, so it is never recommended."]),
            (1, None, ["“SQL” has no source document yet, so it is recommended without passages to read."]),
            (
                1,
                "Joins if 1 < 2.\n<p>Outer joins.</p>",
                [
                    "A document of “SQL” has HTML in it, which is shown as it is written. "
                    "Plain text or Markdown reads better."
                ],
            ),
        ],
    )
    def test_what_keeps_one_from_being_recommended_well_is_said_when_it_is_saved(
        self, client: Client, skills: int, text: str | None, said: list[str]
    ) -> None:
        credential = CredentialFactory(title="SQL")
        CredentialSkillFactory.create_batch(skills, credential=credential)
        if text is not None:
            CredentialDocumentFactory(credential=credential, text=text)
        where = address(Credential, "change", credential.pk)

        response = client.post(where, form_of(client, where) | {"hours": "9"}, follow=True)

        warnings = [str(one) for one in response.context["messages"] if one.level_tag == "warning"]
        assert warnings == said

    def test_a_new_one_is_recorded(self, client: Client) -> None:
        where = address(Credential, "add")
        body = form_of(client, where)
        body |= {
            "title": "SQL", "key": "sql", "uri": "https://example.org/sql", "level": "2", "hours": "8",
            "credential_skills-TOTAL_FORMS": "1", "credential_skills-0-skill": str(SkillFactory().pk),
            "credential_skills-0-level": "2.5",
        }  # fmt: skip

        assert client.post(where, body).status_code == 302

        assert Credential.objects.get().credential_skills.get().level == Decimal("2.5")
        assert actions_recorded() == ["credential.created"]

    def test_they_are_retired_and_put_back(self, client: Client) -> None:
        credential = CredentialFactory()

        assert "1 credential retired." in run_action(client, Credential, "retire", credential)
        assert not Credential.objects.get().active

        run_action(client, Credential, "activate", credential)
        assert Credential.objects.get().active
        assert actions_recorded() == ["credential.retired", "credential.activated"]

    def test_the_key_stays(self, client: Client) -> None:
        credential = CredentialFactory(key="kept")
        where = address(credential, "change", credential.pk)

        client.post(where, {**form_of(client, where), "key": "changed", "provider": "Another"})

        assert list(Credential.objects.values_list("key", "provider")) == [("kept", "Another")]


class TestRoles:
    def test_they_are_retired_and_put_back(self, client: Client) -> None:
        role = JobRoleFactory()

        assert "1 role retired." in run_action(client, JobRole, "retire", role)
        assert not JobRole.objects.get().active

        run_action(client, JobRole, "activate", role)
        assert JobRole.objects.get().active
        assert actions_recorded() == ["job_role.retired", "job_role.activated"]

    def test_whether_a_role_is_on_offer_is_no_field_of_its_form(self, client: Client) -> None:
        where = address(JobRoleFactory(active=False), "change", JobRole.objects.get().pk)

        client.post(where, {**form_of(client, where), "active": "on", "description": "Another."})

        assert list(JobRole.objects.values_list("active", "description")) == [(False, "Another.")]

    def test_what_a_role_asks_for_is_recorded_with_it(self, client: Client) -> None:
        need = RoleSkillFactory()
        where = address(need.role, "change", need.role.pk)

        client.post(where, {**form_of(client, where), "role_skills-0-target_level": "2.5"})

        need.refresh_from_db()
        assert need.target_level == Decimal("2.5")
        assert AuditLog.objects.get(resource_type="job_role").metadata == {"fields": ["role_skills"]}

    def test_the_list_counts_the_questions_that_can_be_asked(self, client: Client) -> None:
        role = published_question().role
        QuestionFactory(role=role)

        listed = client.get(address(JobRole, "changelist"))

        assert listed.context["cl"].result_list[0].published == 1
