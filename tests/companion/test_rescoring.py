"""Curators see what a new version of a question would change, and apply it; by page and by command."""

import itertools
import uuid
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from assessments.models import Assessment
from catalog import services as catalog
from catalog.models import JobRole, Question
from ops import jobs
from ops.models import AsyncJob
from scoring.models import Rescoring, ScoreChange
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.catalog import NOW, RoleSkillFactory, SkillFactory
from tests.factories.oversight import judged_assessment, result_of_type
from tests.factories.recommendations import WordEmbedder, embed_all, offered
from tests.factories.scoring import role_with_essay

pytestmark = pytest.mark.django_db
LIST = "/advisor/rescoring/"
MINUTES = itertools.cycle(range(60))
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
    catalog.publish_question(by=None, question=question, now=NOW.replace(hour=12, minute=next(MINUTES)))


def broken_down(*_: object) -> None:
    raise RuntimeError("out of order")


class Desk:
    """A curator at the page of a question."""

    def __init__(self, question: Question) -> None:
        self.admin = AdminFactory()
        self.client = browser_of(self.admin)
        self.address = reverse("advisor:rescoring-question", args=[question.pk])

    def text(self) -> str:
        """Return what the page says."""
        return self.client.get(self.address).content.decode()

    def post(self, status: int = 200, /, **fields: str) -> str:
        """Send the form; return what the page then says."""
        answer = self.client.post(self.address, fields, follow=True)
        assert answer.status_code == status
        return answer.content.decode()

    def look(self) -> None:
        """Have it worked out to the end."""
        self.post(look="")
        jobs.drain(skip_waits=True)


