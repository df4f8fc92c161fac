"""Past essays read anew in a batch: sent once, settled once, and no score changed until somebody applies it."""

import datetime as dt
import json
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from assessments.models import Assessment
from catalog import services as catalog
from catalog.models import JobRole, Question
from microcred.db import database_now
from ops import jobs
from ops.enums import JobStatus
from ops.models import AsyncJob
from scoring import oversight
from scoring.calls import batches, receipts
from scoring.enums import BatchState, CallContent, EssayOutcome, ScoreSource
from scoring.models import EssayScore, ModelBatch, ModelCall
from scoring.oversight import (
    BatchOpen,
    NoBatches,
    NotAnEssay,
    NothingAffordable,
    order_reading,
    plan_rescoring,
)
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import GOOD_ESSAY
from tests.factories.catalog import NOW, RUBRIC
from tests.factories.oversight import judged_assessment, result_of_type
from tests.factories.scoring import role_with_essay
from tests.fakes.openai_server import FakeOpenAI, Received, Reply, chat, faulty, refusal, status
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db

DEAR = {"gpt-4o-mini": {"input": "100", "output": "1000"}}
SECOND_ESSAY = f"{GOOD_ESSAY} That is what I would do, and I would tell everybody how sure I am of it."


@pytest.fixture(autouse=True)
def _dear(openai: FakeOpenAI, settings: Settings) -> None:
    openai.script = second_level
    settings.AI_PRICES = DEAR


@pytest.fixture
def role() -> JobRole:
    return role_with_essay()


@pytest.fixture
def takers(role: JobRole) -> list[Assessment]:
    """Two results whose essays were judged by the first version."""
    lowest = {"reasoning": "l0", "evidence": "l0"}
    return [
        judged_assessment(role=role, levels=lowest, answers={"essay": essay})
        for essay in (GOOD_ESSAY, SECOND_ESSAY)
    ]


@pytest.fixture
def question(role: JobRole, takers: list[Assessment]) -> Question:
    """The essay question, whose newest version asks for style instead of reasoning."""
    return asks_for_style(role)


def asks_for_style(role: JobRole) -> Question:
    question = Question.objects.get(role=role, question_type="essay")
    criteria = [one | {"key": "style"} if one["key"] == "reasoning" else one for one in RUBRIC["criteria"]]
    question.rubric = RUBRIC | {"criteria": criteria}
    question.save()
    catalog.publish_question(by=None, question=question, now=NOW + dt.timedelta(hours=1))
    return question


def ordered(question: Question) -> ModelBatch:
    batch = order_reading(question_id=question.pk, by=None, now=NOW).batch
    assert batch is not None
    return batch


def work() -> None:
    """Do one job of a batch, without its waits."""
    job = AsyncJob.objects.filter(kind__endswith="_batch", status=JobStatus.QUEUED).order_by("pk").first()
    assert job is not None
    AsyncJob.objects.filter(pk=job.pk).update(next_run_at=database_now())
    jobs.run(str(job.pk))


def outcomes() -> list[str]:
    return sorted(ModelCall.objects.values_list("outcome", flat=True))


def sent_and_finished(
    openai: FakeOpenAI, question: Question, status: str = "completed", **how: Any
) -> ModelBatch:
    """Order a batch, hand it in, let the provider end it, and take what there is."""
    batch = ordered(question)
    work()
    openai.batches.finish(status, **how)
    work()
    batch.refresh_from_db()
    return batch


