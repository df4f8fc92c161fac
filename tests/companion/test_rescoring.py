"""Curators see what a new version of a question would change, and apply it; by page and by command."""

import uuid
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.models import Assessment
from catalog import services as catalog
from catalog.models import JobRole, Question
from scoring.models import ScoreChange
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.catalog import NOW, RoleSkillFactory, SkillFactory
from tests.factories.oversight import judged_assessment, result_of_type
from tests.factories.recommendations import WordEmbedder, embed_all, offered
from tests.factories.scoring import role_with_essay

pytestmark = pytest.mark.django_db
LIST = "/advisor/rescoring/"
LOWEST = {"reasoning": "l0", "evidence": "l0"}


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def role() -> JobRole:
    """A role for which a beginner and an advanced learner are best served by different credentials."""
    role: JobRole = role_with_essay()
    RoleSkillFactory(role=role, skill=SkillFactory(key="sql"), target_level=4)
    offered("sql-first-steps", text="First steps in sql", sql=2.2)
    offered("sql-further", text="Sql for those who know it", sql=4)
    return role


@pytest.fixture
def question(role: JobRole) -> Question:
    return Question.objects.get(role=role, question_type="multiple_choice")


@pytest.fixture
def assessment(role: JobRole) -> Assessment:
    return judged_assessment(role=role, levels=LOWEST, answers={"multiple_choice": "c1"})


def correct(question: Question, **fields: Any) -> None:
    """Publish a version in which the other choice is right."""
    question.rules = {"kind": "choice", "correct": ["c1"], "scoring": "all_or_nothing"}
    for name, value in fields.items():
        setattr(question, name, value)
    question.save()
    catalog.publish_question(by=None, question=question, now=NOW.replace(hour=12))


class TestThePage:
    def test_lists_the_questions_that_were_published_anew(
        self, question: Question, assessment: Assessment
    ) -> None:
        client = browser_of(AdminFactory())
        assert "Nothing to rescore" in client.get(LIST).content.decode()

        correct(question)

        assert question.key in client.get(LIST).content.decode()

    def test_shows_who_would_move_and_applies_it_with_a_reason(
        self, question: Question, assessment: Assessment
    ) -> None:
        correct(question)
        client, address = (
            browser_of(AdminFactory()),
            reverse("advisor:rescoring-question", args=[question.pk]),
        )

        page = client.get(address).content.decode()
        assert "0.00 of 1.00" in page
        assert "1.00 of 1.00" in page
        assert not ScoreChange.objects.exists()
        assert client.post(address, {"reason": " "}).status_code == 400

        done = client.post(address, {"reason": "The key was wrong."}, follow=True).content.decode()

        assert "1 scores changed." in done
        assert str(result_of_type(assessment, "multiple_choice").score) == "1.00"

    def test_those_who_would_fall_may_keep_what_they_have(self, question: Question, role: JobRole) -> None:
        falling = judged_assessment(role=role, answers={"multiple_choice": "c2"})
        correct(question)
        client, address = (
            browser_of(AdminFactory()),
            reverse("advisor:rescoring-question", args=[question.pk]),
        )
        assert "falls" in client.get(address).content.decode()

        client.post(address, {"reason": "The key was wrong.", "no_loss": "on"})

        assert str(result_of_type(falling, "multiple_choice").score) == "1.00"

    def test_is_for_curators(self, question: Question, assessment: Assessment) -> None:
        correct(question)
        address = reverse("advisor:rescoring-question", args=[question.pk])
        nowhere = reverse("advisor:rescoring-question", args=[uuid.uuid4()])

        assert browser_of(AdvisorFactory()).get(LIST).status_code == 404
        assert browser_of(AdvisorFactory()).get(address).status_code == 404
        assert browser_of(AdminFactory()).get(nowhere).status_code == 404

    def test_leaves_crowds_to_the_command(
        self, question: Question, assessment: Assessment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        correct(question)
        monkeypatch.setattr("companion.pages_rescoring.MOST_TAKERS", 0)

        page = browser_of(AdminFactory()).get(reverse("advisor:rescoring-question", args=[question.pk]))

        assert f"manage.py rescore {question.key} --dry-run" in page.content.decode()


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def words_embed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("microcred.ai.providers.embedder", WordEmbedder)

    def run(self, *arguments: str) -> str:
        out = StringIO()
        call_command("rescore", *arguments, stdout=out)
        return out.getvalue()

    def test_a_dry_run_tells_and_stores_nothing(self, question: Question, assessment: Assessment) -> None:
        embed_all()
        correct(question, weight=9)

        told = self.run(question.key, "--dry-run")

        assert f"{assessment.pk}: 0.00 of 1.00 -> 9.00 of 9.00, +100.0 %" in told
        assert "first recommendation: Sql first steps -> Sql further" in told
        assert (
            "Version 2: 1 past takers, 1 would move, 0 would fall, 1 first recommendations would change."
            in told
        )
        assert not ScoreChange.objects.exists()

    def test_applying_needs_a_reason_and_lists_the_falls(self, question: Question, role: JobRole) -> None:
        judged_assessment(role=role, answers={"multiple_choice": "c1"})
        falling = judged_assessment(role=role, answers={"multiple_choice": "c2"})
        correct(question)

        with pytest.raises(CommandError, match="State a reason"):
            self.run(question.key, "--apply")
        kept = self.run(question.key, "--apply", "--reason", "The key was wrong.", "--no-loss")
        told = self.run(question.key, "--apply", "--reason", "The key was wrong.")

        assert "1 scores changed to version 2, 0 of them fell; 1 kept what they had." in kept
        assert f"{falling.pk}: 1.00 of 1.00 -> 0.00 of 1.00, -100.0 % (falls)" in told
        assert "1 scores changed to version 2, 1 of them fell; 0 kept what they had." in told

    def test_what_waits_for_other_reasons_is_named(self, role: JobRole) -> None:
        question = Question.objects.get(role=role, question_type="essay")
        assessment = judged_assessment(role=role)
        rubric = question.rubric
        rubric["criteria"][0]["key"] = "style"
        question.save()
        catalog.publish_question(by=None, question=question, now=NOW.replace(hour=12))

        told = self.run(question.key, "--dry-run")

        assert f"{assessment.pk}: left as it is, the criteria or levels are others now" in told

    def test_an_unknown_question_is_an_error(self) -> None:
        with pytest.raises(CommandError, match="No such question"):
            self.run("no-such-question", "--dry-run")