class TestThePage:
    @pytest.fixture(autouse=True)
    def words_embed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("microcred.ai.providers.embedder", WordEmbedder)

    def test_lists_the_questions_that_were_published_anew(
        self, question: Question, assessment: Assessment
    ) -> None:
        client = browser_of(AdminFactory())
        assert "Nothing to rescore" in client.get(LIST).content.decode()

        correct(question)

        assert question.key in client.get(LIST).content.decode()

    def test_asks_the_list_as_much_of_one_question_as_of_three(
        self, question: Question, role: JobRole, assessment: Assessment
    ) -> None:
        client = browser_of(AdminFactory())
        correct(question)
        client.get(LIST)
        with CaptureQueriesContext(connection) as one:
            client.get(LIST)
        for other in Question.objects.filter(role=role).exclude(pk=question.pk):
            other.prompt += " Anew."
            other.save()
            catalog.publish_question(by=None, question=other, now=NOW.replace(hour=13))

        with CaptureQueriesContext(connection) as more:
            page = client.get(LIST).content.decode()

        assert page.count("row-link") > 1
        assert len(more) == len(one)

    def test_works_out_who_would_move_and_what_would_be_recommended_and_stores_nothing(
        self, question: Question, assessment: Assessment
    ) -> None:
        embed_all()
        correct(question, weight=9)
        desk = Desk(question)

        assert "Work out what would change" in desk.text()
        assert "0 of 1" in desk.post(look="")
        jobs.drain(skip_waits=True)

        shown = desk.text()
        assert f">{assessment.user}</a>" in shown
        assert "0.00 of 1.00" in shown
        assert "9.00 of 9.00" in shown
        assert "Sql first steps → <strong>Sql further</strong>" in shown
        assert not ScoreChange.objects.exists()
        assert str(result_of_type(assessment, "multiple_choice").score) == "0.00"

    def test_applies_it_only_after_a_look_with_a_reason_and_a_confirmation(
        self, question: Question, assessment: Assessment
    ) -> None:
        correct(question)
        desk = Desk(question)
        given = {"apply": "", "reason": "The key was wrong.", "confirmed": "on"}
        assert "Work out first what this version would change." in desk.post(400, **given)
        desk.look()

        assert "State a reason" in desk.post(400, **given | {"reason": " "})
        assert "Look at who would move" in desk.post(400, apply="", reason="The key was wrong.")
        assert not ScoreChange.objects.exists()
        assert "being applied" in desk.post(**given)
        jobs.drain(skip_waits=True)

        assert "Who moved" in desk.text()
        assert str(result_of_type(assessment, "multiple_choice").score) == "1.00"
        assert ScoreChange.objects.get().made_by == desk.admin
        assert "Applied" in desk.client.get(LIST).content.decode()

    def test_those_who_would_fall_are_listed_first_and_may_keep_what_they_have(
        self, question: Question, role: JobRole, assessment: Assessment
    ) -> None:
        falling = judged_assessment(role=role, answers={"multiple_choice": "c2"})
        correct(question)
        desk = Desk(question)
        desk.look()

        shown = desk.text()
        assert shown.index(str(falling.pk)) < shown.index(str(assessment.pk))
        assert "falls" in shown
        desk.post(apply="", reason="The key was wrong.", no_loss="on", confirmed="on")
        jobs.drain(skip_waits=True)

        assert str(result_of_type(falling, "multiple_choice").score) == "1.00"
        assert str(result_of_type(assessment, "multiple_choice").score) == "1.00"
        run = Rescoring.objects.get(mode="apply")
        assert (run.moved, run.done, run.total, run.state) == (1, 2, 2, "done")
        assert "Kept a higher score 1" in " ".join(desk.text().split()).replace(
            '</dt><dd class="number">', " "
        )

    def test_a_long_run_is_many_jobs_and_says_how_far_it_is(
        self, question: Question, role: JobRole, assessment: Assessment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("recommendations.rescoring_tasks.TAKERS_A_JOB", 1)
        judged_assessment(role=role, answers={"multiple_choice": "c2"})
        correct(question)
        desk = Desk(question)
        desk.post(look="")
        AsyncJob.objects.exclude(kind="recommendations.rescore").delete()

        jobs.drain(limit=1, skip_waits=True)
        assert "1 of 2" in desk.text()
        jobs.drain(skip_waits=True)

        assert Rescoring.objects.get().state == "done"
        assert AsyncJob.objects.filter(kind="recommendations.rescore").count() == 2

    def test_one_run_of_a_question_is_under_way_at_a_time(
        self, question: Question, assessment: Assessment
    ) -> None:
        correct(question)
        desk = Desk(question)
        desk.post(look="")

        assert "is being rescored already" in desk.post(400, look="")

    def test_a_run_that_cannot_go_on_says_so_and_can_be_started_again(
        self, question: Question, assessment: Assessment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        correct(question)
        desk = Desk(question)
        with monkeypatch.context() as broken:
            broken.setattr("recommendations.rescoring_tasks.levels_after", broken_down)
            desk.look()

        assert "It broke off after 0 of 1." in desk.text()
        desk.look()
        assert Rescoring.objects.all()[0].state == "done"

    def test_a_look_at_an_older_version_is_marked_and_cannot_be_applied(
        self, question: Question, assessment: Assessment
    ) -> None:
        correct(question)
        desk = Desk(question)
        desk.look()
        correct(question, prompt="Which one?")

        assert "Version 3 has been published since" in desk.text()
        given = {"apply": "", "reason": "The key was wrong.", "confirmed": "on"}
        assert "Work out first what this version would change." in desk.post(400, **given)

    def test_is_for_curators(self, question: Question, assessment: Assessment) -> None:
        correct(question)
        address = reverse("advisor:rescoring-question", args=[question.pk])
        nowhere = reverse("advisor:rescoring-question", args=[uuid.uuid4()])

        assert browser_of(AdvisorFactory()).get(LIST).status_code == 404
        assert browser_of(AdvisorFactory()).get(address).status_code == 404
        assert browser_of(AdminFactory()).get(nowhere).status_code == 404


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

    def test_applying_by_command_leaves_a_run_as_the_page_does(
        self, question: Question, assessment: Assessment
    ) -> None:
        correct(question, weight=9)

        self.run(str(question.pk), "--apply", "--reason", "The key was wrong.")

        run = Rescoring.objects.get()
        assert (run.mode, run.state, run.done, run.total, run.moved) == ("apply", "done", 1, 1, 1)
        assert (run.reason, run.requested_by) == ("The key was wrong.", None)
        (line,) = run.lines.all()
        assert (line.assessment_id, line.applied, line.change) == (assessment.pk, True, Decimal(1))

    def test_what_a_killed_command_left_open_does_not_bar_the_next_one(
        self, question: Question, assessment: Assessment
    ) -> None:
        correct(question, weight=9)
        newest = question.versions.latest("published_at")
        left = Rescoring.objects.create(
            question=question, question_version_id=newest.pk, mode="apply", reason="The key was wrong.", total=1,
            requested_at=NOW,
        )  # fmt: skip

        self.run(question.key, "--apply", "--reason", "The key was wrong.")

        left.refresh_from_db()
        assert left.state == "failed"
        assert Rescoring.objects.filter(state="done").count() == 1

    def test_what_waits_for_other_reasons_is_named(self, role: JobRole) -> None:
        question = Question.objects.get(role=role, question_type="essay")
        assessment = judged_assessment(role=role)
        rubric = question.rubric
        rubric["criteria"][0]["key"] = "style"
        question.save()
        catalog.publish_question(by=None, question=question, now=NOW.replace(hour=12, minute=next(MINUTES)))

        told = self.run(question.key, "--dry-run")

        assert f"{assessment.pk}: left as it is, the criteria or levels are others now" in told

    def test_an_unknown_question_is_an_error(self) -> None:
        with pytest.raises(CommandError, match="No such question"):
            self.run("no-such-question", "--dry-run")