class TestOrdering:
    def test_every_call_is_in_the_ledger_at_half_the_price_before_anything_is_sent(
        self, openai: FakeOpenAI, question: Question, takers: list[Assessment], settings: Settings
    ) -> None:
        batch = ordered(question)

        assert (batch.state, batch.requests, openai.requests) == (BatchState.PREPARED, 2, [])
        calls = list(ModelCall.objects.filter(batch=batch))
        assert {call.assessment_id for call in calls} == {one.pk for one in takers}
        assert {(call.purpose, call.reading, call.state) for call in calls} == {("rescoring", 1, "reserved")}
        halved = sum(call.reserved_microcents for call in calls)
        ModelBatch.objects.filter(pk=batch.pk).update(state="ended", outcome="lost", ended_at=NOW)
        settings.MODEL_BATCH_SHARE = 1.0
        whole = sum(call.reserved_microcents for call in ModelCall.objects.filter(batch=ordered(question)))
        assert abs(whole - 2 * halved) <= 2

    def test_the_same_words_are_read_once_for_everybody(self, openai: FakeOpenAI, role: JobRole) -> None:
        lowest = {"reasoning": "l0", "evidence": "l0"}
        for _ in range(2):
            judged_assessment(role=role, levels=lowest, answers={"essay": GOOD_ESSAY})
        question = asks_for_style(role)

        order = order_reading(question_id=question.pk, by=None, now=NOW)
        work()
        openai.batches.finish()
        work()

        assert order.counts == {"to be read anew": 1, "the words of another answer": 1}
        assert len(plan_rescoring(question.pk).moving) == 2

    def test_one_batch_over_a_version_at_a_time(self, question: Question) -> None:
        ordered(question)

        with pytest.raises(BatchOpen):
            ordered(question)
        assert ModelBatch.objects.count() == 1
        assert ModelCall.objects.count() == 2

    def test_who_refused_a_model_or_was_scored_by_a_person_is_not_sent(
        self, question: Question, takers: list[Assessment]
    ) -> None:
        first, second = takers
        Assessment.objects.filter(pk=first.pk).update(model_scoring=False)
        oversight.override(
            by=AdminFactory(), assessment_id=second.pk, question_id=question.pk,
            new=oversight.NewScore("evidence", "l1"), reason="I have read it.", now=NOW,
        )  # fmt: skip

        order = order_reading(question_id=question.pk, by=None, now=NOW)

        assert order.batch is None
        assert order.counts == {"the student refused scoring by a model": 1, "a person gave the score": 1}
        assert not ModelCall.objects.exists()

    def test_what_does_not_fit_into_the_budget_is_left(self, question: Question, settings: Settings) -> None:
        (batch_cost, *_) = _reserved(question)
        settings.MODEL_BUDGET_MONTH_CENTS = batch_cost * 1.5 / 1_000_000

        order = order_reading(question_id=question.pk, by=None, now=NOW)

        assert order.counts == {"to be read anew": 1, "left for another batch, or for want of money": 1}

    def test_without_any_money_there_is_no_batch(self, question: Question, settings: Settings) -> None:
        settings.MODEL_BUDGET_MONTH_CENTS = 0.01

        with pytest.raises(NothingAffordable):
            order_reading(question_id=question.pk, by=None, now=NOW)
        assert not ModelBatch.objects.exists()

    def test_a_closed_question_is_not_read(self, role: JobRole) -> None:
        closed = Question.objects.get(role=role, question_type="multiple_choice")

        with pytest.raises(NotAnEssay):
            order_reading(question_id=closed.pk, by=None, now=NOW)

    def test_without_a_model_nothing_is_read(self, question: Question, settings: Settings) -> None:
        settings.OPENAI_API_KEY = ""

        with pytest.raises(NoBatches):
            order_reading(question_id=question.pk, by=None, now=NOW)


class TestReading:
    def test_a_finished_batch_is_settled_and_changes_no_score(
        self, openai: FakeOpenAI, question: Question
    ) -> None:
        runs = EssayScore.objects.count()

        batch = sent_and_finished(openai, question)

        assert (batch.state, batch.outcome, batch.detail) == (BatchState.ENDED, "completed", "")
        calls = list(ModelCall.objects.all())
        assert {call.outcome for call in calls} == {"answered"}
        assert all(0 < (call.cost_microcents or 0) < call.reserved_microcents for call in calls)
        assert all(call.input_tokens and call.output_tokens for call in calls)
        assert EssayScore.objects.count() == runs
        assert openai.batches.files == {}

    def test_what_is_sent_is_what_would_be_sent_alone(self, openai: FakeOpenAI, question: Question) -> None:
        batch = ordered(question)
        work()

        (content,) = openai.batches.files.values()
        for line in map(json.loads, content.splitlines()):
            call = ModelCall.objects.get(pk=line["custom_id"])
            system, user = line["body"]["messages"]
            assert line["body"]["model"] == batch.model
            assert user["content"] == call.contents.get(kind=CallContent.PROMPT).text
            assert "examiner" in system["content"]
            assert line["body"]["response_format"]["json_schema"]["schema"]["required"] == ["e1"]

    def test_the_plan_rests_on_what_was_read_and_applying_stores_it(
        self, openai: FakeOpenAI, question: Question, takers: list[Assessment]
    ) -> None:
        before = plan_rescoring(question.pk)
        sent_and_finished(openai, question)

        plan = plan_rescoring(question.pk)
        moved = oversight.apply_rescoring(plan=plan, by=None, reason="Style counts.", now=NOW)

        assert [line.obstacle for line in before.lines] == ["the criteria or levels are others now"] * 2
        assert [line.obstacle for line in plan.lines] == ["", ""]
        # The second of three levels everywhere: half of 4 points.
        assert {line.after.score for line in moved if line.after} == {Decimal("2.00")}
        for assessment in takers:
            result = result_of_type(assessment, "essay")
            assert result.essay_score is not None
            assert (result.essay_score.source, result.score) == (ScoreSource.MODEL, Decimal("2.00"))
            assert [mark.criterion_key for mark in result.marks] == ["style", "evidence"]
            assert result.essay_score.response_payload["model_calls"]
        assert order_reading(question_id=question.pk, by=None, now=NOW).counts == {"read before": 2}

    def test_the_student_has_a_receipt(
        self, openai: FakeOpenAI, question: Question, takers: list[Assessment]
    ) -> None:
        sent_and_finished(openai, question)

        (receipt,) = receipts.receipts_of(takers[0].pk)
        assert (receipt.purpose, receipt.outcome, receipt.is_erased) == ("rescoring", "answered", False)
        assert [sent.text for sent in receipt.answers] == [GOOD_ESSAY]

    @pytest.mark.parametrize(
        ("reply", "outcome"),
        [
            (refusal(), "refusal"),
            (chat("Certainly!"), "bad_reply"),
            (chat('{"e9": {}}'), "bad_reply"),
            (status(400), "bad_request"),
            (status(500), "server"),
        ],
    )
    def test_a_bad_answer_is_settled_as_what_it_is(
        self, openai: FakeOpenAI, question: Question, reply: Reply, outcome: str
    ) -> None:
        def one_is_bad(request: Received) -> Reply | str:
            return reply if "tell everybody" in request.prompt else second_level(request)

        openai.script = one_is_bad

        batch = sent_and_finished(openai, question)

        assert batch.outcome == "completed"
        assert outcomes() == sorted(["answered", outcome])
        assert sorted(bool(line.obstacle) for line in plan_rescoring(question.pk).lines) == [False, True]


