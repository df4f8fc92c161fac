"""Trying answers beside the question's form: for curators only, by what is saved and by what is not."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from catalog.models import Question
from ops.models import AuditLog
from scoring.models import RuleScore
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import QUESTIONS, QuestionFactory, published_question

pytestmark = pytest.mark.django_db
NEW = "/admin/catalog/question/try/"
# What a browser would send as the answer of a question of each type in tests/factories, and what comes of it.
ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "multiple_choice": ({"choice": "c2"}, "1.00 of 1.00 points"),
    "numeric": ({"value": "42", "unit": ""}, "1.00 of 1.00 points"),
    "short_text": ({"text": "ShortTextCanary."}, "1.00 of 1.00 points"),
    "ordering": ({"0": "c2", "1": "c1", "2": "c3"}, "0.67 of 1.00 points"),
    "matching": ({"0": "r2", "1": "r2"}, "0.50 of 1.00 points"),
    "profile": ({"choice": "c2"}, "Profile questions earn no points."),
    "essay": ({"text": "too short"}, "No scorer would read this answer."),
}


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.force_login(AdminFactory())
    return browser


def where(question: Question) -> str:
    return reverse("try-question", args=[question.pk])


def sent(question_type: str, answer: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """What the question's form sends, with an answer if there is one."""
    parts = (
        {"choices": None, "answer_format": {}, "rules": {}, "rubric": {}} | QUESTIONS[question_type] | changed
    )
    body = {"question_type": question_type, "prompt": "A prompt?", "weight": str(parts.pop("weight", "1"))}
    body |= {name: json.dumps(parts[name]) for name in ("choices", "answer_format", "rules", "rubric")}
    if answer is not None:
        body |= {"trial": "answer"} | {f"answer-{name}": value for name, value in answer.items()}
    return body