class TestEnding:
    @pytest.mark.parametrize("ended", ["expired", "cancelled"])
    def test_what_a_batch_was_too_late_for_costs_nothing_and_is_asked_for_by_the_next(
        self, openai: FakeOpenAI, question: Question, ended: str
    ) -> None:
        batch = sent_and_finished(openai, question, ended, answered=1)

        assert batch.outcome == ended
        assert outcomes() == ["answered", ended]
        assert ModelCall.objects.get(outcome=ended).cost_microcents == 0
        again = order_reading(question_id=question.pk, by=None, now=NOW)
        assert again.counts == {"read before": 1, "to be read anew": 1}

    def test_a_batch_that_the_provider_finds_wrong_says_so(
        self, openai: FakeOpenAI, question: Question, takers: list[Assessment]
    ) -> None:
        batch = sent_and_finished(openai, question, "failed")

        assert (batch.outcome, batch.detail) == ("failed", "invalid_request")
        assert [(call.outcome, call.cost_microcents) for call in ModelCall.objects.all()] == [
            ("not_sent", 0)
        ] * 2
        assert receipts.receipts_of(takers[0].pk) == []

    @pytest.mark.parametrize(("reply", "detail"), [(status(401), "auth"), (status(404), "bad_request")])
    def test_a_provider_that_does_not_take_it_ends_it(
        self, openai: FakeOpenAI, question: Question, reply: Reply, detail: str
    ) -> None:
        batch = ordered(question)
        openai.queue(reply)

        work()

        batch.refresh_from_db()
        assert (batch.state, batch.outcome) == (BatchState.ENDED, "refused")
        assert batch.detail.startswith(detail)
        assert outcomes() == ["not_sent", "not_sent"]
        ordered(question)

    def test_a_limit_is_waited_for(self, openai: FakeOpenAI, question: Question) -> None:
        batch = ordered(question)
        openai.queue(status(429, retry_after="40"))
        before = database_now()

        work()

        job = AsyncJob.objects.get(kind=batches.SEND)
        assert job.status == JobStatus.QUEUED
        assert before <= job.next_run_at - dt.timedelta(seconds=40) <= database_now()
        batch.refresh_from_db()
        assert batch.state == BatchState.PREPARED

    def test_what_is_never_heard_of_again_is_lost_in_the_end(
        self, openai: FakeOpenAI, question: Question
    ) -> None:
        batch = ordered(question)
        work()
        long_ago = database_now() - batches.LOST_AFTER - dt.timedelta(minutes=1)
        ModelBatch.objects.filter(pk=batch.pk).update(sent_at=long_ago)

        work()

        batch.refresh_from_db()
        assert batch.outcome == "lost"
        assert {(call.outcome, call.cost_is_estimate) for call in ModelCall.objects.all()} == {
            ("abandoned", True)
        }
        assert all(call.cost_microcents == call.reserved_microcents for call in ModelCall.objects.all())

    def test_the_database_knows_no_half_ended_batch(self, question: Question) -> None:
        batch = ordered(question)

        for change in ({"state": "sent"}, {"state": "ended"}, {"outcome": "completed"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                ModelBatch.objects.filter(pk=batch.pk).update(**change)


class TestRepeating:
    def test_a_batch_under_way_is_asked_after_again(self, openai: FakeOpenAI, question: Question) -> None:
        batch = ordered(question)
        work()
        for _ in range(3):
            work()

        numbers = [
            job.payload["number"] for job in AsyncJob.objects.filter(kind="scoring.ask_batch").order_by("pk")
        ]
        assert numbers == [1, 2, 3, 4]
        openai.batches.finish()
        work()
        batch.refresh_from_db()
        assert batch.outcome == "completed"

    def test_a_worker_that_died_after_sending_does_not_send_it_twice(
        self, openai: FakeOpenAI, question: Question
    ) -> None:
        batch = ordered(question)
        work()
        ModelBatch.objects.filter(pk=batch.pk).update(
            state="prepared", provider_batch_id="", provider_status="", sent_at=None
        )
        AsyncJob.objects.filter(kind="scoring.ask_batch").delete()
        AsyncJob.objects.filter(kind=batches.SEND).update(status="queued", completed_at=None, attempts=1)

        work()

        assert len(openai.batches.made) == 1
        batch.refresh_from_db()
        assert batch.provider_batch_id == openai.batches.made[0].id

    def test_an_answer_that_was_cut_off_on_the_way_is_looked_for(
        self, openai: FakeOpenAI, question: Question
    ) -> None:
        batch = ordered(question)
        openai.script = second_level
        # The list of batches is read, the file is taken, and the reply about the batch is cut.
        passes = iter([None, None, faulty("cut")])
        real = openai.reply_to

        def cutting(request: Received) -> Reply:
            reply = real(request)
            return next(passes, None) or reply

        openai.reply_to = cutting  # type: ignore[method-assign]

        work()
        work()

        assert len(openai.batches.made) == 1
        batch.refresh_from_db()
        assert batch.state == BatchState.SENT

    def test_answers_that_are_taken_twice_are_settled_once(
        self, openai: FakeOpenAI, question: Question
    ) -> None:
        batch = ordered(question)
        work()
        openai.batches.finish()
        # The worker settled the calls and died before it could end the batch.
        kept = dict(openai.batches.files)
        work()
        costs = list(ModelCall.objects.order_by("pk").values_list("cost_microcents", "settled_at"))
        openai.batches.files.update(kept)
        ModelBatch.objects.filter(pk=batch.pk).update(state="sent", outcome="", ended_at=None)
        AsyncJob.objects.filter(kind="scoring.ask_batch").update(
            status="queued", completed_at=None, attempts=1
        )

        work()

        batch.refresh_from_db()
        assert batch.outcome == "completed"
        assert list(ModelCall.objects.order_by("pk").values_list("cost_microcents", "settled_at")) == costs
        assert ModelCall.objects.first().contents.filter(kind="reply").count() == 1  # type: ignore[union-attr]


class TestCommand:
    def test_orders_says_how_it_stands_and_applies(self, openai: FakeOpenAI, question: Question) -> None:
        said = StringIO()

        call_command("rescore", question.key, "--batch", stdout=said)
        work()
        openai.batches.finish()
        work()
        call_command("rescore", question.key, "--apply", "--reason", "Style counts.", stdout=said)

        lines = said.getvalue().splitlines()
        assert lines[0] == "2: to be read anew"
        assert " with 2 essays is on its way; no score changes by it." in lines[1]
        assert lines[-1].startswith("2 scores changed to version 2")
        assert EssayScore.objects.filter(outcome=EssayOutcome.SCORED, source=ScoreSource.MODEL).count() == 4

    def test_says_what_stands_in_the_way(self, question: Question, settings: Settings) -> None:
        settings.OPENAI_API_KEY = ""

        with pytest.raises(CommandError, match="No model is released"):
            call_command("rescore", question.key, "--batch")


def _reserved(question: Question) -> list[int]:
    """What the calls of a batch would reserve, one by one; the batch is gone again."""
    try:
        with transaction.atomic():
            ordered(question)
            costs = list(ModelCall.objects.values_list("reserved_microcents", flat=True))
            raise RuntimeError
    except RuntimeError:
        return sorted(costs)