class TestWhoMayTry:
    @pytest.mark.parametrize("role", [Role.STUDENT, Role.ADVISOR, Role.GUARDIAN])
    def test_others_than_curators_are_sent_to_the_log_in(self, role: Role) -> None:
        browser = Client()
        browser.force_login(UserFactory(role=role))

        for address in (NEW, where(published_question())):
            response = browser.post(address, sent("numeric", {"value": "42.5"}))
            assert response.status_code == 302
            assert response["Location"].startswith("/admin/login/")

    def test_staff_who_may_not_change_questions_are_refused(self) -> None:
        staff: User = AdminFactory(is_superuser=False)
        browser = Client()
        browser.force_login(staff)

        assert browser.get(where(published_question())).status_code == 403
        assert browser.post(NEW, sent("numeric", {"value": "42.5"})).status_code == 403

    def test_a_request_from_another_site_is_refused(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(AdminFactory())

        assert browser.post(NEW, sent("numeric", {"value": "42.5"})).status_code == 403

    def test_a_question_that_is_not_there_is_not_found(self, client: Client) -> None:
        assert client.get(reverse("try-question", args=[uuid.uuid4()])).status_code == 404


class TestTrying:
    @pytest.mark.parametrize("question_type", sorted(ANSWERS))
    def test_every_type_has_a_form_that_suits_it_and_says_what_came_of_the_answer(
        self, client: Client, question_type: str
    ) -> None:
        answer, said = ANSWERS[question_type]
        opened = client.post(NEW, sent(question_type)).content.decode()

        shown = client.post(NEW, sent(question_type, answer)).content.decode()

        assert all(f'name="answer-{name}"' in opened for name in answer)
        assert said in shown
        assert "which is not saved" in shown

    def test_points_rule_and_reason_are_shown(self, client: Client) -> None:
        shown = client.post(NEW, sent("short_text", {"text": "no"})).content.decode()

        assert "0.00 of 1.00 points" in shown
        assert "Your answer is not one of the accepted answers." in shown
        assert "Accepted: “shorttextcanary” (1). Compared as “no”: fits none." in shown
        assert "<dt>Rule</dt><dd>short text</dd><dt>Matched</dt><dd>no</dd>" in shown

    def test_the_page_goes_by_the_saved_question(self, client: Client) -> None:
        question = published_question("numeric")
        opened = client.get(where(question))
        body = {field.html_name: field.value() or "" for field in opened.context["draft"]}

        shown = client.post(
            where(question), body | {"trial": "answer", "answer-value": "42.5"}
        ).content.decode()

        assert "1.00 of 1.00 points" in shown
        assert "By the question as it is saved." in shown

    def test_rules_that_are_not_saved_count_and_stay_unsaved(self, client: Client) -> None:
        question = published_question("numeric")
        before = AuditLog.objects.count()
        changed = sent("numeric", {"value": "7"}, rules={"kind": "numeric", "value": "7"})

        shown = client.post(where(question), changed).content.decode()

        assert "1.00 of 1.00 points" in shown
        assert "which is not saved" in shown
        question.refresh_from_db()
        assert question.rules == QUESTIONS["numeric"]["rules"]
        assert (AuditLog.objects.count(), RuleScore.objects.count()) == (before, 0)

    def test_a_key_that_cannot_score_is_named_instead(self, client: Client) -> None:
        body = sent(
            "short_text", {"text": "x"}, rules={"kind": "short_text", "accepted": [{"pattern": "(?=a)"}]}
        )

        shown = client.post(NEW, body).content.decode()

        assert "This question cannot score an answer yet" in shown
        assert "rules.accepted[0].pattern: looks ahead or behind" in shown
        assert "answer-text" not in shown

    def test_what_would_be_refused_on_saving_is_said_and_tried_all_the_same(self, client: Client) -> None:
        rules = {"kind": "ordering", "order": ["c1", "c2", "c3"]}

        shown = client.post(
            NEW, sent("ordering", {"0": "c1", "1": "c2", "2": "c3"}, rules=rules)
        ).content.decode()

        assert "is the order of the ids" in shown
        assert "1.00 of 1.00 points" in shown

    @pytest.mark.parametrize(
        "broken",
        [
            {"rules": "{"}, {"rules": "[1]"}, {"choices": '["a"]'}, {"choices": "5"}, {"weight": "0"},
            {"weight": "1e99"}, {"question_type": "drawing"}, {"rubric": "[]"}, {"answer_format": '{"units": 5}'},
            {"rules": '{"kind": "short_text", "accepted": [{"text": "\\ud800"}]}'},
            {"answer-text": "a\x00b"}, {"answer-text": "x" * 5_000},
        ],
    )  # fmt: skip
    def test_whatever_is_sent_gets_an_answer(self, client: Client, broken: dict[str, Any]) -> None:
        response = client.post(NEW, sent("short_text", {"text": "x"}) | broken)

        assert response.status_code == 200

    def test_an_answer_is_shown_as_text(self, client: Client) -> None:
        shown = client.post(NEW, sent("short_text", {"text": "<script>alert(1)</script>"})).content.decode()

        assert "<script>alert(1)" not in shown


class TestInThePageOfTheQuestion:
    def test_the_form_links_to_it(self, client: Client) -> None:
        question = published_question()

        changing = client.get(reverse("admin:catalog_question_change", args=[question.pk])).content.decode()
        adding = client.get(reverse("admin:catalog_question_add")).content.decode()

        assert f'href="{where(question)}"' in changing
        assert f'href="{NEW}"' in adding
        assert "try-answer.js" in changing

    def test_its_script_gets_the_place_alone(self, client: Client) -> None:
        question = QuestionFactory(**QUESTIONS["multiple_choice"])

        place = client.post(
            where(question), sent("multiple_choice"), headers={"X-Trial-In-Place": "1"}
        ).content.decode()

        assert place.strip().startswith('<div class="trial"')
        assert "<html" not in place
        assert 'name="rules"' not in place

    def test_the_pages_hold_no_script_of_their_own(self, client: Client) -> None:
        place = client.post(NEW, sent("numeric"), headers={"X-Trial-In-Place": "1"}).content.decode()

        assert "<script" not in place
        assert " on" not in place.replace(" on the", "").replace(" one", "")
